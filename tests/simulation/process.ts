// One process of the server as it would run: its own clock handle and its own way to the store. It can be asleep (a stopped virtual machine) or
// dead; what was to run in it then waits or is forgotten.
import type { Platform } from '../../packages/server/src/platform/platform.ts'
import type { Chance } from './chance.ts'
import type { World } from './world.ts'

export class Process {
  readonly number: number
  readonly platform: Platform
  readonly #world: World
  #isDead = false
  #asleepUntilMs = 0

  constructor(number: number, world: World, chance: Chance) {
    this.number = number
    this.#world = world
    this.platform = {
      nowMs: () => world.nowMs,
      // Now and then a pump finds its slice of time used up.
      elapsedMs: () => Math.floor(chance.next() * 8),
      random: () => chance.next(),
      defer: run => world.soon(`defer ${number}`, () => this.whenAwake(run)),
      at: (atMs, run) => world.at(atMs, `timer ${number}`, () => this.whenAwake(run)),
    }
  }

  get isAlive(): boolean {
    return !this.#isDead
  }

  die(): void {
    this.#isDead = true
  }

  sleepUntil(atMs: number): void {
    this.#asleepUntilMs = atMs
  }

  /** Now, or when it wakes up, or never. */
  whenAwake(run: () => void): void {
    if (this.#isDead) return
    if (this.#asleepUntilMs <= this.#world.nowMs) return run()
    this.#world.at(this.#asleepUntilMs, `awake ${this.number}`, () => this.whenAwake(run))
  }
}
