// One property of a task or flow, compiled: what it can reach, whether it must ask the world, and how it is rendered. A template with an
// error is kept as one that fails when rendered: saving a flow refuses it, but a flow stored by an older version must still load.
import { compileDeep, type CompiledValue } from '../expression/render-deep.ts'
import type { Scope } from '../expression/scope.ts'
import { compileTemplate, type CompiledTemplate } from '../expression/template.ts'
import type { Dialect } from '../flow/flow.ts'
import { ExpressionError } from '../std/errors.ts'
import { type Value } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'

export interface Property {
  /** Names the template among those of its run, e.g. `condition`. */
  readonly slot: string
  readonly raw: Value
  readonly roots: readonly string[]
  /** The paths of the context that it can reach; the empty one means everything. */
  readonly paths: readonly (readonly string[])[]
  /** It calls functions that touch the world: evaluated outside the turn, and journaled. */
  readonly isAsking: boolean
  /** As text; lists and maps print as JSON. */
  text(scope: Scope): string
  /** A string as text, a list or map element by element, other scalars as they are. */
  value(scope: Scope): Value
  /** A template that prints one value gives that value with its type. */
  typed(scope: Scope): Value
}

export function compileProperty(slot: string, raw: Value, dialect: Dialect): Property {
  try {
    if (typeof raw === 'string') return ofTemplate(slot, raw, compileTemplate(raw, { dialect }))
    return ofDeep(slot, raw, compileDeep(raw, { dialect }))
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const fail = (): never => {
      throw error
    }
    return { slot, raw, roots: [], paths: [], isAsking: false, text: fail, value: fail, typed: fail }
  }
}

function ofTemplate(slot: string, raw: Value, template: CompiledTemplate): Property {
  return {
    slot,
    raw,
    roots: rootsOf(template.paths),
    paths: template.paths,
    isAsking: template.needs.has('ask'),
    text: scope => template.render(scope),
    value: scope => template.render(scope),
    typed: scope => template.renderTyped(scope),
  }
}

function ofDeep(slot: string, raw: Value, deep: CompiledValue): Property {
  const value = (scope: Scope): Value => deep.render(scope)
  return {
    slot,
    raw,
    roots: rootsOf(deep.paths),
    paths: deep.paths,
    isAsking: deep.needs.has('ask'),
    text: scope => printValue(deep.render(scope)),
    value,
    typed: value,
  }
}

/** What a template that may read anything gets. */
const ALL_ROOTS: readonly string[] = [
  'flow',
  'execution',
  'inputs',
  'outputs',
  'vars',
  'labels',
  'trigger',
  'schedule',
  'tasks',
  'task',
  'taskrun',
  'item',
  'parents',
  'parent',
  'namespace',
  'envs',
  'globals',
  'kestra',
]

function rootsOf(paths: readonly (readonly string[])[]): readonly string[] {
  if (paths.some(path => path.length === 0)) return ALL_ROOTS
  return [...new Set(paths.map(path => path[0] ?? ''))]
}
