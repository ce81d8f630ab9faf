// What the audit found, by invariant: how much was looked at, how much is wrong, and the first few by name.

export const INVARIANTS = {
  I1: 'what was acknowledged is there',
  I2: 'an execution ends once per generation, and nothing happens after its end',
  I3: 'states move along the published graph only',
  I4: 'epochs follow one another, and each has at most one accepted result',
  I5: 'nothing starts before what it waits for has ended',
  I6: 'what has ended has no live task run, job or timer',
  I7: 'no more run at a time than the limit allows',
  I8: 'nobody waits while a place is free',
  I9: 'ticks that fired are dates of the schedule, each once',
  I10: 'one execution per idempotency key',
  I11: 'rows are the fold of the journal, and its turns have no gaps',
  I12: 'no job is in the hands of a node that is gone',
  I13: 'no process runs for an attempt that does not',
  I14: 'log chunks are whole',
  I15: 'files that are referred to exist',
  I16: 'no attempt starts after a kill',
  I17: 'a child that is waited for tells its parent once',
  I18: 'no secret is stored outside of the secrets',
  I19: 'an execution that has ended keeps a bounded number of rows',
  I20: 'a change has one audit row with its actor',
  I21: 'nothing is stuck: whatever is open has something to wait for',
  I22: 'what is held tells why',
} as const

export type InvariantId = keyof typeof INVARIANTS

export const INVARIANT_IDS: readonly InvariantId[] = Object.keys(INVARIANTS).filter(isInvariant)

export interface Finding {
  /** Mostly the id of an execution. */
  readonly id: string
  readonly what: string
}

export interface InvariantReport {
  readonly id: InvariantId
  readonly title: string
  /** skipped: it could not be judged here and now; `note` tells why. */
  readonly status: 'ok' | 'broken' | 'skipped'
  readonly note: string | undefined
  /** How many things were looked at. */
  readonly checked: number
  readonly brokenCount: number
  /** The first of them. */
  readonly findings: readonly Finding[]
}

interface Tally {
  checked: number
  brokenCount: number
  readonly findings: Finding[]
  note?: string
  isSkipped: boolean
}

export class Findings {
  readonly #findingsMax: number
  readonly #tallies = new Map<InvariantId, Tally>(
    INVARIANT_IDS.map(id => [id, { checked: 0, brokenCount: 0, findings: [], isSkipped: false }]),
  )

  constructor(findingsMax: number) {
    this.#findingsMax = findingsMax
  }

  saw(id: InvariantId, count: number = 1): void {
    this.#of(id).checked += count
  }

  add(invariant: InvariantId, id: string, what: string): void {
    const tally = this.#of(invariant)
    tally.brokenCount += 1
    if (tally.findings.length < this.#findingsMax) tally.findings.push({ id, what })
  }

  note(id: InvariantId, note: string): void {
    this.#of(id).note = note
  }

  skip(id: InvariantId, reason: string): void {
    this.#of(id).isSkipped = true
    this.#of(id).note = reason
  }

  report(): readonly InvariantReport[] {
    return INVARIANT_IDS.map(id => {
      const { checked, brokenCount, findings, note, isSkipped } = this.#of(id)
      const status = brokenCount > 0 ? 'broken' : isSkipped ? 'skipped' : 'ok'
      return { id, title: INVARIANTS[id], status, note, checked, brokenCount, findings: [...findings] }
    })
  }

  #of(id: InvariantId): Tally {
    const tally = this.#tallies.get(id)
    if (!tally) throw new Error(`there is no invariant ${id}`)
    return tally
  }
}

function isInvariant(text: string): text is InvariantId {
  return text in INVARIANTS
}
