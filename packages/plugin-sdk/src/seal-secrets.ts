// Keeps secrets out of what is kept: texts of a value that hold one are encrypted.
import { isEncrypted, isList, isMap, isNumber, mapEntries, mapFrom, printValue, sealedForm } from '@batuta/core'
import type { Value } from '@batuta/core'
import type { SecretMask } from './secret-mask.ts'

export interface Sealing {
  readonly mask: SecretMask
  /** The text encrypted; null where there is no key. */
  readonly seal: (text: string) => Promise<Value>
}

/** Larger texts are masked, not encrypted: a secret in the midst of megabytes is an accident. */
const SEALED_CHARS_MAX = 64 * 1024

/** Texts with a secret in them are kept encrypted: later tasks read them, nobody else does. The same value when there is none. */
export async function sealSecrets(value: Value, room: Sealing): Promise<Value> {
  if (typeof value === 'string') {
    if (!room.mask.hides(value)) return value
    const sealed = value.length <= SEALED_CHARS_MAX ? await room.seal(value) : null
    return sealed ?? room.mask.apply(value)
  }
  if (isNumber(value)) return room.mask.hidesNumber(value) ? await sealNumber(value, room) : value
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) {
    const items: Value[] = []
    for (const item of value) items.push(await sealSecrets(item, room))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (!isMap(value) || isEncrypted(value)) return value
  let hasChanged = false
  const entries: [string, Value][] = []
  for (const [key, item] of mapEntries(value)) {
    const sealed = await sealSecrets(item, room)
    // A name cannot be encrypted and found again.
    const name = room.mask.apply(key)
    if (sealed !== item || name !== key) hasChanged = true
    entries.push([name, sealed])
  }
  return hasChanged ? mapFrom(entries) : value
}

async function sealNumber(value: Value, { mask, seal }: Sealing): Promise<Value> {
  return (await seal(sealedForm(value))) ?? mask.apply(printValue(value))
}
