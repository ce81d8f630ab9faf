// Cuts a stream of bytes into lines without ever holding more than one piece: a line longer than the limit comes in pieces. Lines
// that begin like a message of the outputs protocol are kept whole up to a much larger limit; beyond it only their beginning comes,
// for the pieces of a broken message are no text to log.
import { StringDecoder } from 'node:string_decoder'

export const LINE_CHARS_MAX = 16 * 1024
export const MESSAGE_CHARS_MAX = 16 * 1024 * 1024
const MESSAGE_START = '::{'

/** Calls `onLine` for each line; while it returns a promise, the stream is not read. */
export async function readLines(
  stream: AsyncIterable<Uint8Array>,
  onLine: (text: string) => void | Promise<void>,
): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let line = new Line()
  let isPassedOver = false
  for await (const chunk of stream) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    let start = isPassedOver ? text.indexOf('\n') + 1 : 0
    if (isPassedOver && start === 0) continue
    isPassedOver = false
    for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
      line.add(text.slice(start, end))
      await emit(line.whole().replace(/\r$/, ''), onLine)
      line = new Line()
      start = end + 1
    }
    line.add(text.slice(start))
    const limit = limitOf(line.beginning)
    if (line.length > limit) {
      isPassedOver = isMessage(line.beginning)
      const whole = line.whole()
      // What is not a whole piece yet is kept: where a line is cut does not depend on how it came.
      const cut = isPassedOver ? whole.length : (Math.ceil(whole.length / limit) - 1) * limit
      await emit(whole.slice(0, cut), onLine)
      line = new Line()
      line.add(whole.slice(cut))
    }
  }
  line.add(decoder.end())
  if (line.length > 0) await emit(line.whole(), onLine)
}

/** Joined once: a line of megabytes comes in hundreds of pieces. */
class Line {
  readonly #pieces: string[] = []
  length = 0
  /** Long enough to tell a message. */
  beginning = ''

  add(piece: string): void {
    if (piece === '') return
    this.#pieces.push(piece)
    this.length += piece.length
    if (this.beginning.length < MESSAGE_START.length) this.beginning += piece.slice(0, MESSAGE_START.length)
  }

  whole(): string {
    return this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('')
  }
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
