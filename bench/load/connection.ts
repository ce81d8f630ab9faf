// One keep-alive connection with one request out at a time. The answer is read for its status, its length and, when asked, the id in its
// body; nothing else of it is looked at, so that the generator costs a small part of what it measures.
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  /** The first `"id"` of the body; read only for answers that are sampled. */
  readonly id: string | undefined
}

export interface ConnectionEvents {
  onOpen(connection: Connection): void
  onAnswer(connection: Connection, answer: Answer): void
  /** It is gone; `isOwing` when a request on it was never answered. */
  onClose(connection: Connection, isOwing: boolean, cause: string): void
}

const READ_BYTES = 16 * 1024
const HEADER_END = Buffer.from('\r\n\r\n')
const ID_MARK = Buffer.from('"id":"')
const QUOTE = 0x22
const STATUS_AT = 9
const CONTENT_LENGTH = /content-length: *(\d+)/i

export class Connection {
  readonly #socket: Socket
  readonly #events: ConnectionEvents
  #isOwing = false
  #isClosed = false
  #wantsId = false
  #status = 0
  #id: string | undefined
  /** Bytes of the answer that are still to come; -1 while the header has not ended. */
  #left = -1
  #header: Buffer | undefined
  /** When the request that is out was due or sent. */
  sinceMs = 0

  constructor({ host, port }: { readonly host: string; readonly port: number }, events: ConnectionEvents) {
    this.#events = events
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    const take = (count: number, bytes: Uint8Array): boolean => {
      this.#take(buffer.buffer === bytes.buffer ? buffer.subarray(0, count) : Buffer.from(bytes).subarray(0, count))
      return true
    }
    this.#socket = connect({ host, port, noDelay: true, onread: { buffer, callback: take } })
    this.#socket.on('connect', () => events.onOpen(this))
    this.#socket.on('error', error => this.#close('code' in error ? String(error.code) : error.message))
    this.#socket.on('close', () => this.#close('closed'))
  }

  send(request: Buffer, sinceMs: number, wantsId: boolean): void {
    this.#isOwing = true
    this.#left = -1
    this.#wantsId = wantsId
    this.#id = undefined
    this.sinceMs = sinceMs
    this.#socket.write(request)
  }

  end(): void {
    this.#isClosed = true
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    if (this.#left < 0) this.#readHeader(chunk)
    else this.#readBody(chunk)
  }

  #readHeader(chunk: Buffer): void {
    const bytes = this.#header === undefined ? chunk : Buffer.concat([this.#header, chunk])
    const end = bytes.indexOf(HEADER_END)
    if (end < 0) {
      this.#header = Buffer.from(bytes)
      return
    }
    this.#header = undefined
    const header = bytes.toString('latin1', 0, end)
    this.#status = Number(header.slice(STATUS_AT, STATUS_AT + 3))
    const length = CONTENT_LENGTH.exec(header)
    if (length === null) return this.#fail('no-content-length')
    this.#left = Number(length[1])
    this.#readBody(bytes.subarray(end + HEADER_END.length))
  }

  #readBody(bytes: Buffer): void {
    if (this.#wantsId && this.#id === undefined) this.#id = idIn(bytes)
    this.#left -= bytes.length
    if (this.#left > 0) return
    if (this.#left < 0 || !this.#isOwing) return this.#fail('unexpected-bytes')
    this.#isOwing = false
    this.#events.onAnswer(this, { status: this.#status, id: this.#id })
  }

  #fail(cause: string): void {
    this.#socket.destroy()
    this.#close(cause)
  }

  #close(cause: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#events.onClose(this, this.#isOwing, cause)
  }
}

function idIn(bytes: Buffer): string | undefined {
  const at = bytes.indexOf(ID_MARK)
  if (at < 0) return undefined
  const begin = at + ID_MARK.length
  return bytes.toString('latin1', begin, bytes.indexOf(QUOTE, begin))
}
