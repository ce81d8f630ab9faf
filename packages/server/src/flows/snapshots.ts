// What was folded of long journals, kept in the store beside them: a million task runs are folded in ten seconds and read in a fifth of one. The journal
// stays the truth. A snapshot that is not there, is of another version or cannot be read costs time and nothing else.
import { EVENT_VERSION, SNAPSHOT_VERSION, readSnapshot, takeSnapshot, trust } from '@batuta/core'
import type { ExecutionState, PackedPart } from '@batuta/core'
import { promisify } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import type { Platform } from '../platform/platform.ts'
import { VERSION } from '../platform/version.ts'
import type { Store } from '../storage/store.ts'

/** Executions with fewer task runs are folded in no time. */
const RUNS_MIN = 2_000
/** A snapshot that is so many turns old is as good as a new one. */
const TURNS_MIN = 64
/** Bytes before they are compressed. */
const PART_BYTES = 1_000_000
const HEAD_BYTES_MAX = 64_000_000
const PARTS_AT_ONCE = 8
/** What was taken and not written yet stays in memory: more is not begun. */
const WAITING_MAX = 4

/** What writes the bytes, and what they mean: v8 reads what older ones wrote, but not the other way round. */
const STAMP = `${SNAPSHOT_VERSION}.${EVENT_VERSION} ${VERSION} v8 ${process.versions.v8}`
const LINE_END = 10

/** The usual 16 kB would be a way to the thread and back for each of them. */
const CHUNK_BYTES_MIN = 65_536

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

export interface SnapshotsOptions {
  readonly store: Pick<Store, 'read' | 'perform'>
  readonly platform: Pick<Platform, 'random' | 'defer'>
  onNotice(message: string, error?: unknown): void
}

export interface Kept {
  readonly state: ExecutionState
  /** The moment of its last turn. */
  readonly latestMs: number
}

/** Before the bytes of each part, as a line of JSON. */
interface Label {
  readonly stamp: string
  /** Two nodes may write at the same time: parts of one writer belong together. */
  readonly writer: string
  /** Of the bytes before they were compressed. */
  readonly size?: number
  /** Of the head alone. */
  readonly parts?: number
  readonly latestMs?: number
}

interface SnapshotOf {
  readonly id: string
  readonly turn: number
}

interface Taken extends SnapshotOf, Omit<Kept, 'state'> {
  readonly head: Uint8Array
  readonly chunks: readonly PackedPart[]
}

export class Snapshots {
  readonly #options: SnapshotsOptions
  #writing: Promise<void> = Promise.resolve()
  #waiting = 0
  #isStopped = false

  constructor(options: SnapshotsOptions) {
    this.#options = options
  }

  /** Whether it is worth one, where the last one is of that turn. */
  isDue({ runs, turn }: ExecutionState, lastTurn = -TURNS_MIN): boolean {
    return runs.length >= RUNS_MIN && turn - lastTurn >= TURNS_MIN
  }

  /** Takes it at once and writes it in the background, one after the other. All that the state knows must be committed. */
  keep({ state, latestMs }: Kept): void {
    if (this.#isStopped || this.#waiting >= WAITING_MAX) return
    try {
      const taken = { id: state.id, turn: state.turn, latestMs, ...takeSnapshot(state, serialize) }
      if (taken.head.length > HEAD_BYTES_MAX) return
      this.#waiting += 1
      this.#writing = this.#writing.then(async () => await this.#writeWhole(taken))
    } catch (error) {
      this.#options.onNotice(
        `of the execution "${state.id}" no snapshot could be taken; it is read from its journal`,
        error,
      )
    }
  }

  /** The newest one, if there is one that can be read. Rejects when the store does not answer. */
  async read(id: string): Promise<Kept | undefined> {
    const found = await this.#options.store.read.findSnapshot(id)
    if (!found) return undefined
    try {
      return await this.#open(id, found)
    } catch (error) {
      this.#options.onNotice(`the snapshot of the execution "${id}" could not be read; its journal is`, error)
      return undefined
    }
  }

  async #open(id: string, found: { readonly turn: number; readonly bytes: Uint8Array }): Promise<Kept | undefined> {
    const head = await unpack(found.bytes)
    const chunks = head && (await this.#readChunks({ id, turn: found.turn, ...head.label }))
    if (!chunks) return undefined
    return { state: readSnapshot({ head: deserialize(head.bytes), chunks }), latestMs: head.label.latestMs ?? 0 }
  }

  /** What was begun is written to its end. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#writing
  }

  async #readChunks({ id, turn, writer, parts = 1 }: Label & SnapshotOf): Promise<readonly PackedPart[] | undefined> {
    const chunks: PackedPart[] = []
    for (let after = 0; after < parts - 1;) {
      const rows = await this.#options.store.read.snapshotPartsOf(id, turn, { after, limit: PARTS_AT_ONCE })
      // Another snapshot of the same turn may have had more of them.
      const own = rows.filter(({ part }) => part < parts)
      const unpacked = await Promise.all(own.map(async ({ bytes }) => await unpack(bytes)))
      for (const part of unpacked) {
        // Another writer was faster: what it wrote will be whole in a moment.
        if (part?.label.writer !== writer) return undefined
        for (const chunk of trust<readonly PackedPart[]>(deserialize(part.bytes))) chunks.push(chunk)
      }
      const last = rows.at(-1)
      if (!last) return undefined
      after = last.part
    }
    return chunks
  }

  async #writeWhole(taken: Taken): Promise<void> {
    try {
      await this.#write(taken)
    } catch (error) {
      this.#options.onNotice(
        `the snapshot of the execution "${taken.id}" could not be written; it is read from its journal`,
        error,
      )
    } finally {
      this.#waiting -= 1
    }
  }

  async #write({ id, turn, latestMs, head, chunks }: Taken): Promise<void> {
    const { platform, store } = this.#options
    const label: Label = { stamp: STAMP, writer: Math.floor(platform.random() * 2 ** 52).toString(36) }
    const save = async (part: number, bytes: Uint8Array): Promise<boolean> =>
      await store.perform('saveSnapshotPart', { executionId: id, turn, part, bytes })
    let parts = 1
    for (const group of inParts(chunks)) {
      if (!(await save(parts, await pack(label, serialize(group))))) return
      parts += 1
      await new Promise<void>(resolve => platform.defer(resolve))
    }
    await save(0, await pack({ ...label, parts, latestMs }, head))
  }
}

/** Runs with large outputs make large chunks. */
function* inParts(chunks: readonly PackedPart[]): Generator<readonly PackedPart[]> {
  let group: PackedPart[] = []
  let size = 0
  for (const chunk of chunks) {
    group.push(chunk)
    size += chunk[1].content.text.length + CHUNK_BYTES
    if (size < PART_BYTES) continue
    yield group
    group = []
    size = 0
  }
  if (group.length > 0) yield group
}

/** Of the columns of one, about. */
const CHUNK_BYTES = 6_000

async function pack(label: Label, bytes: Uint8Array): Promise<Uint8Array> {
  const line = JSON.stringify({ ...label, size: bytes.length })
  return Buffer.concat([Buffer.from(`${line}\n`), await compress(bytes, { chunkSize: CHUNK_BYTES_MIN })])
}

/** Undefined for those of another version. */
async function unpack(part: Uint8Array): Promise<{ readonly label: Label; readonly bytes: Uint8Array } | undefined> {
  const end = part.indexOf(LINE_END)
  const label = trust<Label>(JSON.parse(Buffer.from(part.subarray(0, end)).toString()))
  if (label.stamp !== STAMP) return undefined
  const chunkSize = Math.max(CHUNK_BYTES_MIN, label.size ?? 0)
  return { label, bytes: await decompress(part.subarray(end + 1), { chunkSize }) }
}
