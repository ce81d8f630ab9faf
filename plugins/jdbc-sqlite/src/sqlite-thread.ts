// A database in a thread: asked one thing at a time, ended when the task is stopped.
import { Worker } from 'node:worker_threads'
import { TaskError } from '@batuta/plugin-sdk'
import { sqliteProgram } from './sqlite-program.ts'
import type { SqliteReply, SqliteRequest } from './sqlite-program.ts'

/** A refusal of SQLite. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError'
  readonly code: number | undefined
  /** Of a batch: the row that was refused, from 0. */
  readonly row: number | undefined

  constructor({ message, code, row }: NonNullable<SqliteReply['error']>) {
    super(message)
    this.code = code
    this.row = row
  }
}

export class SqliteThread {
  readonly #worker: Worker
  readonly #signal: AbortSignal
  #settle: ((reply: SqliteReply | Error) => void) | undefined
  #ended: Error | undefined

  private constructor(signal: AbortSignal) {
    this.#signal = signal
    this.#worker = new Worker(sqliteProgram(), { eval: true, name: 'sqlite', execArgv: QUIET })
    this.#worker.on('message', (reply: SqliteReply) => this.#take(reply))
    this.#worker.on('error', error => this.#end(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', () => this.#end(new TaskError('the thread of the database ended')))
    signal.addEventListener('abort', this.#stop, { once: true })
  }

  static async open(path: string, signal: AbortSignal): Promise<SqliteThread> {
    const thread = new SqliteThread(signal)
    try {
      await thread.ask({ type: 'open', path })
      return thread
    } catch (error) {
      await thread.close()
      throw error
    }
  }

  /** One at a time: the next when this one has settled. */
  ask(request: SqliteRequest): Promise<SqliteReply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      this.#settle = reply => {
        if (reply instanceof Error) reject(reply)
        else if (reply.error === undefined) resolve(reply)
        else reject(new SqliteError(reply.error))
      }
      this.#worker.postMessage(request)
    })
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#stop)
    if (this.#ended === undefined) await this.ask({ type: 'close' }).catch(() => undefined)
    await this.#worker.terminate()
  }

  readonly #stop = (): void => {
    const { reason }: { readonly reason: unknown } = this.#signal
    this.#end(reason instanceof Error ? reason : new Error('stopped'))
    void this.#worker.terminate()
  }

  #take(reply: SqliteReply | Error): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.(reply)
  }

  #end(error: Error): void {
    this.#ended ??= error
    this.#take(error)
  }
}

const QUIET = ['--disable-warning=ExperimentalWarning']
