// Cipher texts are shown to everybody who may see an execution. Whoever sent one back as a value of his own would have it opened for him: what people
// send never holds one.
import { ENCRYPTED_TYPE, isList, isMap, someValue, type Value } from '@batuta/core'
import { RequestError } from './request-error.ts'

export function refuseSealed(value: Value, what: string): void {
  if (isSealed(value)) {
    const message = `${what} holds "${ENCRYPTED_TYPE}", which marks what the server itself has encrypted: send the plain text.`
    throw new RequestError(422, 'value-reserved', message)
  }
}

/** In a text, too: it may be read as JSON. */
function isSealed(value: Value): boolean {
  if (typeof value === 'string') return value.includes(ENCRYPTED_TYPE)
  if (value === null || typeof value !== 'object') return false
  if (isList(value)) return value.some(isSealed)
  return isMap(value) && someValue(value, isSealed)
}
