// The newest executions of many flows, and the ends of many logs, at once.
import assert from 'node:assert/strict'
import { createdMsOf, idFloorOf } from '@batuta/core'
import type { ExecutionRow } from '../batch.ts'
import { NOW_MS, TENANT, executionRow, join, logRow, storeCase, type StoreSubject } from './subject.ts'

const DAY_MS = 86_400_000
const ETL = { namespace: 'company.team', flowId: 'etl' }
const OTHER = { namespace: 'company.team', flowId: 'other' }
const NAMESAKE = { namespace: 'company', flowId: 'etl' }
const NOBODY = { namespace: 'company', flowId: 'nobody' }

/** Born so many days ago. */
function bornRow(name: string, days: number, more: Partial<ExecutionRow>): ExecutionRow {
  const createdMs = NOW_MS - days * DAY_MS
  return executionRow(`${idFloorOf(createdMs)}e${name}`, { createdMs, ...ETL, ...more })
}

export function latestContract(subject: StoreSubject): void {
  storeCase(subject, 'of each flow its newest executions are told, in the order of the flows', async ({ store }) => {
    const node = await join(store)
    const births = [
      bornRow('1', 3, { state: 'SUCCESS', endMs: NOW_MS, waitsFor: null, triggerId: 'nightly' }),
      bornRow('2', 2, { state: 'FAILED', endMs: NOW_MS, waitsFor: null }),
      bornRow('3', 1, { state: 'RUNNING' }),
      bornRow('4', 0, { ...OTHER, state: 'RUNNING' }),
      bornRow('5', 2, { ...NAMESAKE, state: 'RUNNING' }),
      bornRow('6', 0, { tenant: 'guest' }),
    ]
    for (const birth of births) await store.history?.prepareDays(birth.createdMs)
    await node.write({ births })

    const told = await store.read.latestExecutions({
      tenant: TENANT,
      flows: [OTHER, NOBODY, ETL, NAMESAKE, ETL],
      limit: 2,
    })
    const [all] = await store.read.latestExecutions({ tenant: TENANT, flows: [ETL], limit: 9 })

    const names = told.map(rows => rows.map(({ id }) => id.slice(-1)).join(''))
    assert.deepEqual(names, ['4', '', '32', '5', '32'])
    assert.deepEqual(
      all?.map(({ id, ...row }) => ({ name: id.slice(-1), ...row })),
      [
        { name: '3', state: 'RUNNING', createdMs: NOW_MS - DAY_MS, endMs: null, triggerId: null },
        { name: '2', state: 'FAILED', createdMs: NOW_MS - 2 * DAY_MS, endMs: NOW_MS, triggerId: null },
        { name: '1', state: 'SUCCESS', createdMs: NOW_MS - 3 * DAY_MS, endMs: NOW_MS, triggerId: 'nightly' },
      ],
    )
    assert.deepEqual(await store.read.latestExecutions({ tenant: TENANT, flows: [], limit: 9 }), [])
  })

  storeCase(subject, 'of each execution the last log chunk of a level is told', async ({ store }) => {
    const node = await join(store)
    const [old, young, quiet, nobody] = [2, 1, 0, 0].map((days, index) => bornRow(String(index), days, {}).id)
    const born = [old, young, quiet].map(id => id ?? '')
    for (const id of born) await store.history?.prepareDays(createdMsOf(id))
    const [first = '', second = '', third = ''] = born
    await node.write({
      logs: [
        logRow(first, { lines: '["a"]', levelMax: 4 }),
        logRow(second, { lines: '["x"]', levelMax: 4 }),
        logRow(first, { lines: '["b"]', levelMax: 4 }),
        logRow(first, { lines: '["c"]', levelMax: 2 }),
        logRow(third, { lines: '["q"]', levelMax: 1 }),
      ],
    })
    const executionIds = [third, second, nobody ?? '', first, second]

    const errors = await store.read.latestLogs({ executionIds, levelMin: 4 })
    const all = await store.read.latestLogs({ executionIds, levelMin: 0 })

    assert.deepEqual(errors, [undefined, '["x"]', undefined, '["b"]', '["x"]'])
    assert.deepEqual(all, ['["q"]', '["x"]', undefined, '["c"]', '["x"]'])
    assert.deepEqual(await store.read.latestLogs({ executionIds: [], levelMin: 0 }), [])
  })
}
