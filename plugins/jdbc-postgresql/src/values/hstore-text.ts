import { mapFrom } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'

const PAIR = /"((?:[^"\\]|\\.)*)"=>(?:(NULL)|"((?:[^"\\]|\\.)*)")/gs

/** `"a"=>"1", "b"=>NULL` as a map of texts. */
export function readHstore(text: string): Value {
  const entries = Array.from(text.matchAll(PAIR), ([, key = '', isNull, value = '']): [string, Value] => [
    unescape(key),
    isNull === undefined ? unescape(value) : null,
  ])
  return mapFrom(entries)
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, '$1')
}
