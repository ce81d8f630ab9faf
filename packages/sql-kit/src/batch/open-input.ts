// The rows of a file in storage, read so that a hiccup of the storage does not undo the work: the file is copied to the worker first, or
// reading goes on behind the rows that were read already.
import { createReadStream } from 'node:fs'
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import { readIonBatches } from '@batuta/ion'
import { pause } from './pause.ts'

export interface Input {
  readonly uri: string
  readonly handling: 'AUTO' | 'STREAM' | 'LOCAL'
  readonly bufferMaxBytes: number
  /** How often reading goes on after it broke. */
  readonly retriesMax: number
  readonly backoffMs: number
}

/** The storage failed, not the rows in it. */
export class InputBroke extends TaskError {}

export async function* openInput(ctx: RunContext, input: Input): AsyncGenerator<readonly Value[]> {
  let done = 0
  for (let retry = 0; ; retry++) {
    try {
      for await (const batch of skip(readIonBatches(await openStream(ctx, input)), done)) {
        yield batch
        done += batch.length
      }
      return
    } catch (error) {
      if (!isInputFailure(error)) throw error
      const failure = new InputBroke(`the file ${input.uri} cannot be read: ${messageOf(error)}`)
      if (retry >= input.retriesMax) throw failure
      ctx.logger.warn(`${failure.message}; retry ${retry + 1} of ${input.retriesMax}`)
      await pause(input.backoffMs, ctx.signal)
    }
  }
}

/** What the operating system or a network says has a code; what is wrong with the rows has none. */
function isInputFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && !(error instanceof TaskError)
}

async function openStream(
  ctx: RunContext,
  { uri, handling, bufferMaxBytes }: Input,
): Promise<AsyncIterable<Uint8Array>> {
  const isCopied = handling === 'LOCAL' || (handling === 'AUTO' && (await ctx.files.size(uri)) <= bufferMaxBytes)
  if (!isCopied) return ctx.files.open(uri)
  const path = await ctx.workingDir.createPath('.ion')
  await ctx.files.copyTo(uri, path)
  return createReadStream(path, { highWaterMark: 256 * 1024 })
}

async function* skip(batches: AsyncIterable<readonly Value[]>, count: number): AsyncGenerator<readonly Value[]> {
  let left = count
  for await (const batch of batches) {
    if (left >= batch.length) left -= batch.length
    else {
      yield left === 0 ? batch : batch.slice(left)
      left = 0
    }
  }
}
