import type { Value } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'
import { Fault } from './fault.ts'

export interface FuelLimits {
  /** Evaluated nodes, processed elements, jq operations. */
  readonly stepsMax?: number
  /** Templates, macros and jq functions inside one another. */
  readonly depthMax?: number
  /** Characters of one text that an expression may build. */
  readonly textMax?: number
}

export const STEPS_MAX = 5_000_000
export const DEPTH_MAX = 100
export const TEXT_MAX = 32 * 1024 * 1024

/** What an evaluation may use up. It counts and never looks at a clock, so that a simulation and a replay agree with the real run. */
export class Fuel {
  #steps: number
  #depth = 0
  readonly #depthMax: number
  readonly textMax: number

  constructor(limits: FuelLimits = {}) {
    this.#steps = limits.stepsMax ?? STEPS_MAX
    this.#depthMax = limits.depthMax ?? DEPTH_MAX
    this.textMax = limits.textMax ?? TEXT_MAX
  }

  /** The text of a value, as long as it is not too long. */
  textOf(value: Value): string {
    return plainText(value, this.textMax)
  }

  get stepsLeft(): number {
    return this.#steps
  }

  spend(steps: number): void {
    this.#steps -= steps
    if (this.#steps < 0) throw new Fault('LIMIT', 'The expression takes too many steps')
  }

  checkText(length: number): void {
    if (length > this.textMax) {
      throw new Fault('LIMIT', `The expression builds a text of more than ${this.textMax} characters`)
    }
  }

  enter(): void {
    if (++this.#depth > this.#depthMax) {
      this.#depth--
      throw new Fault('LIMIT', `Templates or macros are nested deeper than ${this.#depthMax} levels`)
    }
  }

  leave(): void {
    this.#depth--
  }
}
