// Splits a file of rows into files, as a stream: of a file of any length no more is in memory than a piece of each part.
import { createWriteStream } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { extname } from 'node:path'
import { finished } from 'node:stream/promises'
import { linesOf, TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'

/** One after the other. */
const PARTS_MAX = 100_000
/** At once, each an open file. */
export const PARTITIONS_MAX = 1_000
/** A file waits for its disk; many wait together. */
const STORED_AT_ONCE = 32
/** Rows are written in pieces of this many characters. */
const PIECE_CHARS = 64 * 1024

export type SplitPlan =
  | { readonly type: 'bytes' | 'rows'; readonly limit: number }
  | { readonly type: 'partitions'; readonly count: number }
  /** Rows whose captured text is the same go to one file; rows that do not match go nowhere. */
  | { readonly type: 'pattern'; keyOf(row: string): string | undefined }

/** By what the first group of the pattern captures; `property` is how the author of the flow calls the pattern. */
export function splitByPattern(text: string, property: string): SplitPlan {
  const pattern = compile(text, property)
  return { type: 'pattern', keyOf: row => pattern.exec(row)?.[1] }
}

function compile(text: string, property: string): RegExp {
  try {
    return new RegExp(text)
  } catch (cause) {
    throw new TaskError(`"${property}" is no regular expression: ${text.slice(0, 200)}`, { cause })
  }
}

/** The URIs of the parts, in the order in which they were begun. */
export async function splitFile(
  ctx: RunContext,
  from: string,
  { plan, separator, partsMax }: SplitOptions,
): Promise<readonly string[]> {
  const parts = new Parts(ctx, { plan, separator, ...(partsMax === undefined ? {} : { partsMax }) })
  for await (const row of linesOf(await ctx.files.open(from))) {
    const full = parts.add(row)
    if (full) await full
  }
  return await parts.store(extname(from))
}

export interface SplitOptions {
  readonly plan: SplitPlan
  readonly separator: string
  /** Where many parts are more than whoever takes them can bear. */
  readonly partsMax?: number
}

interface Part {
  readonly path: string
  readonly file: WriteStream
  rows: number
  bytes: number
  held: string
}

class Parts {
  readonly #ctx: RunContext
  readonly #plan: SplitPlan
  readonly #separator: string
  readonly #partsMax: number
  readonly #parts: Part[] = []
  readonly #byKey = new Map<string, Part>()
  #rows = 0

  constructor(ctx: RunContext, { plan, separator, partsMax = PARTS_MAX }: SplitOptions) {
    this.#ctx = ctx
    this.#plan = plan
    this.#separator = separator
    this.#partsMax = partsMax
  }

  /** Undefined when there is nothing to wait for: a promise a row would take longer than the row. */
  add(row: string): Promise<void> | undefined {
    const part = this.#openPart(row)
    if (part === undefined) return undefined
    return part instanceof Promise ? part.then(begun => this.#write(begun, row)) : this.#write(part, row)
  }

  /** Local copies go as soon as they are stored. */
  async store(extension: string): Promise<readonly string[]> {
    const uris: string[] = []
    for (let first = 0; first < this.#parts.length; first += STORED_AT_ONCE) {
      const slice = this.#parts.slice(first, first + STORED_AT_ONCE)
      uris.push(...(await Promise.all(slice.map(part => this.#store(part, extension)))))
    }
    return uris
  }

  async #store(part: Part, extension: string): Promise<string> {
    await end(part)
    const uri = await this.#ctx.files.put({ path: part.path }, { extension })
    await rm(part.path)
    return uri
  }

  #write(part: Part, row: string): Promise<void> | undefined {
    const text = row + this.#separator
    part.rows++
    part.bytes += Buffer.byteLength(text)
    part.held += text
    if (part.held.length < PIECE_CHARS) return undefined
    const { held, file } = part
    part.held = ''
    return file.write(held) ? undefined : once(file, 'drain').then(() => {})
  }

  #openPart(row: string): Part | Promise<Part> | undefined {
    const plan = this.#plan
    if (plan.type === 'pattern') {
      const key = plan.keyOf(row)
      return key === undefined ? undefined : (this.#byKey.get(key) ?? this.#begin(key))
    }
    if (plan.type === 'partitions') return this.#parts[this.#rows++ % plan.count] ?? this.#begin()
    const last = this.#parts.at(-1)
    if (last === undefined) return this.#begin()
    return last[plan.type] < plan.limit ? last : end(last).then(() => this.#begin())
  }

  async #begin(key?: string): Promise<Part> {
    const partsMax = key === undefined ? this.#partsMax : PARTITIONS_MAX
    if (this.#parts.length >= partsMax) throw new TaskError(`the file falls into more than ${partsMax} parts`)
    const path = await this.#ctx.workingDir.createPath()
    const part: Part = { path, file: createWriteStream(path), rows: 0, bytes: 0, held: '' }
    this.#parts.push(part)
    if (key !== undefined) this.#byKey.set(key, part)
    return part
  }
}

async function end(part: Part): Promise<void> {
  if (part.file.closed) return
  part.file.end(part.held)
  part.held = ''
  await finished(part.file)
}
