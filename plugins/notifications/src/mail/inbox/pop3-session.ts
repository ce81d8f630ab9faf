// POP3 (RFC 1939), as far as reading letters goes: a line, an answer; longer answers end with a dot.
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { isIP } from 'node:net'
import { TaskError, type RunContext } from '@batuta/plugin-sdk'
import { openSocket } from '../send-mail.ts'
import { LETTER_BYTES_MAX, type MailboxPlace } from './mailbox.ts'

const TIMEOUT_MS = 60_000
const CONNECT_TIMEOUT_MS = 10_000
const LINE_END = Buffer.from('\r\n')
const TEXT_END = Buffer.from('\r\n.\r\n')
/** A list of a hundred thousand letters. */
const ANSWER_BYTES_MAX = LETTER_BYTES_MAX * 2

export class Pop3Session {
  readonly #socket: Socket
  #pending: Buffer[] = []
  #bytes = 0
  #wake: (() => void) | undefined
  #failure: Error | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('the mail server does not answer')))
    socket.on('data', (bytes: Buffer) => {
      this.#pending.push(bytes)
      this.#bytes += bytes.length
      if (this.#bytes > ANSWER_BYTES_MAX) socket.destroy(new Error(`an answer has more than ${ANSWER_BYTES_MAX} bytes`))
      this.#wake?.()
    })
    socket.on('error', error => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the mail server closed the connection')))
  }

  static async open(ctx: RunContext, { host, port, isTls, trustsAll, ...user }: MailboxPlace): Promise<Pop3Session> {
    const plain = await openSocket(ctx, { host, port, timeoutMs: CONNECT_TIMEOUT_MS })
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = isTls ? connectTls({ socket: plain, rejectUnauthorized: !trustsAll, ...name }) : plain
    const session = new Pop3Session(socket)
    try {
      await session.#expect('greeting')
      await session.#ask(`USER ${oneLine(user.username)}`, 'USER')
      await session.#ask(`PASS ${oneLine(user.password)}`, 'PASS')
    } catch (error) {
      socket.destroy()
      throw error
    }
    return session
  }

  /** The numbers of this session and the lasting names of all letters. */
  async names(): Promise<readonly { readonly number: number; readonly name: string }[]> {
    await this.#ask('UIDL', 'UIDL')
    const text = (await this.#text()).toString('latin1')
    return text.split('\r\n').flatMap(line => {
      const [number, name] = line.split(' ')
      return name === undefined ? [] : [{ number: Number(number), name }]
    })
  }

  async letter(number: number): Promise<Buffer> {
    await this.#ask(`RETR ${number}`, 'RETR')
    const text = await this.#text()
    // A line that begins with a dot was given another one.
    return Buffer.from(text.toString('latin1').replace(/(^|\r\n)\.\./g, '$1.'), 'latin1')
  }

  async close(): Promise<void> {
    if (this.#failure === undefined) await this.#ask('QUIT', 'QUIT').catch(() => {})
    this.#socket.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** `name` is what errors say: the line may hold the password. */
  async #ask(line: string, name: string): Promise<void> {
    this.#socket.write(`${line}\r\n`)
    await this.#expect(name)
  }

  async #expect(name: string): Promise<void> {
    const answer = (await this.#until(LINE_END)).toString('utf8')
    if (!answer.startsWith('+OK'))
      throw new TaskError(`the mail server refused ${name}: ${answer.replace(/^-ERR ?/, '')}`)
  }

  async #text(): Promise<Buffer> {
    const first = await this.#until(LINE_END)
    if (first.toString('latin1') === '.') return Buffer.alloc(0)
    return Buffer.concat([first, LINE_END, await this.#restOfText()])
  }

  async #restOfText(): Promise<Buffer> {
    const peeked = await this.#until(LINE_END)
    if (peeked.toString('latin1') === '.') return Buffer.alloc(0)
    this.#pending = [Buffer.concat([peeked, LINE_END, ...this.#pending])]
    this.#bytes += peeked.length + LINE_END.length
    return await this.#until(TEXT_END)
  }

  /** What comes before the end, which is taken as well. */
  async #until(end: Buffer): Promise<Buffer> {
    let from = 0
    for (;;) {
      const all = this.#pending.length === 1 ? (this.#pending[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#pending)
      const at = all.indexOf(end, from)
      if (at !== -1) {
        this.#pending = [all.subarray(at + end.length)]
        this.#bytes = all.length - at - end.length
        return all.subarray(0, at)
      }
      this.#pending = [all]
      from = Math.max(0, all.length - end.length)
      if (this.#failure) throw new TaskError(`the mail server is gone: ${this.#failure.message}`)
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake?.()
  }
}

function oneLine(text: string): string {
  if (!/[\r\n\0]/.test(text)) return text
  throw new TaskError('username and password of a mailbox must not contain line ends')
}
