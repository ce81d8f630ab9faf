// What became of the rows, and what happens to those that cannot be converted.
import { TaskError } from '@batuta/plugin-sdk'
import type { MetricDescription, RunContext } from '@batuta/plugin-sdk'

export type TallyName = 'processed' | 'passed' | 'dropped' | 'failed' | 'groups'

export function tallyMetrics(...names: readonly TallyName[]): readonly MetricDescription[] {
  return names.map(name => ({ name, type: 'counter', unit: 'records', description: DESCRIPTIONS[name] }))
}

const DESCRIPTIONS: Readonly<Record<TallyName, string>> = {
  processed: 'Number of rows read.',
  passed: 'Number of rows that passed.',
  dropped: 'Number of rows left out.',
  failed: 'Number of rows that could not be converted.',
  groups: 'Number of groups.',
}

export class Tally {
  readonly #counts: Record<TallyName, number> = { processed: 0, passed: 0, dropped: 0, failed: 0, groups: 0 }

  add(name: TallyName, count = 1): void {
    this.#counts[name] += count
  }

  get processed(): number {
    return this.#counts.processed
  }

  tell(ctx: RunContext, ...names: readonly TallyName[]): void {
    for (const name of names) ctx.metrics.counter(name, this.#counts[name])
  }

  /** Counts a row that failed; with FAIL it ends the task. */
  fail(error: unknown, onError: string): void {
    if (!(error instanceof TaskError)) throw error
    this.#counts.failed++
    if (onError === 'FAIL')
      throw new TaskError(
        `row ${this.#counts.processed}: ${error.message}; \`onError\` says what else may happen to such rows`,
      )
  }
}
