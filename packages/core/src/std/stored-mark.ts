// What stands among values for one that is too large for the journal and lies in internal storage.
import { isMap, mapGet, type Value, type ValueMap } from './value.ts'
import { printValue } from './value-text.ts'

export const STORED_TYPE = 'io.batuta.datatype:stored'

/** `TEXT`: the file is the text itself. `JSON`: it is a value's text. */
export type StoredFormat = 'TEXT' | 'JSON'

export interface StoredValue {
  readonly uri: string
  readonly format: StoredFormat
}

export function storedMark(uri: string, sizeBytes: number, format: StoredFormat): ValueMap {
  return { type: STORED_TYPE, uri, size: sizeBytes, format }
}

/** Undefined for any other value. */
export function storedOf(value: Value): StoredValue | undefined {
  if (typeof value !== 'object' || value === null || !isMap(value) || mapGet(value, 'type') !== STORED_TYPE)
    return undefined
  return {
    uri: printValue(mapGet(value, 'uri') ?? null),
    format: mapGet(value, 'format') === 'TEXT' ? 'TEXT' : 'JSON',
  }
}
