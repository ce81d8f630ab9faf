// Cuts a stream of bytes into lines without ever holding more than one piece: a line longer than the limit comes in pieces. Lines
// that begin like a message of the outputs protocol are kept whole up to a much larger limit; beyond it only their beginning comes,
// for the pieces of a broken message are no text to log.
import { StringDecoder } from 'node:string_decoder'

export const LINE_CHARS_MAX = 16 * 1024
export const MESSAGE_CHARS_MAX = 8 * 1024 * 1024
const MESSAGE_START = '::{'

/** Calls `onLine` for each line; while it returns a promise, the stream is not read. */
export async function readLines(
  stream: AsyncIterable<Uint8Array>,
  onLine: (text: string) => void | Promise<void>,
): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let held = ''
  let isPassedOver = false
  for await (const chunk of stream) {
    const text = held + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    let start = isPassedOver ? text.indexOf('\n') + 1 : 0
    if (isPassedOver && start === 0) continue
    isPassedOver = false
    for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
      await emit(text.slice(start, end > start && text[end - 1] === '\r' ? end - 1 : end), onLine)
      start = end + 1
    }
    held = text.slice(start)
    if (held.length > limitOf(held)) {
      isPassedOver = isMessage(held)
      await emit(held, onLine)
      held = ''
    }
  }
  held += decoder.end()
  if (held !== '') await emit(held, onLine)
}

function isMessage(line: string): boolean {
  return line.startsWith(MESSAGE_START)
}

function limitOf(line: string): number {
  return isMessage(line) ? MESSAGE_CHARS_MAX : LINE_CHARS_MAX
}

async function emit(line: string, onLine: (text: string) => void | Promise<void>): Promise<void> {
  const limit = limitOf(line)
  for (let start = 0; start === 0 || start < line.length; start += limit) {
    const pending = onLine(line.length <= limit ? line : line.slice(start, start + limit))
    if (pending !== undefined) await pending
    if (isMessage(line)) return
  }
}
