import { decodeValue } from '../std/value-json.ts'
import { isList, isMap, type Value } from '../std/value.ts'

/** A list or a map is given as such, or as a template that renders to it or to its JSON. Anything else stays what it is. */
export function collectionOf(value: Value | undefined): Value | undefined {
  if (typeof value !== 'string') return value
  try {
    const read = decodeValue(value)
    return isList(read) || isMap(read) ? read : value
  } catch {
    return value // A text that is no JSON is refused by whoever wants a list or a map, in its own words.
  }
}
