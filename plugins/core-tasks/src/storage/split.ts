import { createWriteStream } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { extname } from 'node:path'
import { finished } from 'node:stream/promises'
import { defineTask, linesOf, p, TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'

const PARTS_MAX = 10_000
const PARTITIONS_MAX = 1_000

export const split = defineTask({
  type: 'io.kestra.plugin.core.storage.Split',
  aliases: ['io.kestra.core.tasks.storages.Split'],
  title: 'Split a file by size, by rows or into a number of parts.',
  properties: {
    from: p.string().dynamic().required().storageUri().group('main'),
    bytes: p.bytes().dynamic().title('A new file begins after this many bytes, e.g. 10MB.'),
    partitions: p.integer().dynamic().title('Rows are dealt out to this many files.'),
    rows: p.integer().dynamic().title('Rows of each file.'),
    separator: p.string().dynamic().default('\n').title('Written after each row.'),
  },
  outputs: [{ name: 'uris', type: 'uri[]', description: 'The new files, in order.' }],
  examples: [{ title: 'A thousand rows each.', code: 'from: "{{ outputs.extract.uri }}"\nrows: 1000' }],
  async run(ctx, props) {
    const from = await props.from.render()
    const plan = planOf(await props.bytes.render(), await props.partitions.render(), await props.rows.render())
    const parts = new Parts(ctx, plan, await props.separator.render())
    for await (const row of linesOf(await ctx.files.open(from))) await parts.add(row)
    return { uris: await parts.store(extname(from)) }
  },
})

type Plan =
  { readonly type: 'bytes' | 'rows'; readonly limit: number } | { readonly type: 'partitions'; readonly count: number }

function planOf(bytes?: number, partitions?: number, rows?: number): Plan {
  for (const [name, value] of Object.entries({ bytes, partitions, rows })) {
    if (value !== undefined && value <= 0)
      throw new TaskError(`property "${name}" must be greater than 0, not ${value}`)
  }
  if (bytes !== undefined) return { type: 'bytes', limit: bytes }
  if (partitions !== undefined) {
    if (partitions > PARTITIONS_MAX) throw new TaskError(`property "partitions" must be at most ${PARTITIONS_MAX}`)
    return { type: 'partitions', count: partitions }
  }
  if (rows !== undefined) return { type: 'rows', limit: rows }
  throw new TaskError('one of the properties "bytes", "partitions" and "rows" is required')
}

interface Part {
  readonly path: string
  readonly file: WriteStream
  rows: number
  bytes: number
}

class Parts {
  readonly #ctx: RunContext
  readonly #plan: Plan
  readonly #separator: string
  readonly #parts: Part[] = []
  #rows = 0

  constructor(ctx: RunContext, plan: Plan, separator: string) {
    this.#ctx = ctx
    this.#plan = plan
    this.#separator = separator
  }

  async add(row: string): Promise<void> {
    const part = await this.#partFor(this.#rows++)
    const text = row + this.#separator
    part.rows++
    part.bytes += Buffer.byteLength(text)
    if (!part.file.write(text)) await once(part.file, 'drain')
  }

  /** In the order in which they were begun; local copies go as soon as they are stored. */
  async store(extension: string): Promise<readonly string[]> {
    const uris: string[] = []
    for (const { path, file } of this.#parts) {
      await end(file)
      uris.push(await this.#ctx.files.put({ path }, { extension }))
      await rm(path)
    }
    return uris
  }

  async #partFor(row: number): Promise<Part> {
    if (this.#plan.type === 'partitions') {
      return this.#parts[row % this.#plan.count] ?? this.#begin()
    }
    const last = this.#parts.at(-1)
    if (last === undefined) return this.#begin()
    if (last[this.#plan.type] < this.#plan.limit) return last
    await end(last.file)
    return this.#begin()
  }

  async #begin(): Promise<Part> {
    if (this.#parts.length >= PARTS_MAX) throw new TaskError(`the file falls into more than ${PARTS_MAX} parts`)
    const path = await this.#ctx.workingDir.createPath()
    const part: Part = { path, file: createWriteStream(path), rows: 0, bytes: 0 }
    this.#parts.push(part)
    return part
  }
}

async function end(file: WriteStream): Promise<void> {
  if (file.closed) return
  file.end()
  await finished(file)
}
