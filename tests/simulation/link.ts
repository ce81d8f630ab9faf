// The way of one process to the store: every call takes virtual time there and back, and may be cut off on either. What the process asked for before
// it died may still happen, its answers reach nobody; what is in the store although its answer was lost is in doubt for whoever asked.
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import { count, type Ledger } from './ledger.ts'
import type { SimulatedDatabase } from './simulated-database.ts'
import type { World } from './world.ts'

export interface LinkOptions {
  readonly world: World
  readonly chance: Chance
  readonly ledger: Ledger
  readonly database: SimulatedDatabase
  faults(): Faults
  /** Runs the function when the process is awake; never when it is dead. */
  whenAwake(run: () => void): void
  isAlive(): boolean
}

/** Connections of their own, as the PostgreSQL driver has them. */
export const CHANNELS = ['flush', 'lease', 'pool'] as const
export type Channel = (typeof CHANNELS)[number]

export interface Call<Result> {
  readonly name: string
  readonly channel: Channel
  run(): Promise<Result>
  /** Why the answer does not come. */
  lost(): Error
  /** So often it is lost. */
  readonly lossRate: number
}

type Way = Pick<Call<unknown>, 'name' | 'channel'>

const QUICK_MS = 4
const SLOW_MS = 3_000
/** How long a call may be under way after its connection broke. */
const LATE_MS = 500
/** Of the calls of a process that died, and of those whose connection was cut, so many still arrive. */
const ARRIVES_ALL_THE_SAME = 0.5
/** Of the calls to a database that is down, so many wait until it is up instead of being refused. */
const HANGS = 0.3

export class Link {
  readonly #options: LinkOptions
  /** Ends each call that is under way. */
  readonly #open = new Set<() => void>()
  readonly #stalledUntilMs = new Map<Channel, number>()

  constructor(options: LinkOptions) {
    this.#options = options
    options.database.connections.add(this)
  }

  /** All that is under way has lost its answer. */
  cut(): void {
    if (!this.#options.isAlive()) return void this.#options.database.connections.delete(this)
    if (this.#open.size > 0) count(this.#options.ledger, 'connections cut')
    for (const end of this.#open) end()
  }

  /** What is on its way over these connections arrives when it is over. */
  stall(channels: readonly Channel[], forMs: number): void {
    count(this.#options.ledger, 'connections stalled')
    for (const channel of channels) this.#stalledUntilMs.set(channel, this.#options.world.nowMs + forMs)
  }

  ask<Result>(call: Call<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { world, chance, database, whenAwake } = this.#options
      let isOpen = true
      const close = (settle: () => void): void => {
        if (!isOpen) return
        isOpen = false
        this.#open.delete(end)
        settle()
      }
      const end = (): void => close(() => world.soon(`cut ${call.name}`, () => whenAwake(() => reject(call.lost()))))
      const answer = (settle: () => void): void => this.#answer(call, () => close(settle))
      this.#open.add(end)
      this.#travel(call, () => {
        if (!isOpen && !chance.hits(ARRIVES_ALL_THE_SAME)) return
        if (database.isDown) return this.#turnAway(() => close(() => reject(call.lost())))
        if (chance.hits(call.lossRate)) return this.#lose(call, () => answer(() => reject(call.lost())))
        call.run().then(
          result => answer(() => resolve(result)),
          error => answer(() => reject(error as Error)),
        )
      })
    })
  }

  /** A hint comes, or not, or twice. */
  bring(name: string, listen: () => void): void {
    const { world, chance, ledger, database, faults, isAlive, whenAwake } = this.#options
    if (!isAlive()) return
    if (database.isDown || chance.hits(faults().lost)) return count(ledger, 'lost hint')
    const times = chance.hits(faults().doubled) ? 2 : 1
    if (times > 1) count(ledger, 'doubled hint')
    for (let time = 0; time < times; time++)
      world.at(world.nowMs + this.#delayMs(), `hint ${name}`, () => whenAwake(listen))
  }

  #turnAway(reject: () => void): void {
    const { world, chance, database } = this.#options
    const atMs = chance.hits(HANGS) ? database.upMs : world.nowMs
    world.at(atMs + chance.int(0, QUICK_MS), '← no database', () => this.#options.whenAwake(reject))
  }

  /** The connection breaks: before it is done, after it, or while it is still to come. */
  #lose<Result>({ name, run }: Call<Result>, fail: () => void): void {
    const { world, chance, ledger } = this.#options
    const quietly = (): void =>
      void run().then(
        () => count(ledger, `done in doubt: ${name.split(' ')[0]}`),
        () => world.note('refused\n'),
      )
    const fate = chance.int(0, 2)
    if (fate === 1) quietly()
    if (fate === 2) world.at(world.nowMs + chance.int(0, LATE_MS), `late ${name}`, quietly)
    fail()
  }

  #travel({ name, channel }: Way, arrive: () => void): void {
    const { chance, isAlive } = this.#options
    if (!isAlive()) return
    this.#carry(channel, `→ ${name}`, () => {
      if (isAlive() || chance.hits(ARRIVES_ALL_THE_SAME)) arrive()
    })
  }

  #answer({ name, channel }: Way, settle: () => void): void {
    this.#carry(channel, `← ${name}`, () => this.#options.whenAwake(settle))
  }

  #carry(channel: Channel, label: string, arrive: () => void): void {
    const { world } = this.#options
    world.at(world.nowMs + this.#delayMs(), label, () => {
      const stalledUntilMs = this.#stalledUntilMs.get(channel) ?? 0
      if (stalledUntilMs <= world.nowMs) return arrive()
      world.at(stalledUntilMs, label, arrive)
    })
  }

  #delayMs(): number {
    const { chance, faults } = this.#options
    return chance.hits(faults().slow) ? chance.int(0, SLOW_MS) : chance.int(0, QUICK_MS)
  }
}
