import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId, type Signal } from '@batuta/core'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { SubmitError } from './inbox.ts'
import { Router } from './router.ts'

const NOON_MS = 1_900_000_000_000
const SHARD = 7
const FLOW = { tenant: 'main', namespace: 'test', flowId: 'hourly' }

test('a schedule whose shard moved while its birth was prepared is not fired without its cursor', async () => {
  const sent: string[] = []
  const executionId = newId({ nowMs: NOON_MS, shard: SHARD, random: () => 0 })
  const router = newRouter({ owns: () => false, onSent: id => sent.push(id) })
  const signal: Signal = {
    type: 'create',
    executionId,
    birth: { ...FLOW, revision: 1, inputs: {}, labels: [] },
  }
  const place = { nextMs: NOON_MS, lastMs: null, expectedNextMs: NOON_MS, state: null }
  const cursor = { ...FLOW, triggerId: 'every', ...place, executionId }

  const isRefused = (error: unknown): boolean => error instanceof SubmitError && error.fault === 'unavailable'
  await assert.rejects(router.submit(signal, { trigger: cursor }), isRefused)
  assert.deepEqual(sent, [])
})

function newRouter({ owns, onSent }: { owns(shard: number): boolean; onSent(id: string): void }): Router {
  const nobody = (): Promise<never> => Promise.reject(new Error('nobody is asked here'))
  return new Router({
    engine: { submit: nobody },
    store: openMemoryStore(newTables(), () => NOON_MS),
    cluster: {
      announce: nobody,
      renew: nobody,
      tend: nobody,
      releaseShards: nobody,
      withdraw: nobody,
      leave: nobody,
      sendSignals: async rows => rows.forEach(({ id }) => onSent(id)),
      settleJobs: nobody,
      moveJobs: nobody,
      listAbandonedJobs: nobody,
      listKilledJobs: nobody,
      listSentJobs: nobody,
      returnJobs: nobody,
      listFlowsSince: nobody,
      listNodes: nobody,
      listWorkers: nobody,
      tidyQueues: nobody,
      forgetNodes: nobody,
      onHint: () => () => {},
    },
    platform: { nowMs: () => NOON_MS, elapsedMs: () => 0, defer: run => setImmediate(run), at: () => () => {} },
    member: { node: 'node-1', incarnation: 1 },
    owns,
    load: async () => undefined,
    newSignalId: () => 'signal-1',
  })
}
