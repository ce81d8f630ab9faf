// Who watches what. A client that left is remembered for a while, so that it finds its topics again when it comes back; of what happened meanwhile it gets
// snapshots. All that is kept has a bound: clients, topics of each, frames that wait.
import { TOPICS_MAX } from '@batuta/api'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { LiveClient } from './live-client.ts'
import { LiveFeed } from './live-feed.ts'
import { openSource } from './open-source.ts'
import type { TopicWish } from './source.ts'

const REMEMBERED_MS = 60_000
const REMEMBERED_MAX = 2_000

export class LiveHub {
  readonly #world: HttpDependencies
  readonly #clients = new Map<string, LiveClient>()
  readonly #feeds = new Map<string, LiveFeed>()
  #count = 0

  constructor(world: HttpDependencies) {
    this.#world = world
  }

  /** The frames of a new client, or of one that comes back. */
  async *open(lastEventId: string | undefined, topics: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
    this.#forgetOld()
    const known = this.#find(lastEventId)
    known?.resume(Number(lastEventId?.slice(lastEventId.lastIndexOf('.') + 1)))
    const client = known ?? this.#newClient()
    client.leftMs = undefined
    for (const topic of topics) client.topics.set(topic, { topic })
    this.#refuseTooMany(client.topics.size)
    client.push('live', JSON.stringify({ type: 'hello', clientId: client.id, topics: [...client.topics.keys()] }))
    this.#joinAll(client)
    try {
      yield* client.frames(signal, () => this.#joinAll(client))
    } finally {
      client.leftMs = this.#world.platform.nowMs()
      for (const topic of client.topics.keys()) this.#leave(client, topic)
    }
  }

  change(clientId: string, add: readonly TopicWish[], remove: readonly string[]): readonly string[] {
    const client = this.#clients.get(clientId)
    if (!client) throw notFound(`The stream "${clientId.slice(0, 100)}"`)
    for (const topic of remove) {
      if (client.topics.delete(topic)) this.#leave(client, topic)
    }
    const others = add.filter(({ topic }) => !client.topics.has(topic)).length
    this.#refuseTooMany(client.topics.size + others)
    for (const wish of add) {
      client.topics.set(wish.topic, wish)
      if (client.leftMs === undefined) this.#join(client, wish)
    }
    return [...client.topics.keys()]
  }

  #refuseTooMany(count: number): void {
    if (count > TOPICS_MAX)
      throw unprocessable('too-many-topics', `A stream has at most ${TOPICS_MAX} topics: remove some first.`)
  }

  #joinAll(client: LiveClient): void {
    for (const wish of client.topics.values()) this.#join(client, wish)
  }

  #join(client: LiveClient, wish: TopicWish): void {
    const key = keyOf(wish)
    let feed = this.#feeds.get(key)
    if (!feed) {
      const source = openSource(wish, this.#world)
      if (typeof source === 'string') {
        client.topics.delete(wish.topic)
        client.push(wish.topic, JSON.stringify({ type: 'refused', message: source }))
        return
      }
      feed = new LiveFeed(wish.topic, source, this.#world)
      this.#feeds.set(key, feed)
    }
    feed.join(client, wish)
  }

  #leave(client: LiveClient, topic: string): void {
    for (const [key, feed] of this.#feeds) {
      if (key !== topic && !key.startsWith(`${topic} `)) continue
      feed.leave(client)
      if (feed.isIdle) this.#feeds.delete(key)
    }
  }

  #find(lastEventId: string | undefined): LiveClient | undefined {
    return lastEventId === undefined ? undefined : this.#clients.get(lastEventId.slice(0, lastEventId.lastIndexOf('.')))
  }

  #newClient(): LiveClient {
    const { platform } = this.#world
    const chance = Math.floor(platform.random() * 2 ** 48).toString(36)
    const client = new LiveClient(`${platform.nowMs().toString(36)}-${++this.#count}-${chance}`)
    this.#clients.set(client.id, client)
    return client
  }

  #forgetOld(): void {
    const nowMs = this.#world.platform.nowMs()
    for (const [id, { leftMs }] of this.#clients) {
      if (leftMs === undefined) continue
      if (leftMs < nowMs - REMEMBERED_MS || this.#clients.size > REMEMBERED_MAX) this.#clients.delete(id)
    }
  }
}

/** Lists of the same name may be asked for in other ways. */
function keyOf({ topic, query }: TopicWish): string {
  return query === undefined ? topic : `${topic} ${query}`
}
