// A question of the suite, and what it is asked with.
import type { Figures } from './figures.ts'

export interface Question {
  readonly id: string
  /** One sentence: what it finds out. */
  readonly asks: string
  /** For those that make sense on one alone. */
  readonly store?: StoreKind
  run(ask: Ask): Promise<Figures>
}

export interface Ask {
  /** An empty folder of this run: database, flows, whatever it needs. */
  readonly folder: string
  /** Executions per minute; undefined for the question's own rates, 'max' for the closed loop alone. */
  readonly rate: number | 'max' | undefined
  readonly seconds: number | undefined
  readonly clients: number | undefined
  /** The engine and the store in one process without HTTP, for profiles of the engine. */
  readonly isWithoutHttp: boolean
  readonly store: StoreKind
  /** Sizes to measure instead of the question's own. */
  readonly sizes: readonly number[] | undefined
  readonly minutes: number | undefined
  /** The long form: the largest sizes, too. */
  readonly isFull: boolean
  /** Where CPU profiles of the server go. */
  readonly profileDir: string | undefined
  /** Tells how it goes, on the error output. */
  say(line: string): void
}

export type StoreKind = 'sqlite' | 'postgres' | 'memory'
