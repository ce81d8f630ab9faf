// The machine that the shared store runs on: its clock, whether it answers, and the connections to it. A failover ends all of them at once and
// leaves a standby that has every commit, a clock of its own, and is not there for a while.
import type { Chance } from './chance.ts'
import { count, type Ledger } from './ledger.ts'
import type { World } from './world.ts'

const DOWN_MIN_MS = 200
const DOWN_MAX_MS = 14_000
/** How far the clocks of the two machines are apart. */
export const STANDBY_APART_MS = 3_000

export class SimulatedDatabase {
  /** What breaks with it. */
  readonly connections = new Set<{ cut(): void }>()
  readonly #world: World
  readonly #ledger: Ledger
  #offsetMs = 0
  #upMs = 0

  constructor(world: World, ledger: Ledger) {
    this.#world = world
    this.#ledger = ledger
  }

  nowMs(): number {
    return this.#world.nowMs + this.#offsetMs
  }

  get isDown(): boolean {
    return this.#world.nowMs < this.#upMs
  }

  /** When it answers again. */
  get upMs(): number {
    return this.#upMs
  }

  failOver(chance: Chance): void {
    count(this.#ledger, 'failovers')
    this.#upMs = this.#world.nowMs + chance.int(DOWN_MIN_MS, DOWN_MAX_MS)
    this.#offsetMs = chance.int(0, STANDBY_APART_MS)
    for (const connection of this.connections) connection.cut()
  }
}
