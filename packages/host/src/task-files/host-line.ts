// The process's end of the line to the host. What the task prints shares the stream with messages: it is held until its line is whole, so that it
// never ends up in the middle of one.
import { decodeValue, encodeValue, TaskError } from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'
import { markedLine, type FromTaskFile, type ToTaskFile } from './messages.ts'

interface Question {
  readonly resolve: (value: Value) => void
  readonly reject: (error: Error) => void
}

const HELD_CHARS_MAX = 16 * 1024

export class HostLine {
  readonly #write: (text: string) => void
  readonly #questions = new Map<number, Question>()
  #last = 0
  #held = ''

  constructor(stdout: NodeJS.WriteStream) {
    const write = stdout.write.bind(stdout)
    this.#write = text => void write(text)
    const decoder = new TextDecoder()
    stdout.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      this.#print(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
      const done = rest.at(-1)
      if (typeof done === 'function') queueMicrotask(() => void done())
      return true
    }
  }

  send(message: FromTaskFile): void {
    this.#write(`${markedLine(message)}\n`)
  }

  async ask(name: string, args: ValueMap = {}): Promise<Value> {
    const id = ++this.#last
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    this.#questions.set(id, { resolve, reject })
    this.send({ type: 'ask', id, name, args: encodeValue(args) })
    return await promise
  }

  answer({ id, value, error }: Extract<ToTaskFile, { type: 'answer' }>): void {
    const question = this.#questions.get(id)
    this.#questions.delete(id)
    if (error !== undefined) question?.reject(new TaskError(error))
    else question?.resolve(value === undefined ? null : decodeValue(value))
  }

  /** With the last word. */
  close(message: FromTaskFile): void {
    if (this.#held !== '') this.#print('\n')
    this.send(message)
  }

  #print(text: string): void {
    this.#held += text
    const end = this.#held.lastIndexOf('\n') + 1
    const whole = this.#held.length - end > HELD_CHARS_MAX ? this.#held.length : end
    if (whole === 0) return
    this.#write(whole === end ? this.#held.slice(0, end) : `${this.#held}\n`)
    this.#held = this.#held.slice(whole)
  }
}
