// One process of the server as it would run: its own clock, on a machine whose own is set by others, and its own way to the store. It can be asleep
// (stopped, or its virtual machine suspended, which its counter of time does not notice) or dead; what was to run in it then waits or is forgotten.
import type { Platform } from '../../packages/server/src/platform/platform.ts'
import { SteadyClock } from '../../packages/server/src/platform/steady-clock.ts'
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import { count, type Ledger } from './ledger.ts'
import type { World } from './world.ts'

export interface Machine {
  /** How far its clock is from the true time. */
  skewMs: number
}

export interface ProcessOptions {
  readonly number: number
  readonly world: World
  readonly chance: Chance
  readonly ledger: Ledger
  readonly machine: Machine
  /** Another one lives under the same name: each takes the node from the other as long as both do. */
  readonly isBesideAnother: boolean
  faults(): Faults
}

/** So long the event loop may be busy with something else. */
const LATE_MAX_MS = 4_000

export class Process {
  readonly platform: Platform
  readonly clock: SteadyClock
  readonly #options: ProcessOptions
  #isDead = false
  #asleepUntilMs = 0
  #suspendedMs = 0

  constructor(options: ProcessOptions) {
    this.#options = options
    const { number, world, chance, machine } = options
    const startMs = world.nowMs
    this.clock = new SteadyClock({
      wallMs: () => world.nowMs + machine.skewMs,
      elapsedMs: () => world.nowMs - startMs - this.#suspendedMs,
    })
    this.platform = {
      nowMs: () => this.clock.nowMs(),
      // Now and then a pump finds its slice of time used up.
      elapsedMs: () => Math.floor(chance.next() * 8),
      random: () => chance.next(),
      defer: run => world.soon(`defer ${number}`, () => this.whenAwake(run)),
      at: (atMs, run) => {
        const waitMs = Math.max(0, atMs - this.clock.nowMs()) + this.#lateMs()
        return world.at(world.nowMs + Math.ceil(waitMs), `timer ${number}`, () => this.whenAwake(run))
      },
    }
  }

  get number(): number {
    return this.#options.number
  }

  get isAlive(): boolean {
    return !this.#isDead
  }

  get isAwake(): boolean {
    return !this.#isDead && this.#asleepUntilMs <= this.#options.world.nowMs
  }

  /** It may have missed that others took over. */
  get hasMissed(): boolean {
    return this.#asleepUntilMs > 0 || this.#options.isBesideAnother
  }

  die(): void {
    this.#isDead = true
  }

  sleep(forMs: number, isSuspended: boolean): void {
    this.#asleepUntilMs = this.#options.world.nowMs + forMs
    if (isSuspended) this.#suspendedMs += forMs
  }

  /** Now, or when it wakes up, or never. */
  whenAwake(run: () => void): void {
    if (this.#isDead) return
    if (this.isAwake) return run()
    this.#options.world.at(this.#asleepUntilMs, `awake ${this.number}`, () => this.whenAwake(run))
  }

  #lateMs(): number {
    const { chance, ledger, faults } = this.#options
    if (!chance.hits(faults().late)) return 0
    count(ledger, 'timers late')
    return chance.int(1, LATE_MAX_MS)
  }
}
