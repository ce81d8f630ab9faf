// What SQLite makes of the lists: every arm walks an index in the order of births; none reads rows that it does not need, and none sorts.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { countStatement, listStatement, tallyStatement, type Found } from '../sql/execution-query.ts'
import { LATEST_OF_FLOW } from '../sql/latest.sql.ts'
import type { ExecutionQuery } from '../store.ts'
import { migrate } from './migrate.ts'
import { SQLITE } from './perform.ts'

const NAMESPACES: Found = { namespaces: ['company', 'company.team'], isByLabel: false }
const NOTHING: Found = { isByLabel: false }

const CASES: readonly (readonly [what: string, query: Partial<ExecutionQuery>, found: Found, index: string])[] = [
  ['the latest', {}, NOTHING, 'PRIMARY KEY (id>?)'],
  ['those from a moment on', { startFromMs: 5 }, NOTHING, 'PRIMARY KEY (id>?)'],
  ['those after an id', { afterId: 'x' }, NOTHING, 'PRIMARY KEY (id<?)'],
  ['namespaces', {}, NAMESPACES, 'COVERING INDEX executions_by_namespace (tenant=? AND namespace=?'],
  [
    'a flow',
    { flowId: 'hello' },
    NAMESPACES,
    'COVERING INDEX executions_by_flow (tenant=? AND namespace=? AND flow_id=?',
  ],
  ['states', { states: ['FAILED', 'KILLED'] }, NOTHING, 'COVERING INDEX executions_unusual (tenant=? AND state=?'],
  [
    'states of a flow',
    { states: ['FAILED'], flowId: 'hello' },
    NAMESPACES,
    'COVERING INDEX executions_unusual_by_namespace (tenant=? AND namespace=? AND state=?',
  ],
  ['children', { parentId: 'x' }, NOTHING, 'INDEX executions_by_parent (parent_id=?'],
  ['a label', { labels: [{ key: 'a', value: 'b' }] }, { isByLabel: true }, 'PRIMARY KEY (key=? AND value=?)'],
]

for (const [what, query, found, index] of CASES) {
  test(`a list of ${what} walks one index`, () => {
    const db = new DatabaseSync(':memory:')
    migrate(db)
    const wanted = { tenant: 'main', limit: 25, ...query }

    const list = planOf(db, listStatement(wanted, found, SQLITE).text)
    const count = planOf(db, countStatement(wanted, found, SQLITE).text)

    const tally = planOf(db, tallyStatement({ ...wanted, slotMs: 60_000 }, found, SQLITE).text)

    assert.ok(list.includes(index), list)
    assert.ok(tally.includes(index.replace('COVERING INDEX', 'INDEX')), tally)
    assert.doesNotMatch(tally, /SCAN (e|l|o)\b/)
    assert.ok(count.includes(index), count)
    assert.doesNotMatch(list + count, /SCAN (e|l|o)\b/)
    assert.equal(list.split('TEMP B-TREE').length, 2, 'the page of rows alone is sorted')
    assert.doesNotMatch(count, /TEMP B-TREE/)
    db.close()
  })
}

test('the newest of a flow are read along its index, and not sorted', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db)

  const plan = planOf(db, LATEST_OF_FLOW)

  assert.match(plan, /INDEX executions_by_flow \(tenant=\? AND namespace=\? AND flow_id=\?\)/)
  assert.doesNotMatch(plan, /TEMP B-TREE/)
  db.close()
})

function planOf(db: DatabaseSync, statement: string): string {
  const rows = db.prepare(`explain query plan ${statement.replace(/\$(\d+)/g, '?$1')}`).all()
  return rows.map(row => String(row['detail'])).join('\n')
}
