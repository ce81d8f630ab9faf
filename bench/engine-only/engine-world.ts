// The engine and a store as the server wires them, without HTTP, jobs and plugins.
import { readFileSync } from 'node:fs'
import { createCatalogue, newId, type Plan } from '../../packages/core/src/index.ts'
import { Engine } from '../../packages/server/src/engine/engine.ts'
import { openFlowCatalogue, type FlowCatalogue } from '../../packages/server/src/flows/flow-catalogue.ts'
import { newTurnEnvironment } from '../../packages/server/src/engine/turn-environment.ts'
import { prepareBirthNow, problemText, type StartWorld } from '../../packages/server/src/flows/births.ts'
import { judgeFlow, saveFlow } from '../../packages/server/src/flows/save-flow.ts'
import { newChanges } from '../../packages/server/src/inbox/changes.ts'
import { NO_JOBS } from '../../packages/server/src/inbox/jobs.ts'
import { THREAD_URL } from '../../packages/server/src/platform/places.ts'
import { realPlatform } from '../../packages/server/src/platform/platform.ts'
import { EngineMeter } from '../../packages/server/src/telemetry/engine-meter.ts'
import { StoreMeter, meteredStore } from '../../packages/server/src/telemetry/store-meter.ts'
import { openMemoryStore } from '../../packages/server/src/storage/memory/memory-store.ts'
import { newTables } from '../../packages/server/src/storage/memory/tables.ts'
import { openPostgresStore } from '../../packages/server/src/storage/postgres/postgres-store.ts'
import { openSqliteStore } from '../../packages/server/src/storage/sqlite/sqlite-store.ts'
import type { Store } from '../../packages/server/src/storage/store.ts'
import type { BenchDatabase } from '../harness/bench-database.ts'
import { databaseFile } from '../harness/database-figures.ts'

export interface EngineWorld {
  /** Starts the flow; settles when what it did is committed, with the state it is in then. */
  start(): Promise<string>
  close(): Promise<void>
}

export async function openEngineWorld(
  flowFile: string,
  { folder, database }: { readonly folder: string; readonly database: BenchDatabase | undefined },
): Promise<EngineWorld> {
  const platform = realPlatform()
  const opened = await openStore(database, folder, () => platform.nowMs())
  const store = meteredStore(opened, new StoreMeter(), () => platform.elapsedMs())
  const joined = await store.perform('joinNode', { node: 'local', nowMs: platform.nowMs() })
  const flows = await openFlowCatalogue(store)
  const random = (): number => platform.random()
  const startWorld = (): StartWorld => {
    return { nowMs: platform.nowMs(), zone: 'UTC', locale: 'en-US', random, configuredRoots: new Map() }
  }
  const engine = new Engine({
    store,
    flows,
    platform,
    node: { id: 'local', node: 'local', incarnation: joined.incarnation, flushSeq: joined.flushSeq },
    jobs: NO_JOBS,
    meter: new EngineMeter({ detail: 'flow', flowsMax: 500 }),
    changes: newChanges(),
    envOf: newTurnEnvironment({
      platform,
      flows,
      zone: 'UTC',
      locale: 'en-US',
      configuredRoots: new Map(),
      startWorld,
    }),
    evaluate: () => fail('the flow asks the world'),
    owns: () => true,
    onTimer: () => fail('the flow sets a timer'),
    onNotice: message => fail(message),
    onFatal: error => fail(error.message),
  })
  const plan = await savedPlan(flowFile, store, flows)
  const start = async (): Promise<string> => {
    const executionId = newId({ nowMs: platform.nowMs(), shard: Math.floor(random() * 256), random })
    const prepared = prepareBirthNow(executionId, { plan, inputs: {} }, startWorld())
    if (!('birth' in prepared)) return fail(problemText(prepared.problems))
    const signal = { type: 'create', executionId, birth: prepared.birth } as const
    const { view } = await engine.submit(signal, { view: state => state.state })
    return view ?? fail('the engine refused')
  }
  const close = async (): Promise<void> => {
    await engine.stop()
    await store.close()
  }
  return { start, close }
}

async function openStore(database: BenchDatabase | undefined, folder: string, nowMs: () => number): Promise<Store> {
  if (!database) return openMemoryStore(newTables(), nowMs)
  const url = database.env['BATUTA_DATABASE_URL']
  if (url === undefined) return openSqliteStore({ file: databaseFile(folder), nowMs, threadUrl: THREAD_URL })
  const demands = { durability: 'full', isEngine: true } as const
  return await openPostgresStore({ ...demands, url, poolMax: 2, nowMs, random: Math.random, onNotice: fail })
}

async function savedPlan(flowFile: string, store: Store, flows: FlowCatalogue): Promise<Plan> {
  const source = readFileSync(flowFile, 'utf8')
  const catalogue = createCatalogue([])
  const { flow } = judgeFlow(source, { catalogue, globalDefaults: [], flows, tenant: 'main' })
  if (!flow) return fail(`the flow in ${flowFile} is not valid`)
  const row = await saveFlow(source, flow, {
    store,
    flows,
    catalogue,
    globalDefaults: [],
    tenant: 'main',
    nowMs: () => Date.now(),
    firstDateOf: () => null,
    onChanged: () => Promise.resolve(),
  })
  return flows.planOf({ ...row, savedMs: row.nowMs })
}

function fail(message: string): never {
  throw new Error(message)
}
