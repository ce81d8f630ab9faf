import { isList, isMap, mapGet } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { plainText, printValue } from '../std/value-text.ts'
import type { Input } from './flow.ts'
import { findCycles } from './graph.ts'
import { limitProblems } from './input-limits.ts'
import { parsePattern } from './input-pattern.ts'
import { inspectBounds } from './validate-bounds.ts'
import { formOf, parseTyped } from './input-value.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { INPUT_TYPES } from './parse-input.ts'
import { nearest } from './nearest.ts'
import { hasExpression } from './parse-type.ts'

export function inspectInputs(inspection: Inspection): void {
  inspectInputList(inspection, inspection.flow.inputs, 'inputs')
}

/** Also for what a Pause asks. */
export function inspectInputList(inspection: Inspection, inputs: readonly Input[], path: string): void {
  inputs.forEach((input, index) => {
    const at = `${path}[${index}]`
    inspectDefaults(inspection, input, at)
    inspectType(inspection, input, at)
    if (input.inputs !== undefined) inspectForm(inspection, input.inputs, at)
  })
  inspectDependencies(inspection, inputs, path)
}

function inspectForm(inspection: Inspection, children: readonly Input[], path: string): void {
  children.forEach(({ type }, index) => {
    if (type !== 'FORM') return
    const message = 'A FORM cannot hold another FORM.'
    object(inspection, { code: 'invalid-input', message, path: `${path}.inputs[${index}].type` })
  })
  inspectInputList(inspection, children, `${path}.inputs`)
}

function inspectDefaults(inspection: Inspection, input: Input, path: string): void {
  const { defaults, prefill, required, id } = input
  if (defaults === undefined) return
  if (!required) {
    const message = `The input "${id}" has a default, so it is never absent: drop \`required: false\` or the default.`
    object(inspection, { code: 'invalid-input', message, path: `${path}.defaults` })
  }
  if (prefill !== undefined) {
    const message = `The input "${id}" has both \`defaults\` and \`prefill\`; keep one of them.`
    object(inspection, { code: 'invalid-input', message, path: `${path}.prefill` })
  }
  const problem = defaultProblem(input, defaults)
  if (problem === undefined) return
  // Dialect 1 saves such a flow, and every start that leaves the input out fails.
  const severity = inspection.flow.dialect === 2 ? 'error' : 'warning'
  const message = `The default \`${printValue(defaults).slice(0, 60)}\` of "${id}" does not fit: ${problem}.`
  object(inspection, { severity, code: 'invalid-default', message, path: `${path}.defaults` })
}

function defaultProblem(input: Input, defaults: Value): string | undefined {
  if (holdsExpression(defaults) || input.type === 'SECRET' || input.type === 'FORM') return undefined
  const parsed = parseTyped(defaults, formOf(input))
  if (parsed.type === 'problem') return parsed.problem
  const choices = mapGet(input.properties, 'values') ?? mapGet(input.properties, 'options') ?? null
  return limitProblems(input, parsed.value, isList(choices) ? choices : undefined)[0]
}

function holdsExpression(value: Value): boolean {
  if (typeof value === 'string') return hasExpression(value)
  if (isList(value)) return value.some(holdsExpression)
  return isMap(value) && hasExpression(plainText(value))
}

function inspectType(inspection: Inspection, input: Input, path: string): void {
  const property = (key: string): Value => mapGet(input.properties, key) ?? null
  if (input.type === 'ARRAY') inspectItemType(inspection, property('itemType'), { path, isRequired: true })
  if (input.type === 'MULTISELECT') inspectItemType(inspection, property('itemType'), { path, isRequired: false })
  if (input.type === 'ENUM' && property('values') === null) {
    object(inspection, {
      code: 'missing-property',
      message: 'The property "values" of an ENUM is missing.',
      path: `${path}.values`,
    })
  }
  if (input.type === 'FORM' && (input.inputs ?? []).length === 0) {
    object(inspection, { code: 'missing-property', message: 'A FORM needs `inputs`.', path: `${path}.inputs` })
  }
  const extension = property('extension')
  if (typeof extension === 'string' && !extension.startsWith('.')) {
    const message = `The extension "${extension}" must begin with a dot: write ".${extension}".`
    object(inspection, { code: 'invalid-input', message, path: `${path}.extension` })
  }
  inspectBounds(inspection, input, path)
  const validator = property('validator')
  const parsed = typeof validator === 'string' ? parsePattern(validator) : undefined
  if (parsed?.type === 'problem') {
    const message = `The validator \`${printValue(validator)}\` is not a regular expression that can be used: ${parsed.problem}.`
    object(inspection, { code: 'invalid-regex', message, path: `${path}.validator` })
  }
}

function inspectItemType(
  inspection: Inspection,
  itemType: Value,
  { path, isRequired }: { readonly path: string; readonly isRequired: boolean },
): void {
  const at = `${path}.itemType`
  if (itemType === null) {
    const message = 'The property "itemType" of an ARRAY is missing.'
    if (isRequired) object(inspection, { code: 'missing-property', message, path: at })
    return
  }
  const text = printValue(itemType)
  if (text === 'ARRAY' || text === 'FORM' || !INPUT_TYPES.some(type => type === text)) {
    const choices = INPUT_TYPES.filter(type => type !== 'ARRAY' && type !== 'FORM')
    const message = `The items of a list cannot be of type "${text}"; they can be ${choices.join(', ')}.`
    object(inspection, { code: 'invalid-input', message, path: at })
  }
}

function inspectDependencies(inspection: Inspection, inputs: readonly Input[], path: string): void {
  const ids = new Set(inputs.map(({ id }) => id))
  const outer = new Set(
    inspection.flow.inputs.flatMap(input => [input.id, ...(input.inputs ?? []).map(({ id }) => `${input.id}.${id}`)]),
  )
  inputs.forEach(({ id, dependsOn }, index) => {
    dependsOn?.inputs.forEach((other, position) => {
      if (ids.has(other) || outer.has(other)) return
      const close = nearest(other, [...ids, ...outer])
      const hint = close === undefined ? 'remove it, or declare such an input.' : `did you mean "${close}"?`
      const message = `The input "${id}" depends on "${other}", which does not exist; ${hint}`
      object(inspection, { code: 'unknown-input', message, path: `${path}[${index}].dependsOn.inputs[${position}]` })
    })
  })
  const graph = new Map(
    inputs.map(({ id, dependsOn }) => [id, (dependsOn?.inputs ?? []).filter(other => ids.has(other))]),
  )
  for (const cycle of findCycles(graph)) {
    const index = inputs.findIndex(({ id }) => id === cycle[0])
    const message = `The inputs depend on one another in a circle: ${[...cycle, cycle[0]].join(' → ')}; take one of the dependencies away.`
    object(inspection, { code: 'input-cycle', message, path: `${path}[${index}].dependsOn` })
  }
}

export function inspectOutputs(inspection: Inspection): void {
  inspection.flow.outputs.forEach(({ id, type, value }, index) => {
    if (value === null) {
      const message = `The output "${id}" has no value.`
      object(inspection, { code: 'missing-property', message, path: `outputs[${index}].value` })
    }
    if (type === undefined && inspection.flow.dialect === 1) {
      const message = `The output "${id}" has no type; it is kept as it is rendered.`
      object(inspection, { severity: 'info', code: 'missing-property', message, path: `outputs[${index}]` })
    }
  })
}
