// A server for tests: real HTTP on 127.0.0.1, the real engine, the store in memory. Jobs are left to whoever claims them.
import { firstDateOf } from '../engine/schedules.ts'
import { TriggerDesk } from '../flows/trigger-desk.ts'
import { TriggerReasons } from '../flows/trigger-reasons.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NAMESPACE_VARIABLES, SHARDS, createCatalogue, encodeValue, newId, type Value } from '@batuta/core'
import { createClient, type Client } from '@batuta/api'
import { openLocalFileStore, type FileStore } from '@batuta/plugin-sdk'
import type { Access } from '../access/access.ts'
import { askFor } from '../answers/ask.ts'
import { Engine } from '../engine/engine.ts'
import { openFlowCatalogue, type FlowCatalogue } from '../flows/flow-catalogue.ts'
import { newEvaluator, newTurnEnvironment } from '../engine/turn-environment.ts'
import { openBreakers } from '../flows/breakers.ts'
import { newLimitRules, type LimitRules } from '../flows/limit-rules.ts'
import { newPools, type Pools } from '../flows/pools.ts'
import type { StartWorld } from '../flows/births.ts'
import type { HttpConfig, HttpGiven, Patience } from '../http/dependencies.ts'
import { startHttp } from '../http/server.ts'
import { newChanges, type Changes } from '../inbox/changes.ts'
import { rehearse } from '../rehearsal/rehearse.ts'
import { tryFlow, type TryWorld } from '../rehearsal/try-flow.ts'
import { MaintenanceMode } from '../inbox/maintenance-mode.ts'
import { NO_JOBS } from '../inbox/jobs.ts'
import { NamespaceSettings } from '../namespaces/namespace-settings.ts'
import { Keyring } from '../platform/keyring.ts'
import { PolicyBook } from '../policies/policy-book.ts'
import { RowKeys } from '../secrets/row-keys.ts'
import { realPlatform, type Platform } from '../platform/platform.ts'
import { announcementOf } from '../storage/contract/subject.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { SignalRow } from '../storage/batch.ts'
import type { FlowKey, Store } from '../storage/store.ts'

export interface TestServer {
  readonly address: string
  readonly client: Client
  readonly engine: Engine
  readonly store: Store
  readonly access: Access
  readonly files: FileStore
  /** What the routes are given, before it is narrowed for anybody. */
  readonly given: HttpGiven
  /** How many watch some execution. */
  watching(): number
  /** What the server wrote into its log. */
  readonly notices: readonly string[]
  /** A raw request; the body as text, and as data where it is JSON. */
  send(method: string, path: string, init?: SendInit): Promise<Answer>
  saveFlow(source: string): Promise<void>
  prepareLooks(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

export interface SendInit {
  readonly body?: string | FormData | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly text: string
  /** Whatever came: tests look into it. */
  readonly json: ReturnType<typeof JSON.parse>
  readonly headers: Headers
}

export interface TestServerParts {
  readonly patience?: Partial<Patience>
  /** The caller closes it; one in memory unless given. */
  readonly store?: Store
}

const NODE = 'test'
/** Passwords of tests are known anyway. */
const CHEAP = { memoryKib: 64, passes: 1 }
/** Any key of 32 bytes. */
const RING = new Keyring([btoa('0123456789abcdef0123456789abcdef')])
const ENCRYPTION = {
  encrypt: (plain: string) => RING.encrypt(plain),
  decrypt: (cipher: string) => RING.decrypt(cipher),
}
const SECRETS = new Map([['DOOR', 'open sesame']])

export async function openTestServer(
  config: Partial<HttpConfig> = {},
  { patience, store: given }: TestServerParts = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-http-'))
  const platform = realPlatform()
  const store = given ?? openMemoryStore(newTables(), () => platform.nowMs())
  const flows = await openFlowCatalogue(store)
  const namespaces = new NamespaceSettings({ store, tenant: 'main', nowMs: () => platform.nowMs() })
  const files = openLocalFileStore(folder)
  const { changes, watching } = countedChanges()
  const notices: string[] = []
  const note = (message: string, error?: unknown): void => void notices.push(`${message} ${String(error ?? '')}`)
  const rowKeys = new RowKeys({ store, ring: RING, nowMs: () => platform.nowMs() })
  const nowMs = (): number => platform.nowMs()
  const policies = new PolicyBook({ store, tenant: 'main', catalogue: createCatalogue([]), configured: [], nowMs })
  const parts: Parts = { policies, rowKeys, platform, store, flows, namespaces, files, changes, note }
  const engine = await openEngine(parts)
  const dependencies: HttpGiven = {
    ...dependenciesOf(parts, engine),
    config: { host: '127.0.0.1', port: 0, tenant: 'main', passwordCosts: CHEAP, ...config },
    ...(patience === undefined ? {} : { patience }),
  }
  const http = await startHttp(dependencies)
  const client = createClient({ baseUrl: http.address, transport: globalThis })
  return {
    address: http.address,
    access: http.access,
    client,
    engine,
    store,
    files,
    given: dependencies,
    watching,
    notices,
    send: (method, path, init = {}) => sendTo(http.address, { method, path, init }),
    saveFlow: async source => void (await client.flows.create({ body: source })),
    prepareLooks: async signal => await http.prepareLooks(signal),
    stop: async () => {
      await http.stop()
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Parts {
  readonly platform: Platform
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly namespaces: NamespaceSettings
  readonly files: FileStore
  readonly changes: Changes
  readonly note: (message: string, error?: unknown) => void
  readonly rowKeys: RowKeys
  readonly policies: PolicyBook
}

function poolsOf({ namespaces }: Parts): Pools {
  return newPools(namespaces.pools, new Map())
}

function limitsOf(parts: Parts): LimitRules {
  return newLimitRules(parts.flows, poolsOf(parts))
}

function rootsOf({ namespaces }: Parts): ReadonlyMap<string, Value> {
  return new Map([[NAMESPACE_VARIABLES, namespaces.variables]])
}

function startWorldOf(parts: Parts): () => StartWorld {
  const { platform } = parts
  const random = (): number => platform.random()
  const place = { zone: 'UTC', locale: 'en-US', random, configuredRoots: rootsOf(parts) }
  return () => ({ ...place, nowMs: platform.nowMs(), secretKey: ENCRYPTION })
}

function answersOf({ store, files, flows, platform, rowKeys }: Parts): Parameters<typeof askFor>[0] {
  return { store, files, flows, environmentSecrets: SECRETS, nowMs: () => platform.nowMs(), rowKeys, ...ENCRYPTION }
}

function childrenOf(parts: Parts): Parameters<typeof newEvaluator>[0]['children'] {
  const { store, flows, platform } = parts
  const breakers = openBreakers({ store, nowMs: () => platform.nowMs() })
  return { flows, startWorld: startWorldOf(parts), breakers }
}

async function openEngine(parts: Parts): Promise<Engine> {
  const { store, flows, platform, changes, note } = parts
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: NODE, nowMs: platform.nowMs() })
  const place = { zone: 'UTC', locale: 'en-US', configuredRoots: rootsOf(parts) }
  const engine: Engine = new Engine({
    store,
    flows,
    platform,
    node: { id: NODE, node: NODE, incarnation, flushSeq },
    jobs: NO_JOBS,
    changes,
    limits: limitsOf(parts),
    envOf: newTurnEnvironment({ platform, flows, ...place, limits: limitsOf(parts), startWorld: startWorldOf(parts) }),
    evaluate: newEvaluator(
      { ...answersOf(parts), children: childrenOf(parts) },
      { submit: (signal, how) => engine.submit(signal, how) },
      note,
    ),
    owns: () => true,
    onTimer: () => {},
    onNotice: note,
    onFatal: error => note('fatal', error),
  })
  return engine
}

function dependenciesOf(parts: Parts, engine: Engine): Omit<HttpGiven, 'config'> {
  const { store, flows, platform, files, changes, note } = parts
  const nowMs = (): number => platform.nowMs()
  const random = (): number => platform.random()
  return {
    namespaces: parts.namespaces,
    rehearse: options => rehearse({ ...options, isIsolated: true }),
    tryFlow: options => tryFlow(options, { ...tryPlace(parts), start: startWorldOf(parts)() }),
    inbox: engine,
    store,
    flows,
    changes,
    files,
    manifests: { plugins: [], types: [], modules: {} },
    platform,
    saveWorld: {
      store,
      flows,
      catalogue: createCatalogue([]),
      policies: parts.policies,
      namespaceDefaults: namespace => parts.policies.defaultsOf(namespace),
      globalDefaults: [],
      tenant: 'main',
      nowMs,
      firstDateOf: (flow, id) => firstDateOf(flow, id, { nowMs: nowMs(), zone: 'UTC' }),
      onChanged: () => Promise.resolve(),
    },
    startWorld: startWorldOf(parts),
    triggerDesk: new TriggerDesk({ store, flows, zone: 'UTC', nowMs, signalOf }),
    reasons: new TriggerReasons({ store, platform, onNotice: note }),
    breakers: openBreakers({ store, nowMs, policies: parts.policies }),
    pools: poolsOf(parts),
    newId: flow => {
      const home = flow && limitsOf(parts).birthShardOf(flow)
      return newId({ nowMs: nowMs(), shard: home ?? Math.floor(random() * SHARDS), random })
    },
    ask: asker => askFor(answersOf(parts), asker),
    secrets: answersOf(parts),
    instance: {
      mode: new MaintenanceMode({ store, platform, onNotice: note }),
      announcement: () => ({
        ...announcementOf('engine', 'web', 'worker'),
        node: NODE,
        incarnation: 1,
        isLive: true,
        shards: SHARDS,
        jobs: 0,
      }),
    },
    log: { info: note, warn: note, error: note },
  }
}

/** Lets a test see that whoever left is watching no longer. */
function countedChanges(): { readonly changes: Changes; readonly watching: () => number } {
  const inner = newChanges()
  let count = 0
  const watch: Changes['watch'] = (id, onChange) => {
    const stop = inner.watch(id, onChange)
    count += 1
    return () => {
      count -= 1
      stop()
    }
  }
  return { changes: { ...inner, watch }, watching: () => count }
}

async function sendTo(
  address: string,
  { method, path, init }: { readonly method: string; readonly path: string; readonly init: SendInit },
): Promise<Answer> {
  const reply = await fetch(address + path, { method, redirect: 'manual', ...init, headers: { ...init.headers } })
  const text = await reply.text()
  return { status: reply.status, text, json: parseJson(text), headers: reply.headers }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Not every answer is JSON.
  }
}

let signals = 0

/** Nobody else is there to hear them. */
function signalOf(flow: FlowKey): SignalRow {
  return {
    id: `test/${++signals}`,
    shard: 0,
    executionId: '-',
    body: encodeValue({ type: 'trigger-changed', ...flow }),
  }
}

function tryPlace(parts: Parts): Omit<TryWorld, 'start'> {
  return { answers: answersOf(parts), tenant: 'main', environment: {} }
}
