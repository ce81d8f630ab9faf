// Query parameters by the route's schema: texts become the numbers, truths and lists that the schema asks for. Unknown ones are left alone.
import { trust } from '@batuta/core'
import { IsArray, IsBoolean, IsInteger, IsOptional, type Static, type TObject, type TSchema } from 'typebox'
import { Errors } from 'typebox/value'
import { RequestError, unprocessable, type ErrorDetail } from './request-error.ts'

const NAMES_MAX = 1_000

export function readQuery<Query extends TObject>(schema: Query, given: URLSearchParams): Static<Query> {
  if (given.size > 0) return readGiven(schema, given)
  const known = emptyQueries.get(schema) ?? readGiven(schema, given)
  emptyQueries.set(schema, known)
  return trust<Static<Query>>(known)
}

/** What each schema makes of no query at all: most requests have none. */
const emptyQueries = new WeakMap<TObject, unknown>()

function readGiven<Query extends TObject>(schema: Query, given: URLSearchParams): Static<Query> {
  const values: Record<string, unknown> = {}
  const details: ErrorDetail[] = []
  if (given.size > NAMES_MAX)
    throw new RequestError(400, 'query-too-long', `A query has at most ${NAMES_MAX} parameters.`)
  for (const [name, property] of Object.entries<TSchema>(schema.properties)) {
    const texts = given.getAll(name)
    if (texts.length === 0) {
      if (!IsOptional(property))
        throw new RequestError(400, 'query-missing', `The query parameter "${name}" is missing.`)
      if ('default' in property) values[name] = property.default
      continue
    }
    const value = convert(property, texts)
    values[name] = value
    for (const problem of Errors(property, value)) details.push({ path: name, message: `${name}: ${problem.message}` })
  }
  if (details.length > 0)
    throw unprocessable('query-invalid', details.map(detail => detail.message).join('; '), details)
  return trust<Static<Query>>(values)
}

function convert(schema: TSchema, texts: readonly string[]): unknown {
  if (IsArray(schema)) return texts
  const text = texts.at(-1) ?? ''
  if (IsInteger(schema)) return /^-?\d{1,15}$/.test(text) ? Number(text) : text
  if (IsBoolean(schema)) return text === 'true' || text === '' ? true : text === 'false' ? false : text
  return text
}
