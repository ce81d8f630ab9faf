// What a model must give to a flow, as JSON Schema.
import { isList, mapGet, printValue, type Input, type Value } from '@batuta/core'

type Schema = Readonly<Record<string, unknown>>

export function schemaOfInputs(inputs: readonly Input[]): Schema {
  const required = inputs.filter(input => input.required && input.defaults === undefined).map(({ id }) => id)
  return {
    type: 'object',
    properties: Object.fromEntries(inputs.map(input => [input.id, schemaOf(input)])),
    ...(required.length === 0 ? {} : { required }),
  }
}

function schemaOf(input: Input): Schema {
  const { displayName, description, defaults } = input
  return {
    ...typeOf(input),
    ...(displayName === undefined ? {} : { title: displayName }),
    ...(description === undefined ? {} : { description }),
    // What is rendered when an execution is made is nothing to show.
    ...(isPlain(defaults) ? { default: defaults } : {}),
  }
}

function isPlain(value: Value | undefined): value is string | number | boolean {
  return typeof value === 'string' ? !value.includes('{{') : typeof value === 'number' || typeof value === 'boolean'
}

function typeOf(input: Input): Schema {
  switch (input.type) {
    case 'INT':
      return { type: 'integer', ...rangeOf(input) }
    case 'FLOAT':
      return { type: 'number', ...rangeOf(input) }
    case 'BOOLEAN':
    case 'BOOL':
      return { type: 'boolean' }
    case 'DATETIME':
      return { type: 'string', format: 'date-time' }
    case 'DATE':
      return { type: 'string', format: 'date' }
    case 'TIME':
      return { type: 'string', format: 'time' }
    case 'DURATION':
      return { type: 'string', format: 'duration' }
    case 'EMAIL':
      return { type: 'string', format: 'email' }
    case 'URI':
    case 'FILE':
      return { type: 'string', format: 'uri' }
    case 'ENUM':
    case 'SELECT':
      return { type: 'string', ...choicesOf(input) }
    case 'MULTISELECT':
      return { type: 'array', items: { type: 'string', ...choicesOf(input) } }
    case 'ARRAY':
      return { type: 'array' }
    case 'TABLE':
      return { type: 'array', items: { type: 'object' } }
    case 'FORM':
      return schemaOfInputs(input.inputs ?? [])
    case 'OBJECT':
      return { type: 'object' }
    case 'JSON':
    case 'YAML':
    case 'ION':
      return {}
    case 'STRING':
    case 'SECRET':
      return { type: 'string', ...patternOf(input) }
  }
}

function rangeOf({ properties }: Input): Schema {
  const [min, max] = [mapGet(properties, 'min'), mapGet(properties, 'max')]
  return {
    ...(typeof min === 'number' ? { minimum: min } : {}),
    ...(typeof max === 'number' ? { maximum: max } : {}),
  }
}

/** Choices that an expression makes are known when an execution is made; those of one's own may be others. */
function choicesOf({ properties }: Input): Schema {
  const values = mapGet(properties, 'values') ?? null
  if (!isList(values) || mapGet(properties, 'allowCustomValue') === true) return {}
  return { enum: values.map(printValue) }
}

function patternOf({ properties }: Input): Schema {
  const validator = mapGet(properties, 'validator')
  return typeof validator === 'string' ? { pattern: `^(?:${validator})$` } : {}
}
