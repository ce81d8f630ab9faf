// Outputs that were too large for a message, read back from internal storage. What is larger than this belongs into a file of its own.
import { decodeValue, isMap, type ValueMap } from '@batuta/core'
import type { FileStore } from '@batuta/plugin-sdk'

export const OUTPUTS_MAX_BYTES: number = 16 * 2 ** 20

export async function readSpilledOutputs(files: FileStore, uri: string): Promise<ValueMap> {
  const entry = await files.find(uri)
  const sizeBytes = entry?.sizeBytes ?? 0
  if (sizeBytes > OUTPUTS_MAX_BYTES) {
    throw new Error(
      `the outputs have ${sizeBytes} bytes, at most ${OUTPUTS_MAX_BYTES} are kept as values: write them to a file (store: true, outputFiles) and pass its URI on.`,
    )
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of await files.open(uri)) chunks.push(chunk)
  const value = decodeValue(Buffer.concat(chunks).toString('utf8'))
  if (!isMap(value)) throw new Error('the outputs are no map.')
  return value
}
