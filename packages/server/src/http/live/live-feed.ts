// One topic and all who watch it: looked at once for all of them, after a change or when it is time, and never while nobody watches.
import type { HttpDependencies } from '../dependencies.ts'
import { newBell, pauseUntil, type Bell } from '../executions/watch-execution.ts'
import type { LiveClient } from './live-client.ts'
import type { Source, TopicWish } from './source.ts'

/** A topic may take this share of the time for its looks. */
const LOOK_SHARE = 0.2
/** After a look that failed. */
const FAILED_PAUSE_MS = 2_000

type FeedWorld = Pick<HttpDependencies, 'changes' | 'platform' | 'log'>

export class LiveFeed {
  readonly #topic: string
  readonly #source: Source
  readonly #world: FeedWorld
  readonly #clients = new Set<LiveClient>()
  readonly #comers = new Map<LiveClient, TopicWish>()
  #memory: unknown
  #end: AbortController | undefined
  #bell: Bell | undefined

  constructor(topic: string, source: Source, world: FeedWorld) {
    this.#topic = topic
    this.#source = source
    this.#world = world
  }

  get isIdle(): boolean {
    return this.#clients.size + this.#comers.size === 0
  }

  /** It is told first how it is now. */
  join(client: LiveClient, wish: TopicWish): void {
    this.#clients.delete(client)
    this.#comers.set(client, wish)
    this.#bell?.ring()
    if (this.#end) return
    this.#end = new AbortController()
    void this.#run(this.#end.signal)
  }

  leave(client: LiveClient): void {
    this.#clients.delete(client)
    this.#comers.delete(client)
    if (!this.isIdle) return
    this.#end?.abort()
    this.#end = undefined
    this.#memory = undefined
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { changes, platform, log } = this.#world
    const bell = newBell(signal)
    this.#bell = bell
    const { executionId, gapMs } = this.#source
    const stopWatching = executionId === undefined ? undefined : changes.watch(executionId, bell.ring)
    try {
      while (!signal.aborted) {
        const fromMs = platform.nowMs()
        bell.mute()
        const hasFailed = await this.#turn(signal).then(
          () => false,
          error => {
            log.warn(`the topic "${this.#topic}" could not be looked at; it is tried again`, error)
            return true
          },
        )
        const tookMs = platform.nowMs() - fromMs
        if (!hasFailed) await this.#heard(bell, signal)
        const pauseMs = hasFailed ? FAILED_PAUSE_MS : Math.max(gapMs, tookMs / LOOK_SHARE)
        await pauseUntil(this.#comers.size > 0 ? 0 : fromMs + pauseMs, platform, signal)
      }
    } finally {
      stopWatching?.()
      bell.close()
    }
  }

  /** First those who were there, so that what they remember is as old as what is told. */
  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#clients.size > 0 && this.#memory !== undefined) {
      const frame = await this.#source.look(this.#memory)
      if (signal.aborted) return
      if (frame !== undefined) for (const client of this.#clients) client.push(this.#topic, frame, this.#mark())
    }
    for (const [client, wish] of [...this.#comers]) {
      const { memory, frame } = await this.#source.join(this.#memory, wish)
      if (signal.aborted) return
      this.#memory ??= memory
      // It may have left, or come again, meanwhile.
      if (this.#comers.get(client) !== wish) continue
      this.#comers.delete(client)
      this.#clients.add(client)
      client.push(this.#topic, frame, this.#mark())
    }
  }

  #mark(): number | undefined {
    return this.#source.markOf?.(this.#memory)
  }

  async #heard(bell: Bell, signal: AbortSignal): Promise<void> {
    const everyMs = this.#memory === undefined ? undefined : this.#source.everyMs(this.#memory)
    if (everyMs === undefined) return await bell.heard()
    const heard = new AbortController()
    const { platform } = this.#world
    const either = AbortSignal.any([signal, heard.signal])
    await Promise.race([bell.heard(), pauseUntil(platform.nowMs() + everyMs, platform, either)])
    heard.abort()
  }
}
