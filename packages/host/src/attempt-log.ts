// The log of one attempt: filtered by level, masked, cut into lines of bounded length, and bounded in all. The first megabytes go to
// the server, the rest to a file in storage, and what is above the hard limit is only counted.
import { createWriteStream } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { LINE_CHARS_MAX } from '@batuta/plugin-sdk'
import type { FileStore, HostLimits, Logger, LogLevel, LogLine, SecretMask } from '@batuta/plugin-sdk'

const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']

/** What a line costs beside its message; without it a flood of short lines would be cheap. */
const LINE_COST = 50

export interface AttemptLogOptions {
  readonly attempt: number
  readonly level: LogLevel | undefined
  readonly isToFile: boolean
  readonly limits: Pick<HostLimits, 'logInlineMaxBytes' | 'logMaxBytes'>
  readonly mask: SecretMask
  readonly now: () => number
  /** Where lines go that the server shall have. */
  readonly ship: (line: LogLine) => void
  readonly ready: () => Promise<void>
  readonly store: FileStore
  /** URI of the file for the rest. */
  readonly fileUri: string
  /** Where that file grows on the local disk; the folder exists. */
  readonly growingPath: string
}

export class AttemptLog implements Logger {
  readonly #options: AttemptLogOptions
  readonly #levelMin: number
  #chars = 0
  #droppedLines = 0
  #file: WriteStream | undefined
  readonly #waiting: (() => void)[] = []
  #failure: unknown

  constructor(options: AttemptLogOptions) {
    this.#options = options
    this.#levelMin = options.level === undefined ? 0 : LEVELS.indexOf(options.level)
  }

  log(level: LogLevel, message: string): void {
    if (LEVELS.indexOf(level) < this.#levelMin) return
    const text = this.#options.mask.apply(message)
    for (let start = 0; start === 0 || start < text.length; start += LINE_CHARS_MAX) {
      this.#put(level, text.length <= LINE_CHARS_MAX ? text : text.slice(start, start + LINE_CHARS_MAX))
    }
  }

  trace(message: string): void {
    this.log('TRACE', message)
  }

  debug(message: string): void {
    this.log('DEBUG', message)
  }

  info(message: string): void {
    this.log('INFO', message)
  }

  warn(message: string): void {
    this.log('WARN', message)
  }

  error(message: string): void {
    this.log('ERROR', message)
  }

  async ready(): Promise<void> {
    await this.#options.ready()
    const isFull = this.#file?.writableNeedDrain === true && this.#failure === undefined
    if (isFull) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  #resume(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Ends the file, if there is one, and returns its URI in storage. */
  async close(): Promise<string | undefined> {
    const { growingPath, fileUri, store } = this.#options
    if (this.#droppedLines > 0) {
      this.#ship('WARN', `dropped ${this.#droppedLines} lines of log above ${this.#options.limits.logMaxBytes} bytes`)
    }
    if (this.#file === undefined) return undefined
    this.#file.end()
    await finished(this.#file).catch((error: unknown) => (this.#failure ??= error))
    try {
      if (this.#failure !== undefined) throw this.#failure
      await store.put(fileUri, { path: growingPath })
      return fileUri
    } catch (error) {
      this.#ship('ERROR', `the log file could not be stored: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    } finally {
      await rm(growingPath, { force: true })
    }
  }

  #put(level: LogLevel, message: string): void {
    const { limits, isToFile } = this.#options
    this.#chars += message.length + LINE_COST
    if (this.#chars > limits.logMaxBytes) this.#droppedLines++
    else if (isToFile) this.#write(level, message)
    else if (this.#chars <= limits.logInlineMaxBytes) this.#ship(level, message)
    else this.#overflow(level, message)
  }

  #overflow(level: LogLevel, message: string): void {
    if (this.#file === undefined) {
      const { limits, fileUri } = this.#options
      this.#ship('WARN', `the log is longer than ${limits.logInlineMaxBytes} bytes; the rest is in ${fileUri}`)
    }
    this.#write(level, message)
  }

  #ship(level: LogLevel, message: string): void {
    const { ship, now, attempt } = this.#options
    ship({ atMs: now(), level, message, attempt })
  }

  #write(level: LogLevel, message: string): void {
    this.#file ??= this.#open()
    const at = new Date(this.#options.now()).toISOString()
    if (this.#failure === undefined) this.#file.write(`${at} ${level} ${message}\n`)
  }

  #open(): WriteStream {
    const { growingPath } = this.#options
    const file = createWriteStream(growingPath, { flags: 'w', highWaterMark: 256 * 1024, autoClose: true })
    file.on('error', error => (this.#failure ??= error))
    file.on('drain', () => this.#resume()).on('close', () => this.#resume())
    return file
  }
}
