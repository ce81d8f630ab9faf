import type { Value } from '../std/value.ts'
import type { Fuel } from './fuel.ts'
import type { Scope } from './scope.ts'
import type { Sink } from './sink.ts'
import type { Dialect } from './syntax.ts'

/** What one evaluation of a template carries along. */
export interface Frame {
  readonly scope: Scope
  readonly fuel: Fuel
  readonly program: Program
  readonly sink: Sink
  /** Variables of the template itself: `set`, `for`, macro arguments. */
  readonly locals: Locals | undefined
  /** Inside a macro: the context is out of sight. */
  readonly isIsolated: boolean
  /** Raw blocks are written with their tags, because another pass of rendering follows. */
  readonly keepsRaw: boolean
}

/** A compiled expression. */
export type Run = (frame: Frame) => Value
/** The same, undefined where a variable, attribute or index is missing. */
export type Find = (frame: Frame) => Value | undefined
/** A compiled statement. */
export type Step = (frame: Frame) => void

/** A macro called with arguments by position and by name. */
export type RunMacro = (frame: Frame, positional: readonly Value[], named: ReadonlyMap<string, Value>) => Value

/** The parts of a template that its statements refer to by name. */
export interface Program {
  readonly dialect: Dialect
  readonly macros: ReadonlyMap<string, RunMacro>
  readonly blocks: ReadonlyMap<string, Step>
  /** Renders a text found at run time, with the variables of the frame in sight. */
  readonly renderText: (text: string, frame: Frame, isRecursive: boolean) => string
}

export class Locals {
  readonly #values = new Map<string, Value>()
  readonly #outer: Locals | undefined

  constructor(outer: Locals | undefined) {
    this.#outer = outer
  }

  get(name: string): Value | undefined {
    const value = this.#values.get(name)
    if (value !== undefined || this.#outer === undefined) return value
    return this.#outer.get(name)
  }

  put(name: string, value: Value): void {
    this.#values.set(name, value)
  }

  /** Assigns the nearest scope that has the name; false when none has. */
  assign(name: string, value: Value): boolean {
    if (this.#values.has(name)) {
      this.#values.set(name, value)
      return true
    }
    return this.#outer?.assign(name, value) ?? false
  }

  /** The scope of the template as a whole. */
  get root(): Locals {
    return this.#outer?.root ?? this
  }

  /** The same variables, to be changed without effect on these. */
  copy(): Locals {
    const copy = new Locals(undefined)
    for (const [name, value] of this.entries()) copy.put(name, value)
    return copy
  }

  entries(): ReadonlyMap<string, Value> {
    return new Map([...(this.#outer?.entries() ?? []), ...this.#values])
  }
}

export function findVariable(frame: Frame, name: string): Value | undefined {
  const local = frame.locals?.get(name)
  if (local !== undefined) return local
  return frame.isIsolated ? undefined : frame.scope.lookup(name)
}
