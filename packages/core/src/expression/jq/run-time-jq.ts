import type { Value } from '../../std/value.ts'
import type { Fuel } from '../fuel.ts'
import { Fault } from '../fault.ts'
import type { JqPath } from './paths-jq.ts'

/** Called once for every output; the path is undefined as long as nobody asks for paths. */
export type Emit = (value: Value, path: JqPath | undefined) => void

/** A compiled filter: it emits its outputs instead of returning them, so generators need no machinery. */
export type Filter = (input: Value, path: JqPath | undefined, env: Env, emit: Emit) => void

/** What a run carries along, and its bound on nesting. */
export class JqRun {
  readonly fuel: Fuel
  readonly nowMs: number
  #depth = 0

  constructor(fuel: Fuel, nowMs: number) {
    this.fuel = fuel
    this.nowMs = nowMs
  }

  enter(): void {
    this.fuel.spend(1)
    if (++this.#depth > DEPTH_MAX) {
      throw new Fault('LIMIT', `The jq program recurses deeper than ${DEPTH_MAX} levels`)
    }
  }

  leave(): void {
    this.#depth--
  }

  get depth(): number {
    return this.#depth
  }

  /** After something was left by an exception. */
  restore(depth: number): void {
    this.#depth = depth
  }
}

const DEPTH_MAX = 1000

/** Variables and function arguments, innermost first; the compiler knows how many steps each one is away. */
export interface Env {
  readonly run: JqRun
  readonly parent: Env | undefined
  readonly value: Value
  readonly closure: Closure | undefined
}

export interface Closure {
  readonly filter: Filter
  readonly env: Env
}

export function bindValue(env: Env, value: Value): Env {
  return { run: env.run, parent: env, value, closure: undefined }
}

export function bindClosure(env: Env, closure: Closure): Env {
  return { run: env.run, parent: env, value: null, closure }
}

export function ancestor(env: Env, steps: number): Env {
  let current = env
  for (let step = 0; step < steps && current.parent !== undefined; step++) current = current.parent
  return current
}
