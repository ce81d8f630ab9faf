import type { Input, InputType, Output } from './flow.ts'
import {
  booleanOf,
  deprecated,
  fieldOf,
  join,
  mark,
  mapOf,
  placesOf,
  refuseUnknown,
  requiredText,
  report,
  textOf,
  textsOf,
} from './reading.ts'
import type { Place } from './reading.ts'
import { nearest } from './nearest.ts'
import { mapFrom } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { valueOf } from './yaml-node.ts'
import type { YamlNode } from './yaml-node.ts'

export const INPUT_TYPES: readonly InputType[] = [
  ...([
    'STRING',
    'INT',
    'FLOAT',
    'BOOLEAN',
    'BOOL',
    'DATETIME',
    'DATE',
    'TIME',
    'DURATION',
    'FILE',
    'JSON',
    'YAML',
  ] as const),
  ...(['URI', 'SECRET', 'EMAIL', 'ENUM', 'SELECT', 'MULTISELECT', 'ARRAY', 'FORM', 'ION', 'OBJECT', 'TABLE'] as const),
]

const COMMON_KEYS = ['id', 'name', 'type', 'description', 'displayName', 'required', 'defaults', 'prefill', 'dependsOn']
/** What belongs to the types: any input may carry any of it, for a property without effect harms nobody. */
const TYPE_KEYS = [
  ...[
    'validator',
    'min',
    'max',
    'after',
    'before',
    'extension',
    'accept',
    'allowedFileExtensions',
    'values',
    'options',
  ],
  ...[
    'expression',
    'allowCustomValue',
    'isRadio',
    'autoSelectFirst',
    'itemType',
    'inputs',
    'columns',
    'rows',
    'schema',
  ],
]
const FORMER_KEYS = [
  ['options', 'values'],
  ['accept', 'allowedFileExtensions'],
] as const
const FORMER_TYPES: ReadonlyMap<InputType, InputType> = new Map<InputType, InputType>([
  ['ENUM', 'SELECT'],
  ['BOOLEAN', 'BOOL'],
])
const INPUT_KEYS: ReadonlySet<string> = new Set([...COMMON_KEYS, ...TYPE_KEYS])
const OUTPUT_KEYS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'type',
  'value',
  'description',
  'displayName',
  'required',
])
const DEPENDS_KEYS: ReadonlySet<string> = new Set(['inputs', 'condition'])
const ONLY_IN_2: ReadonlySet<InputType> = new Set<InputType>(['FORM', 'ION', 'OBJECT', 'TABLE'])
/** Their values are texts, whatever a number or boolean in YAML looks like: `1.10` stays `1.10`. */
const TEXT_TYPES: ReadonlySet<InputType> = new Set<InputType>([
  ...(['STRING', 'SECRET', 'ENUM', 'SELECT', 'EMAIL', 'URI', 'DATE', 'DATETIME', 'TIME', 'DURATION', 'FILE'] as const),
])

export function parseInputs(owner: Place, key: string): readonly Input[] {
  return placesOf(owner, key).map(parseInput)
}

function parseInput(place: Place): Input {
  refuseUnknown(place, INPUT_KEYS, 'an input')
  const type = inputType(place, true) ?? 'STRING'
  for (const [old, current] of FORMER_KEYS) {
    if (fieldOf(place, old) !== undefined) deprecated(place, old, `\`${old}\` is now \`${current}\`.`)
  }
  const defaults = typedValue(fieldOf(place, 'defaults'), type)
  const prefill = typedValue(fieldOf(place, 'prefill'), type)
  const description = textOf(place, 'description')
  const displayName = textOf(place, 'displayName')
  const dependsOn = parseDependsOn(place)
  return {
    id: inputId(place),
    type,
    required: booleanOf(place, 'required', true),
    properties: propertiesOf(place),
    ...(description !== undefined && { description }),
    ...(displayName !== undefined && { displayName }),
    ...(defaults !== undefined && { defaults }),
    ...(prefill !== undefined && { prefill }),
    ...(dependsOn !== undefined && { dependsOn }),
    ...(type === 'FORM' && { inputs: parseInputs(place, 'inputs') }),
  }
}

function inputId(place: Place): string {
  if (fieldOf(place, 'id') === undefined && fieldOf(place, 'name') !== undefined) {
    deprecated(place, 'name', '`name` of an input is now `id`.')
    mark(place, 1, 'name', 'inputs with `name`')
    return textOf(place, 'name') ?? ''
  }
  return requiredText(place, 'id', 'an input')
}

function inputType(place: Place, isRequired: boolean): InputType | undefined {
  const text = isRequired ? requiredText(place, 'type', 'an input') : textOf(place, 'type')
  if (text === undefined || text === '') return undefined
  const type = INPUT_TYPES.find(known => known === text)
  if (type === undefined) {
    const close = nearest(text, INPUT_TYPES)
    const hint = close === undefined ? `known are ${INPUT_TYPES.join(', ')}` : `did you mean ${close}?`
    const offset = fieldOf(place, 'type')?.start ?? place.map.start
    report(place.reading, {
      severity: 'error',
      code: 'unknown-type',
      message: `Unknown type "${text}" of an input or output; ${hint}.`.replace('?.', '?'),
      path: join(place.path, 'type'),
      offset,
    })
    return undefined
  }
  if (ONLY_IN_2.has(type)) mark(place, 2, 'type', `inputs of type ${type}`)
  const current = FORMER_TYPES.get(type)
  if (current !== undefined) {
    mark(place, 1, 'type', `inputs of type ${type}`)
    deprecated(place, 'type', `The type ${type} is now ${current}.`)
  }
  return type
}

function typedValue(node: YamlNode | undefined, type: InputType): Value | undefined {
  if (node === undefined) return undefined
  return node.type === 'scalar' && TEXT_TYPES.has(type) ? node.text : valueOf(node)
}

function parseDependsOn(owner: Place): Input['dependsOn'] {
  const place = mapOf(owner, 'dependsOn')
  if (place === undefined) return undefined
  refuseUnknown(place, DEPENDS_KEYS, '`dependsOn`')
  const condition = textOf(place, 'condition')
  return { inputs: textsOf(place, 'inputs'), ...(condition !== undefined && { condition }) }
}

function propertiesOf(place: Place): Input['properties'] {
  const own = TYPE_KEYS.flatMap(key => {
    const node = key === 'inputs' ? undefined : fieldOf(place, key)
    return node === undefined ? [] : [[key, inputProperty(key, node)] as const]
  })
  return mapFrom(own)
}

/** Choices are compared as texts, and a pattern is one. */
function inputProperty(key: string, node: YamlNode): Value {
  if (node.type === 'scalar') return key === 'validator' || key === 'expression' ? node.text : node.value
  if (node.type !== 'list' || (key !== 'values' && key !== 'options')) return valueOf(node)
  return node.items.map(item => (item.type === 'scalar' && item.value !== null ? item.text : valueOf(item)))
}

export function parseOutputs(owner: Place, key: string): readonly Output[] {
  return placesOf(owner, key).map(parseOutput)
}

function parseOutput(place: Place): Output {
  refuseUnknown(place, OUTPUT_KEYS, 'an output')
  const type = inputType(place, false)
  const value = fieldOf(place, 'value')
  const description = textOf(place, 'description')
  const displayName = textOf(place, 'displayName')
  return {
    id: requiredText(place, 'id', 'an output'),
    value: value === undefined ? null : valueOf(value),
    required: booleanOf(place, 'required', true),
    ...(type !== undefined && { type }),
    ...(description !== undefined && { description }),
    ...(displayName !== undefined && { displayName }),
  }
}
