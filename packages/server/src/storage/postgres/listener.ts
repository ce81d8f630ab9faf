// Hears the hints of other nodes, on a connection that does nothing else. When it broke it is opened again, and then everything is hinted at once:
// what was told meanwhile was not heard.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import type { HintListener } from '../cluster.ts'
import { HINTS, readHint, type Heard } from './hint-text.ts'
import { ReservedConnection, type ReservedOptions } from './reserved-connection.ts'

const CHANNEL = 'batuta'
const AGAIN_MS = 1_000
/** A connection that is silent for ever may be one whose other end is gone. */
const PROBE_EVERY_MS = 15_000

export class Listener {
  readonly #connection: ReservedConnection
  readonly #options: ReservedOptions
  readonly #listeners = new Set<HintListener>()
  readonly #closing = new AbortController()
  readonly #heard = new WeakSet<Client>()
  #listening: Promise<void> | undefined

  constructor(options: ReservedOptions) {
    this.#options = options
    this.#connection = new ReservedConnection(options)
  }

  onHint(listener: HintListener): () => void {
    this.#listeners.add(listener)
    this.#listening ??= this.#listen()
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#connection.close()
    await this.#listening
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closing
    let isFirst = true
    while (!signal.aborted) {
      try {
        await this.#connection.use(async client => {
          if (this.#heard.has(client)) return void (await client.query('select 1'))
          await this.#begin(client)
          if (!isFirst) for (const hint of HINTS) this.#tell({ hint })
          isFirst = false
        })
        await this.#wait(PROBE_EVERY_MS)
      } catch (error) {
        if (signal.aborted) return
        this.#options.onNotice('the hints of other nodes cannot be heard; they are looked for meanwhile', error)
        await this.#wait(AGAIN_MS)
      }
    }
  }

  async #begin(client: Client): Promise<void> {
    client.on('notification', ({ payload = '' }) => {
      const heard = readHint(payload)
      if (heard) this.#tell(heard)
    })
    client.once('end', () => this.#wakeUp?.())
    await client.query(`listen ${CHANNEL}`)
    this.#heard.add(client)
  }

  #tell({ hint, nodes }: Heard): void {
    for (const listener of this.#listeners) listener(hint, nodes)
  }

  #wakeUp: (() => void) | undefined

  /** Until then, until the connection ends, or until all is closed. */
  async #wait(ms: number): Promise<void> {
    const woken = new AbortController()
    this.#wakeUp = () => woken.abort()
    const signal = AbortSignal.any([woken.signal, this.#closing.signal])
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined)
    this.#wakeUp = undefined
  }
}
