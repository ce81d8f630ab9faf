// What executions were given, read of the store, against what the source has produced.
import { DatabaseSync } from 'node:sqlite'
import { EVENTS_SAID } from './counterpart.ts'

export interface GivenEvents {
  readonly executionId: string
  readonly state: string
  readonly numbers: readonly number[]
}

export interface Compared {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly foreign: readonly string[]
  readonly unfinished: readonly string[]
}

const TOLD_MAX = 20

export function eventsGiven(file: string): readonly GivenEvents[] {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const said = new Map<string, string>()
    for (const row of db.prepare('select execution_id, events from journal order by execution_id, turn').iterate()) {
      const found = EVENTS_SAID.exec(String(row['events']))?.[1]
      if (found !== undefined && !said.has(String(row['execution_id']))) said.set(String(row['execution_id']), found)
    }
    const rows = db.prepare('select id, state from executions').all()
    return rows.map(row => {
      const executionId = String(row['id'])
      const words = (said.get(executionId) ?? '').split(',').filter(word => word !== '')
      return { executionId, state: String(row['state']), numbers: words.map(Number) }
    })
  } finally {
    db.close()
  }
}

export function compareEvents(produced: readonly number[], given: readonly GivenEvents[]): Compared {
  const takers = new Map<number, string[]>()
  for (const { executionId, numbers } of given)
    for (const number of numbers) takers.set(number, [...(takers.get(number) ?? []), executionId])
  const known = new Set(produced)
  return {
    lost: few(produced.filter(number => !takers.has(number)).map(number => `event ${number}`)),
    doubled: few(
      [...takers].filter(([, ids]) => ids.length > 1).map(([number, ids]) => `event ${number}: ${ids.join(' ')}`),
    ),
    foreign: few([...takers.keys()].filter(number => !known.has(number)).map(number => `event ${number}`)),
    unfinished: few(
      given.filter(({ state }) => state !== 'SUCCESS').map(({ executionId, state }) => `${executionId}: ${state}`),
    ),
  }
}

function few(problems: readonly string[]): readonly string[] {
  if (problems.length <= TOLD_MAX) return problems
  return [...problems.slice(0, TOLD_MAX), `and ${problems.length - TOLD_MAX} more`]
}
