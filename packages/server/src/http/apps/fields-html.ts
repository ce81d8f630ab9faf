// What a flow or an execution asks for, as the fields of a form, and what such a form sends as the values that are meant.
import {
  escapeHtml,
  isEncrypted,
  isList,
  mapEntries,
  mapFrom,
  mapGet,
  printValue,
  type Input,
  type ResolvedInput,
  type Value,
  type ValueMap,
} from '@batuta/core'

export interface FieldsOptions {
  /** Problems are told: it was sent once. */
  readonly isTried: boolean
}

export function fieldsHtml(perInput: readonly ResolvedInput[], options: FieldsOptions): string {
  return perInput
    .filter(({ isEnabled, input }) => isEnabled && input.type !== 'FORM')
    .map(resolved => fieldHtml(resolved, options))
    .join('\n')
}

/** Which fields there are: where it changes the form is made anew. */
export function fieldNames(perInput: readonly ResolvedInput[]): string {
  return perInput.flatMap(({ id, isEnabled }) => (isEnabled ? [id] : [])).join(' ')
}

function fieldHtml(resolved: ResolvedInput, { isTried }: FieldsOptions): string {
  const { id, input, problems } = resolved
  const shown = isTried ? problems : []
  const name = escapeHtml(input.displayName ?? input.id)
  const about = [
    ...(input.description === undefined
      ? []
      : [`<p class="hint" id="about-${escapeHtml(id)}">${escapeHtml(input.description)}</p>`]),
    ...shown.map((text, index) => `<p class="problem" id="wrong-${escapeHtml(id)}-${index}">${escapeHtml(text)}</p>`),
  ]
  const ids = [
    ...(input.description === undefined ? [] : [`about-${id}`]),
    ...shown.map((_, index) => `wrong-${id}-${index}`),
  ]
  const described = ids.length === 0 ? '' : ` aria-describedby="${escapeHtml(ids.join(' '))}"`
  const more = `${described}${shown.length > 0 ? ' aria-invalid="true"' : ''}${input.required && input.type !== 'FILE' ? ' aria-required="true"' : ''}`
  const must = input.required ? ' class="must"' : ''
  if (input.type === 'BOOL' || input.type === 'BOOLEAN')
    return `<fieldset class="field"${described}><legend${must}>${name}</legend>${yesNo(resolved)}${about.join('')}</fieldset>`
  if (input.type === 'MULTISELECT' && resolved.choices)
    return `<fieldset class="field"${described}><legend${must}>${name}</legend>${boxes(resolved)}${about.join('')}</fieldset>`
  return `<div class="field"><label for="${idOf(id)}"${must}>${name}${zoneOf(input)}</label>${controlHtml(resolved, more)}${about.join('')}</div>`
}

function zoneOf({ type }: Input): string {
  return type === 'DATETIME' ? ' (UTC)' : ''
}

function idOf(id: string): string {
  return escapeHtml(`in-${id}`)
}

function yesNo({ id, value }: ResolvedInput): string {
  const radio = (text: string, isOn: boolean): string =>
    `<label class="choice"><input type="radio" id="${idOf(`${id}-${isOn}`)}" name="${escapeHtml(id)}" value="${isOn}"${value === isOn ? ' checked' : ''}>${text}</label>`
  return `${radio('Yes', true)}${radio('No', false)}`
}

function boxes({ id, value, choices = [] }: ResolvedInput): string {
  const chosen = new Set(value !== undefined && isList(value) ? value.map(printValue) : [])
  return choices
    .map(printValue)
    .map(
      (choice, index) =>
        `<label class="choice"><input type="checkbox" id="${idOf(`${id}-${index}`)}" name="${escapeHtml(id)}" value="${escapeHtml(choice)}"${chosen.has(choice) ? ' checked' : ''}>${escapeHtml(choice)}</label>`,
    )
    .join('')
}

const INPUT_TYPES: Readonly<Partial<Record<Input['type'], string>>> = {
  INT: 'type="number" step="1" inputmode="numeric"',
  FLOAT: 'type="number" step="any" inputmode="decimal"',
  DATE: 'type="date"',
  DATETIME: 'type="datetime-local" step="1"',
  TIME: 'type="time" step="1"',
  FILE: 'type="file"',
  URI: 'type="url"',
  EMAIL: 'type="email" autocomplete="email"',
  SECRET: 'type="password" autocomplete="off"',
}
const TEXT_AREAS: readonly Input['type'][] = ['JSON', 'YAML', 'ION', 'OBJECT', 'ARRAY', 'TABLE', 'MULTISELECT']

function controlHtml({ id, input, value, choices }: ResolvedInput, more: string): string {
  const { type, properties } = input
  const own = `id="${idOf(id)}" name="${escapeHtml(id)}"${more}`
  const text = textOf(value, type)
  if (choices !== undefined && mapGet(properties, 'allowCustomValue') !== true) {
    const options = choices.map(printValue).map(choice => optionHtml(choice, choice === text))
    return `<select ${own}>${text === '' ? '<option value=""></option>' : ''}${options.join('')}</select>`
  }
  if (TEXT_AREAS.includes(type)) return `<textarea ${own} spellcheck="false">${escapeHtml(text)}</textarea>`
  const given = text === '' || type === 'SECRET' || type === 'FILE' ? '' : ` value="${escapeHtml(text)}"`
  const list = choices ? ` list="${idOf(`${id}-list`)}"` : ''
  const options = choices
    ? `<datalist id="${idOf(`${id}-list`)}">${choices.map(choice => optionHtml(printValue(choice), false)).join('')}</datalist>`
    : ''
  return `<input ${INPUT_TYPES[type] ?? 'type="text"'} ${own}${given}${list}${boundsOf(input)}>${options}`
}

function optionHtml(choice: string, isChosen: boolean): string {
  return `<option value="${escapeHtml(choice)}"${isChosen ? ' selected' : ''}>${escapeHtml(choice)}</option>`
}

function boundsOf({ type, properties }: Input): string {
  if (type !== 'INT' && type !== 'FLOAT') return ''
  return (['min', 'max'] as const)
    .flatMap(name => {
      const bound = mapGet(properties, name)
      return bound === undefined || bound === null ? [] : [` ${name}="${escapeHtml(printValue(bound))}"`]
    })
    .join('')
}

/** As the control wants it. */
function textOf(value: Value | undefined, type: Input['type']): string {
  if (value === undefined || value === null || isEncrypted(value)) return ''
  const text = printValue(value)
  if (type === 'DATETIME') return text.replace(/(\.\d+)?(Z|[+-]00:?00)$/, '')
  if (type === 'DURATION' && /^\d+(\.\d+)?$/.test(text)) return `PT${text}S`
  return text
}

const LOCAL_MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/

/** A form cannot say everything: one box of many is a list, a moment without a zone is of UTC. */
export function meantBy(inputs: ValueMap, asked: readonly Input[]): ValueMap {
  const types = new Map(flatten(asked, '').map(({ id, type }) => [id, type]))
  return mapFrom(Array.from(mapEntries(inputs), ([id, value]): [string, Value] => [id, meant(value, types.get(id))]))
}

function flatten(
  inputs: readonly Input[],
  prefix: string,
): readonly { readonly id: string; readonly type: Input['type'] }[] {
  return inputs.flatMap(({ id, type, inputs: inner = [] }) => [
    { id: `${prefix}${id}`, type },
    ...flatten(inner, `${prefix}${id}.`),
  ])
}

function meant(value: Value, type: Input['type'] | undefined): Value {
  if (typeof value !== 'string' || value === '') return value
  if (type === 'MULTISELECT' && !value.trimStart().startsWith('[')) return [value]
  if (type === 'DATETIME' && LOCAL_MOMENT.test(value)) return `${value.length === 16 ? `${value}:00` : value}Z`
  return value
}
