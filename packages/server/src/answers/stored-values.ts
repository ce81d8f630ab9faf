// Values that are too large for the journal: read for whoever evaluates outside of a turn, and written for what comes out of that.
import { BatutaError, decodeValue, encodeValue, storedMark, type Value, type ValueMap } from '@batuta/core'
import { storageUri } from '@batuta/plugin-sdk'
import { expectReadable } from '../namespaces/file-access.ts'
import { optionalText, textOf } from './arguments.ts'
import type { AnswerWorld, Asker } from './asker.ts'

/** More than this is not kept among values. */
export const INLINE_MAX_CHARS: number = 256 * 1024
const LOADED_MAX_BYTES = 64 * 2 ** 20

export async function loadStored(world: AnswerWorld, args: ValueMap, asker: Asker): Promise<Value> {
  const uri = textOf(args, 'uri')
  await expectReadable(world, uri, asker)
  const entry = await world.files.find(uri)
  if (!entry)
    throw new BatutaError(
      'file-not-found',
      `The stored value "${uri}" is gone: the files of its execution were purged.`,
    )
  if (entry.sizeBytes > LOADED_MAX_BYTES)
    throw new BatutaError(
      'file-too-large',
      `The stored value "${uri}" has ${entry.sizeBytes} bytes: an expression takes at most ${LOADED_MAX_BYTES}.`,
    )
  const chunks: Uint8Array[] = []
  for await (const chunk of await world.files.open(uri)) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return optionalText(args, 'format') === 'TEXT' ? text : decodeValue(text)
}

/** The value itself while it is small, else what stands for it. */
export async function storeLarge(
  world: AnswerWorld,
  value: Value,
  place: Asker & { readonly name: string },
): Promise<Value> {
  const text = typeof value === 'string' ? value : encodeValue(value)
  if (text.length <= INLINE_MAX_CHARS) return value
  const { namespace, flowId, executionId, name } = place
  const folder = `kestra:///${namespace.replaceAll('.', '/')}/${flowId}/executions/${executionId}/outputs/`
  const entry = await world.files.put(storageUri(folder, `${name.replace(/[^\w.-]/g, '_')}.json`), text)
  return storedMark(entry.uri, entry.sizeBytes, typeof value === 'string' ? 'TEXT' : 'JSON')
}
