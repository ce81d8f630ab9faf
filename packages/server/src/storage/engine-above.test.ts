// The engine over real databases of which one statement fails: what it answers is what is in the store, and it goes on afterwards.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createCatalogue, encodeValue, newId, parseFlow, trust, type Value } from '@batuta/core'
import { startPostgres, type Postgres } from '../../../../tests/services/postgres.mjs'
import { Engine } from '../engine/engine.ts'
import { newTurnEnvironment } from '../engine/turn-environment.ts'
import { openFlowCatalogue } from '../flows/flow-catalogue.ts'
import { newChanges } from '../inbox/changes.ts'
import { SubmitError } from '../inbox/inbox.ts'
import { NO_JOBS } from '../inbox/jobs.ts'
import { realPlatform } from '../platform/platform.ts'
import { newDatabase, openTestStore } from './postgres/testing/test-database.ts'
import { failingClient } from './postgres/testing/failing-client.ts'
import { announcementOf } from './contract/subject.ts'
import { openSqliteStore } from './sqlite/sqlite-store.ts'
import { failingDatabase } from './sqlite/testing/failing-database.ts'
import type { Store } from './store.ts'
import { Faults, type Fault } from './testing/faults.ts'

let server: Postgres

before(async () => {
  server = await startPostgres()
})
after(async () => await server.stop())

const FLOW = { tenant: 'main', namespace: 'house', flowId: 'log' }
const SOURCE = `id: log
namespace: house
tasks: [{ id: say, type: io.kestra.plugin.core.log.Log, message: hello }]`
const ANSWERS: readonly string[] = ['SUCCESS', 'disk-full', 'unavailable', 'failed']

test('over PostgreSQL a statement that fails costs nobody an answer, except when there is no room', async t => {
  const faults = new Faults()
  const Client = failingClient(faults)
  const { store } = await openTestStore(t, await newDatabase(server), {
    durability: 'relaxed',
    random: () => 0,
    Client,
  })
  const { create, fatal } = await openEngine(store)

  const answers = await failEach({ store, faults, create, ways: ['lost-before', 'lost-after', 'passing', 'full'] })

  assert.deepEqual([...(answers.get('lost-before') ?? [])], ['SUCCESS'])
  assert.deepEqual([...(answers.get('lost-after') ?? [])], ['SUCCESS'])
  assert.deepEqual([...(answers.get('passing') ?? [])], ['SUCCESS'])
  assert.deepEqual([...(answers.get('full') ?? [])], ['disk-full'])
  assert.deepEqual(fatal, [])
})

test('over SQLite a file that was locked costs nobody an answer, and a full disk is said to be one', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-above-'))
  const faults = new Faults()
  const store = openSqliteStore({
    file: join(folder, 'x.db'),
    nowMs: () => Date.now(),
    threadUrl: new URL('sqlite/flush-thread.ts', import.meta.url),
    durability: 'relaxed',
    Database: failingDatabase(faults),
  })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  const { create, fatal } = await openEngine(store)

  const answers = await failEach({ store, faults, create, ways: ['passing', 'full'] })

  assert.deepEqual([...(answers.get('passing') ?? [])], ['SUCCESS'])
  assert.deepEqual([...(answers.get('full') ?? [])], ['disk-full'])
  assert.deepEqual(fatal, [])
})

interface Failing {
  readonly store: Store
  readonly faults: Faults
  create(executionId: string): Promise<string>
  readonly ways: readonly Fault[]
}

/** The answers to executions of which one statement failed, by the way it failed. */
async function failEach({ store, faults, create, ways }: Failing): Promise<ReadonlyMap<Fault, ReadonlySet<string>>> {
  faults.arm(Infinity)
  assert.equal(await create(idAt(0)), 'SUCCESS')
  const statements = faults.seen
  const answers = new Map<Fault, Set<string>>()
  for (const how of ways) {
    for (let at = 1; at <= statements; at++) {
      const id = idAt(at)
      faults.arm(at, how)
      const answer = await create(id)
      faults.disarm()
      assert.ok(ANSWERS.includes(answer), answer)
      const row = await store.read.findExecution(id)
      assert.equal(row?.state, answer === 'SUCCESS' ? 'SUCCESS' : undefined, `${how} of statement ${at}: ${answer}`)
      assert.equal((await store.read.journalOf(id)).length, row ? 1 : 0)
      answers.set(how, (answers.get(how) ?? new Set()).add(answer))
      assert.equal(await create(idAt(at)), 'SUCCESS', `after ${how} of statement ${at}`)
    }
  }
  return answers
}

function idAt(shard: number): string {
  return newId({ nowMs: Date.now(), shard, random: Math.random })
}

async function openEngine(store: Store): Promise<{ create(executionId: string): Promise<string>; fatal: Error[] }> {
  const { flow } = parseFlow(SOURCE, { catalogue: createCatalogue([]) })
  const parsed = encodeValue(trust<Value>(flow))
  await store.perform('saveFlow', { ...FLOW, source: SOURCE, parsed, nowMs: 1, isDisabled: false })
  const entry = await store.perform('joinNode', { node: 'local', nowMs: Date.now() })
  await store.cluster?.announce({ node: 'local', incarnation: entry.incarnation }, announcementOf('engine'), 600_000)
  const flows = await openFlowCatalogue(store)
  const platform = realPlatform()
  const place = { zone: 'UTC', locale: 'en-US', configuredRoots: new Map<string, Value>() }
  const startWorld = () => ({ ...place, nowMs: platform.nowMs(), random: () => 0.5 })
  const fatal: Error[] = []
  const engine = new Engine({
    store,
    flows,
    platform,
    node: { id: 'local', node: 'local', ...entry },
    jobs: NO_JOBS,
    changes: newChanges(),
    envOf: newTurnEnvironment({ platform, flows, ...place, startWorld }),
    evaluate: async () => {},
    owns: () => true,
    onTimer: () => {},
    onNotice: () => {},
    onFatal: error => void fatal.push(error),
  })
  const create = async (executionId: string): Promise<string> => {
    try {
      const birth = { ...FLOW, revision: 1, inputs: {}, labels: [] }
      const { view } = await engine.submit({ type: 'create', executionId, birth }, { view: state => state.state })
      return String(view)
    } catch (error) {
      assert.ok(error instanceof SubmitError, String(error))
      return error.fault
    }
  }
  return { create, fatal }
}
