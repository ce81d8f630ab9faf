// How a name that does not exist is told: at its own line and column, with the name that was meant or those there are.
import type { PathReference } from '../expression/references.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { nearest } from './nearest.ts'
import { followShape } from './shape.ts'
import type { Shape } from './shape.ts'
import type { FlowShapes } from './shape-of-flow.ts'
import type { TemplatePlace } from './templates.ts'

/** What goes along while the names of one template are judged. */
export interface NameCheck {
  readonly inspection: Inspection
  readonly place: TemplatePlace
  readonly shapes: FlowShapes
}

export interface NameProblem {
  readonly code: string
  readonly message: string
  /** Offset into the template. */
  readonly at: number
}

export function warnOfName({ inspection, place }: NameCheck, { code, message, at }: NameProblem): void {
  object(inspection, { severity: 'warning', code, message, path: place.path, character: at })
}

export interface Holder {
  readonly shape: Shape
  readonly code: string
  readonly what: string
}

export function inspectFields(check: NameCheck, { root, steps }: PathReference, { shape, code, what }: Holder): void {
  const fault = followShape(
    shape,
    steps.map(({ name }) => name),
  )
  if (fault === undefined) return
  const { name = '', at = 0 } = steps[fault.step] ?? {}
  const holder = [root, ...steps.slice(0, fault.step).map(step => step.name ?? '…')].join('.')
  if (fault.type === 'no-fields')
    return warnOfName(check, {
      code: 'no-fields',
      message: `\`${holder}\` has no fields, so there is no "${name}" in it.`,
      at,
    })
  if (fault.type === 'not-keyed') return
  const owner = fault.step === 0 && what !== 'field' ? 'The flow' : `\`${holder}\``
  const message = `${owner} has no ${what} "${name}".${wayOut(name, fault.known, what)}`
  warnOfName(check, { code, message, at })
}

const LIST_MAX = 12

/** The name that was meant, or else those there are. */
export function wayOut(name: string, known: readonly string[], what: string): string {
  const close = nearest(name, known)
  if (close !== undefined) return ` Did you mean "${close}"?`
  if (known.length === 0) return what === 'field' ? '' : ` It declares no ${what} at all.`
  const more = known.length > LIST_MAX ? ', …' : ''
  return ` Known are ${known.slice(0, LIST_MAX).join(', ')}${more}.`
}
