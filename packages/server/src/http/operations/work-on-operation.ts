// One operation in the hands of this node, from where it stands to its end: first all are found, then chunk after chunk is prepared, kept, done and kept
// again. What was before is in the store before anything is changed, so that a death in between loses no way back. After each save it looks whether
// somebody wishes otherwise.
import type { BulkChunk, BulkKey, BulkState, BulkWish } from '../../storage/bulks.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { pauseUntil } from '../executions/watch-execution.ts'
import { SubmitError } from '../../inbox/inbox.ts'
import { refusalOf } from '../request-error.ts'
import { actorOf } from './actor-of.ts'
import { CHUNK_SIZE, ITEMS_MAX, gather } from './gather.ts'
import { DONE, readItems, settleItem, type Actor, type Item, type OperationBody, type Outcome } from './operation.ts'

/** A claim lasts so long after each save. */
export const CLAIM_MS = 30_000
/** Progress is kept so often. */
const SAVE_MS = 1_000
/** Items in the engine's hands at the same time. */
const AT_ONCE = 16
const TRIES_MAX = 5
const TRY_GAP_MS = 1_000
const MINUTE_MS = 60_000

export interface Hold {
  readonly key: BulkKey
  readonly epoch: number
  readonly signal: AbortSignal
}

/** The claim is another's, or the server stops: nothing more may be written. */
class LetGo extends Error {}
/** Somebody wishes that it rests or ends. */
class Wished extends Error {
  readonly wish: BulkWish
  constructor(wish: BulkWish) {
    super(wish)
    this.wish = wish
  }
}

export async function workOnOperation(
  operation: OperationBody,
  hold: Hold,
  dependencies: HttpDependencies,
): Promise<void> {
  const work = new Work(operation, hold, dependencies)
  try {
    if (operation.cursor !== undefined) await work.gather()
    await work.do()
    await work.end('done')
  } catch (error) {
    if (error instanceof LetGo) return
    if (error instanceof Wished) return await work.end(error.wish === 'pause' ? 'paused' : 'cancelled', error.wish)
    const { refusal, isOurs } = refusalOf(error)
    if (isOurs) dependencies.log.warn(`the operation ${hold.key.id} failed`, error)
    operation.message = refusal.message
    await work.end('failed')
  }
}

class Work {
  readonly #operation: OperationBody
  readonly #hold: Hold
  readonly #world: HttpDependencies
  readonly #actor: Actor
  #savedMs = 0
  #paceMs = 0

  constructor(operation: OperationBody, hold: Hold, world: HttpDependencies) {
    this.#operation = operation
    this.#hold = hold
    this.#world = world
    this.#actor = actorOf(operation, world)
  }

  async gather(): Promise<void> {
    const operation = this.#operation
    const { resource, query = '', createdMs, undoOf } = operation
    while (operation.cursor !== undefined) {
      const { cursor } = operation
      const { items, next } =
        undoOf === undefined
          ? await this.#find({ resource, query, cursor, frozenMs: createdMs })
          : await this.#copy(undoOf, Number(cursor === '' ? -1 : cursor))
      const chunks: BulkChunk[] = []
      for (let from = 0; from < items.length; from += CHUNK_SIZE)
        chunks.push({ seq: operation.chunks++, body: JSON.stringify(items.slice(from, from + CHUNK_SIZE)) })
      operation.total += items.length
      if (next === undefined || operation.total >= ITEMS_MAX) delete operation.cursor
      else operation.cursor = next
      await this.#save('gathering', chunks)
    }
  }

  async #find(gathering: Parameters<typeof gather>[0]): Promise<{ items: readonly Item[]; next: string | undefined }> {
    const { ids, next } = await gather(gathering, this.#world)
    return { items: ids.map(id => ({ id })), next }
  }

  /** Of the operation that is taken back: what was done, with what was before. */
  async #copy(undoOf: string, after: number): Promise<{ items: readonly Item[]; next: string | undefined }> {
    const { tenant } = this.#hold.key
    const [chunk] = await this.#world.store.read.listBulkChunks({ tenant, id: undoOf }, after, 1)
    if (!chunk) return { items: [], next: undefined }
    const done = readItems(chunk).filter(({ outcome }) => outcome === 'done')
    return { items: done.map(({ id, before }) => ({ id, before, isPrepared: true })), next: String(chunk.seq) }
  }

  async do(): Promise<void> {
    const operation = this.#operation
    for (; operation.at < operation.chunks; operation.at += 1) {
      const [chunk] = await this.#world.store.read.listBulkChunks(this.#hold.key, operation.at - 1, 1)
      if (chunk?.seq !== operation.at) continue
      const items = readItems(chunk)
      await this.#prepare(items)
      await this.#save('running', [kept(operation.at, items)])
      await this.#actOn(items)
      await this.#save('running', [kept(operation.at, items)])
    }
  }

  async #prepare(items: readonly Item[]): Promise<void> {
    const waiting = items.filter(({ outcome, isPrepared }) => outcome === undefined && isPrepared !== true)
    await inParts(waiting, AT_ONCE, async item => {
      const prepared = await this.#tried(() => this.#actor.prepare(item.id))
      if ('type' in prepared) return settleItem(this.#operation, item, prepared)
      item.before = prepared.before
      item.isPrepared = true
    })
  }

  async #actOn(items: readonly Item[]): Promise<void> {
    const { perMinute, undoOf } = this.#operation
    const waiting = items.filter(({ outcome }) => outcome === undefined)
    const { undo } = this.#actor
    const one = async (item: Item): Promise<void> => {
      const act = undoOf === undefined ? this.#actor.act : undo
      const outcome: Outcome = act ? await this.#tried(() => act(item.id, item.before)) : DONE
      settleItem(this.#operation, item, outcome)
    }
    for (let from = 0; from < waiting.length;) {
      const part = waiting.slice(from, from + (perMinute === undefined ? AT_ONCE : 1))
      if (perMinute !== undefined) await this.#pace(perMinute, items)
      await Promise.all(part.map(one))
      from += part.length
      if (this.#world.platform.nowMs() - this.#savedMs < SAVE_MS || from >= waiting.length) continue
      await this.#save('running', [kept(this.#operation.at, items)])
    }
  }

  /** Not before its turn; a long wait is cut, so that the claim stays and a wish is heard. */
  async #pace(perMinute: number, items: readonly Item[]): Promise<void> {
    const { platform } = this.#world
    while (platform.nowMs() < this.#paceMs) {
      await pauseUntil(Math.min(this.#paceMs, platform.nowMs() + SAVE_MS), platform, this.#hold.signal)
      await this.#save('running', [kept(this.#operation.at, items)])
    }
    this.#paceMs = Math.max(this.#paceMs, platform.nowMs()) + MINUTE_MS / perMinute
  }

  /** What comes too early or while the store is away is tried again; a mistake about one item is told of it. */
  async #tried<T>(run: () => Promise<T | Outcome>): Promise<T | Outcome> {
    const { platform } = this.#world
    for (let left = TRIES_MAX; ; left -= 1) {
      if (this.#hold.signal.aborted) throw new LetGo()
      try {
        return await run()
      } catch (error) {
        if (error instanceof SubmitError && error.fault === 'stopped') throw new LetGo()
        if (left <= 1 || !isPassing(error)) return { type: 'failed', message: refusalOf(error).refusal.message }
        await pauseUntil(platform.nowMs() + TRY_GAP_MS, platform, this.#hold.signal)
      }
    }
  }

  async #save(state: BulkState, chunks: readonly BulkChunk[]): Promise<void> {
    await this.#write(state, chunks, null)
    const { key, signal } = this.#hold
    if (signal.aborted) throw new LetGo()
    const wish = (await this.#world.store.read.findBulk(key))?.wish ?? null
    if (wish === 'cancel' || wish === 'pause') throw new Wished(wish)
  }

  async end(state: BulkState, heeded: BulkWish | null = null): Promise<void> {
    if (state !== 'paused') this.#operation.endedMs = this.#world.platform.nowMs()
    await this.#write(state, [], heeded).catch((error: unknown) => {
      if (!(error instanceof LetGo)) throw error
    })
  }

  async #write(state: BulkState, chunks: readonly BulkChunk[], heeded: BulkWish | null): Promise<void> {
    const { store, platform } = this.#world
    const nowMs = platform.nowMs()
    const isOpen = state === 'gathering' || state === 'running'
    const isOurs = await store.perform('saveBulk', {
      ...this.#hold.key,
      ...{ epoch: this.#hold.epoch, state, chunks, heeded, updatedMs: nowMs },
      body: JSON.stringify(this.#operation),
      untilMs: isOpen ? nowMs + CLAIM_MS : 0,
    })
    if (!isOurs) throw new LetGo()
    this.#savedMs = nowMs
  }
}

function isPassing(error: unknown): boolean {
  const { status } = refusalOf(error).refusal
  return status === 429 || status === 503
}

function kept(seq: number, items: readonly Item[]): BulkChunk {
  return { seq, body: JSON.stringify(items) }
}

async function inParts<T>(items: readonly T[], size: number, run: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += size) await Promise.all(items.slice(from, from + size).map(run))
}
