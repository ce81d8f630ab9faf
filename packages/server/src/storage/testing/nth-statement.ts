// Each statement of each use case fails once, in each way. Afterwards the store is exactly as before or exactly as after, never between, and what
// was answered fits.
import assert from 'node:assert/strict'
import { FlushError, type Store } from '../store.ts'
import type { Fault, Faults } from './faults.ts'
import type { UseCase } from './use-cases.ts'

export interface FailingStore {
  readonly store: Store
  readonly faults: Faults
  readonly ways: readonly Fault[]
  /** All rows of all tables, without what the database numbers or times itself. */
  dump(): Promise<string>
  /** Puts the content back that every use case begins with. */
  reset(): Promise<void>
}

export interface Tally {
  runs: number
  /** Failures after which the store was as before, and as after. */
  before: number
  after: number
  /** Runs that ended well although a statement failed. */
  healed: number
}

export async function failEachStatement(subject: FailingStore, useCase: UseCase, tally: Tally): Promise<void> {
  const { store, faults, ways } = subject
  const before = await subject.dump()
  faults.arm(Infinity)
  const result = await useCase.run(store)
  const statements = faults.seen
  faults.disarm()
  const after = await subject.dump()
  await subject.reset()
  assert.equal(await subject.dump(), before)
  assert.ok(statements > 0)
  for (let at = 1; at <= statements; at++) {
    for (const how of ways) {
      faults.arm(at, how)
      const outcome = await useCase.run(store).then(
        value => ({ value }),
        (error: unknown) => ({ error }),
      )
      faults.disarm()
      const where = `${useCase.name}, statement ${at} of ${statements}, ${how}`
      const now = await subject.dump()
      judge({ where, outcome, result, isBefore: now === before, isAfter: now === after }, tally)
      if (now !== before) await subject.reset()
    }
  }
}

interface Judged {
  readonly where: string
  readonly outcome: { readonly value: unknown } | { readonly error: unknown }
  readonly result: unknown
  readonly isBefore: boolean
  readonly isAfter: boolean
}

function judge({ where, outcome, result, isBefore, isAfter }: Judged, tally: Tally): void {
  tally.runs += 1
  assert.ok(isBefore || isAfter, `${where}: the store is between before and after`)
  if ('value' in outcome) {
    assert.ok(isAfter, `${where}: it was answered as done, and it is not`)
    assert.deepEqual(outcome.value, result, where)
    tally.healed += 1
    return
  }
  const { error } = outcome
  assert.ok(error instanceof Error, where)
  if (isAfter && !isBefore) {
    // Only who does not know may say no to what is done.
    const mayBe = !(error instanceof FlushError) || error.fault === 'unknown' || error.fault === 'broken'
    assert.ok(mayBe, `${where}: it was answered as not done (${error.message}), and it is`)
    tally.after += 1
  } else tally.before += 1
}
