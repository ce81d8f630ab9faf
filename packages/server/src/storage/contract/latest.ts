// The newest executions of many flows at once.
import assert from 'node:assert/strict'
import { idFloorOf } from '@batuta/core'
import type { ExecutionRow } from '../batch.ts'
import { NOW_MS, TENANT, executionRow, join, storeCase, type StoreSubject } from './subject.ts'

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
}
