// Hashes, base64 and the encoding of forms.
import { decodeBase64, encodeBase64 } from '../../std/base64.ts'
import { md5 } from '../../std/hash/md5.ts'
import { sha1 } from '../../std/hash/sha1.ts'
import { sha256 } from '../../std/hash/sha256.ts'
import { sha512 } from '../../std/hash/sha512.ts'
import { decodeUtf8, encodeUtf8, toHex } from '../../std/utf8.ts'
import { Bytes } from '../../std/value.ts'
import { plainText } from '../../std/value-text.ts'
import { stringInput } from '../arguments.ts'
import type { FilterDefinition } from '../definition.ts'
import { fail } from '../fault.ts'

const BYTES_PER_STEP = 64

function hashFilter(name: string, hash: (message: Uint8Array) => Uint8Array): FilterDefinition {
  return {
    name,
    parameters: [],
    apply: (input, _args, { fuel }) => {
      if (input === null) return null
      const bytes = encodeUtf8(stringInput(input, name))
      fuel.spend(Math.ceil(bytes.length / BYTES_PER_STEP))
      return toHex(hash(bytes))
    },
  }
}

export const ENCODING_FILTERS: readonly FilterDefinition[] = [
  hashFilter('md5', md5),
  hashFilter('sha1', sha1),
  hashFilter('sha256', sha256),
  hashFilter('sha512', sha512),
  {
    name: 'base64encode',
    parameters: [],
    apply: input => {
      if (input === null) return null
      return encodeBase64(input instanceof Bytes ? input.bytes : encodeUtf8(plainText(input)))
    },
  },
  {
    name: 'base64decode',
    parameters: [],
    apply: input => {
      if (input === null) return null
      const bytes = decodeBase64(stringInput(input, 'base64decode'))
      return bytes === undefined ? fail('VALUE', 'The text is not base64') : decodeUtf8(bytes)
    },
  },
  {
    name: 'urlencode',
    parameters: [],
    apply: input => (input === null ? null : encodeForm(stringInput(input, 'urlencode'))),
  },
  {
    name: 'urldecode',
    parameters: [],
    apply: input => (input === null ? null : decodeForm(stringInput(input, 'urldecode'))),
  },
]

const KEPT = /^[A-Za-z0-9.\-*_]$/

function encodeForm(text: string): string {
  let result = ''
  for (const byte of encodeUtf8(text)) {
    const character = String.fromCharCode(byte)
    if (KEPT.test(character)) result += character
    else result += byte === 32 ? '+' : `%${(byte < 16 ? '0' : '') + byte.toString(16).toUpperCase()}`
  }
  return result
}

function decodeForm(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-fA-F]{2})+|%/g, run =>
      run === '%'
        ? fail('VALUE', 'The text has a `%` that two hexadecimal digits do not follow')
        : decodeUtf8(Uint8Array.from(run.slice(1).split('%'), digits => Number.parseInt(digits, 16))),
    )
}
