import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId, type Signal } from '@batuta/core'
import { refusalOf } from '../http/request-error.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { Store } from '../storage/store.ts'
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

test('what is stored for another node is never told as something that was not begun', async () => {
  const sent: string[] = []
  const store = openMemoryStore(newTables(), () => NOON_MS)
  const executionId = newId({ nowMs: NOON_MS, shard: SHARD, random: () => 0 })
  const birth = { ...FLOW, revision: 1, inputs: {}, labels: [] }
  const journal = [{ executionId, turn: 1, version: 1, atMs: NOON_MS, events: '[]' }]
  const start = (journalsOf: Store['read']['journalsOf']): Promise<unknown> =>
    newRouter({
      owns: () => false,
      onSent: id => sent.push(id),
      store: { ...store, read: { ...store.read, journalsOf } },
    }).submit({ type: 'create', executionId, birth }, { view: () => 'seen' })

  const mistake = start(async () => await Promise.reject(new TypeError('a mistake while reading')))
  await assert.rejects(mistake, isUnavailable(/stored and will be done.*a mistake while reading/))
  const unreadable = start(async () => new Map([[executionId, journal]]))
  await assert.rejects(unreadable, isUnavailable(/stored and will be done.*cannot be read/))
  assert.equal(sent.length, 2)
})

/** As the HTTP side tells it, which writes it to the log as well. */
function isUnavailable(words: RegExp): (error: unknown) => boolean {
  return error => {
    const { refusal, isOurs } = refusalOf(error)
    assert.deepEqual([refusal.status, isOurs], [503, true])
    return error instanceof Error && words.test(error.message)
  }
}

interface RouterPlace {
  readonly store?: Store
  owns(shard: number): boolean
  onSent(id: string): void
}

function newRouter({ owns, onSent, store = openMemoryStore(newTables(), () => NOON_MS) }: RouterPlace): Router {
  const nobody = (): Promise<never> => Promise.reject(new Error('nobody is asked here'))
  return new Router({
    engine: { submit: nobody },
    store,
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
