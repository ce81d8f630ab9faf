import { StringDecoder } from 'node:string_decoder'
import { TaskError } from './task-error.ts'

/** A row may be large, but not so large that parsing it stops everything else. */
export const ROW_CHARS_MAX = 64 * 1024 * 1024

/** The lines of a file, without their ends; the last one also when it has no end. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let held = ''
  for await (const chunk of stream) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    if (!text.includes('\n')) {
      held += text
      if (held.length > ROW_CHARS_MAX) throw new TaskError(`a line is longer than ${ROW_CHARS_MAX} characters`)
      continue
    }
    const lines = (held + text).split('\n')
    held = lines.pop() ?? ''
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  held += decoder.end()
  if (held !== '') yield held
}
