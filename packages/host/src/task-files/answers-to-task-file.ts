// What the process of a task from a file may ask of its host. It says what, never where: files go through the store as the task sees it, in pieces, so
// that nothing is opened on this machine by a path that the process has chosen.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { endingOf, fromPlain, isMap, mapGet, printValue, TaskError } from '@batuta/plugin-sdk'
import type { FileName, RunContext, Value, ValueMap } from '@batuta/plugin-sdk'

type Answer = (args: ValueMap) => Promise<Value>

interface Writing {
  readonly stream: PassThrough
  readonly stored: Promise<Value>
}

const OPEN_MAX = 64
const CHUNK_BYTES_MAX = 1024 * 1024

export class AnswersToTaskFile {
  readonly #ctx: RunContext
  readonly #reading = new Map<string, AsyncIterator<Uint8Array>>()
  readonly #writing = new Map<string, Writing>()
  readonly #answers: Readonly<Record<string, Answer>>
  #last = 0

  constructor(ctx: RunContext) {
    this.#ctx = ctx
    this.#answers = { ...answersOf(ctx), ...this.#streams() }
  }

  async answer(name: string, args: ValueMap): Promise<Value> {
    const answer = Object.hasOwn(this.#answers, name) ? this.#answers[name] : undefined
    if (answer === undefined) throw new TaskError(`the host does not know "${name}"`)
    return await answer(args)
  }

  /** What was begun and not finished is not kept. */
  close(): void {
    for (const { stream, stored } of this.#writing.values()) {
      stored.catch(() => undefined)
      stream.destroy(new TaskError('the task ended before it had written the file'))
    }
    for (const stream of this.#reading.values()) void stream.return?.()
    this.#writing.clear()
    this.#reading.clear()
  }

  #streams(): Readonly<Record<string, Answer>> {
    return {
      'files.open': async args => {
        const handle = this.#newHandle()
        const stream = await this.#ctx.files.open(textAt(args, 'uri'))
        this.#reading.set(handle, stream[Symbol.asyncIterator]())
        return handle
      },
      'files.next': async args => {
        const { done, value } = await found(this.#reading, args).next()
        return done === true ? null : Buffer.from(value).toString('base64')
      },
      'files.close': async args => {
        const handle = textAt(args, 'handle')
        await this.#reading.get(handle)?.return?.()
        return this.#reading.delete(handle)
      },
      'files.create': async args => {
        const handle = this.#newHandle()
        const stream = new PassThrough()
        const stored = this.#store(stream, args)
        // Met where the file is finished.
        stored.catch(() => undefined)
        this.#writing.set(handle, { stream, stored })
        return await Promise.resolve(handle)
      },
      'files.write': async args => {
        const { stream, stored } = found(this.#writing, args)
        const chunk = Buffer.from(textAt(args, 'chunk'), 'base64')
        if (chunk.length > CHUNK_BYTES_MAX) throw new TaskError(`a piece of a file has ${chunk.length} bytes`)
        if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), stored])
        return null
      },
      'files.finish': async args => {
        const { stream, stored } = found(this.#writing, args)
        this.#writing.delete(textAt(args, 'handle'))
        stream.end()
        return await stored
      },
    }
  }

  async #store(stream: PassThrough, args: ValueMap): Promise<Value> {
    if (mapGet(args, 'isCache') !== true) return await this.#ctx.files.put(stream, nameOf(args))
    await this.#ctx.files.putCache(stream)
    return null
  }

  #newHandle(): string {
    if (this.#reading.size + this.#writing.size >= OPEN_MAX)
      throw new TaskError(`a task has at most ${OPEN_MAX} files of storage open at a time`)
    return String(++this.#last)
  }
}

function answersOf(ctx: RunContext): Readonly<Record<string, Answer>> {
  const { files } = ctx
  return {
    renderText: args => ctx.renderText(textAt(args, 'template'), scopeOf(args)),
    renderDeep: args => ctx.renderDeep(mapGet(args, 'value') ?? null, scopeOf(args)),
    renderTyped: args => ctx.renderTyped(mapGet(args, 'value') ?? null, scopeOf(args)),
    port: args => ctx.ports.ask(textAt(args, 'name'), mapAt(args, 'args')),
    ready: async () => {
      await ctx.logger.ready()
      return null
    },
    runTask: async args => {
      const { state, outputs } = endingOf(await ctx.runTask(textAt(args, 'type'), mapAt(args, 'properties')))
      return { state, outputs: fromPlain(outputs) }
    },
    'files.size': args => files.size(textAt(args, 'uri')),
    'files.exists': args => files.exists(textAt(args, 'uri')),
    'files.delete': args => files.delete(textAt(args, 'uri')),
    'files.findCache': async () => fromPlain((await files.findCache()) ?? null),
    'files.deleteOfExecution': async () => [...(await files.deleteOfExecution())],
  }
}

function textAt(args: ValueMap, name: string): string {
  const value = mapGet(args, name)
  if (value === undefined || value === null) throw new TaskError(`"${name}" is missing`)
  return printValue(value)
}

function mapAt(args: ValueMap, name: string): ValueMap {
  const value = mapGet(args, name)
  return value !== undefined && isMap(value) ? value : {}
}

function scopeOf(args: ValueMap): ValueMap | undefined {
  const scope = mapGet(args, 'scope')
  return scope !== undefined && isMap(scope) ? scope : undefined
}

function nameOf(args: ValueMap): FileName {
  const name = mapGet(args, 'name')
  return name === undefined
    ? { extension: printValue(mapGet(args, 'extension') ?? '.tmp') }
    : { name: printValue(name) }
}

function found<T>(open: ReadonlyMap<string, T>, args: ValueMap): T {
  const item = open.get(textAt(args, 'handle'))
  if (item === undefined) throw new TaskError('the file is not open any more')
  return item
}
