// A server for tests: real HTTP on 127.0.0.1, the real engine, the store in memory. Jobs are left to whoever claims them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SHARDS, createCatalogue, newId } from '@batuta/core'
import { createClient, type Client } from '@batuta/api'
import { openLocalFileStore, type FileStore } from '@batuta/plugin-sdk'
import { askFor } from '../../answers/ask.ts'
import { Engine } from '../../engine/engine.ts'
import { openFlowCatalogue } from '../../engine/flow-catalogue.ts'
import { newEvaluator, newTurnEnvironment } from '../../engine/turn-environment.ts'
import type { StartWorld } from '../../flows/births.ts'
import { newChanges, type Changes } from '../../inbox/changes.ts'
import { NO_JOBS } from '../../inbox/jobs.ts'
import { realPlatform } from '../../platform/platform.ts'
import { openMemoryStore } from '../../storage/memory/memory-store.ts'
import { newTables } from '../../storage/memory/tables.ts'
import type { Store } from '../../storage/store.ts'
import type { HttpConfig } from '../dependencies.ts'
import { startHttp } from '../server.ts'

export interface TestServer {
  readonly address: string
  readonly client: Client
  readonly engine: Engine
  readonly store: Store
  readonly files: FileStore
  /** How many watch some execution. */
  watching(): number
  /** What the server wrote into its log. */
  readonly notices: string[]
  /** A raw request; the body as text and as JSON where it is some. */
  send(method: string, path: string, init?: SendInit): Promise<Answer>
  saveFlow(source: string): Promise<void>
  stop(): Promise<void>
}

export interface SendInit {
  readonly body?: string | FormData | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly text: string
  // Tests look at whatever came.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any
  readonly headers: Headers
}

const NODE = 'test'

export async function openTestServer(config: Partial<HttpConfig> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-http-'))
  const platform = realPlatform()
  const nowMs = (): number => platform.nowMs()
  const store = openMemoryStore(newTables(), nowMs)
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: NODE, nowMs: nowMs() })
  const flows = await openFlowCatalogue(store)
  const files = openLocalFileStore(folder)
  const { changes, watching } = countedChanges()
  const notices: string[] = []
  const note = (message: string, error?: unknown): void => void notices.push(`${message} ${String(error ?? '')}`)
  const answers = { store, files, environment: { SECRET_DOOR: btoa('open sesame') }, nowMs }
  const random = (): number => platform.random()
  const startWorld = (): StartWorld => ({
    nowMs: nowMs(),
    zone: 'UTC',
    locale: 'en-US',
    random,
    configuredRoots: new Map(),
  })
  const engine: Engine = new Engine({
    store,
    flows,
    platform,
    node: { id: NODE, node: NODE, incarnation, flushSeq },
    jobs: NO_JOBS,
    changes,
    envOf: newTurnEnvironment({
      platform,
      flows,
      zone: 'UTC',
      locale: 'en-US',
      configuredRoots: new Map(),
      startWorld,
    }),
    evaluate: newEvaluator(answers, { submit: (signal, how) => engine.submit(signal, how) }, note),
    owns: () => true,
    onSignalRow: () => {},
    onTimer: () => {},
    onNotice: note,
    onFatal: error => note('fatal', error),
  })
  const http = await startHttp({
    config: { host: '127.0.0.1', port: 0, tenant: 'main', ...config },
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
      globalDefaults: [],
      tenant: 'main',
      nowMs,
      firstDateOf: () => null,
      onChanged: () => Promise.resolve(),
    },
    startWorld,
    newId: () => newId({ nowMs: nowMs(), shard: Math.floor(random() * SHARDS), random }),
    ask: asker => askFor(answers, asker),
    log: { info: note, warn: note, error: note },
  })
  const client = createClient({ baseUrl: http.address, transport: globalThis })
  const send = (method: string, path: string, init: SendInit = {}): Promise<Answer> =>
    sendTo(http.address, { method, path, init })
  return {
    address: http.address,
    client,
    engine,
    store,
    files,
    watching,
    notices,
    send,
    saveFlow: async source => void (await client.flows.create({ body: source })),
    stop: async () => {
      await http.stop()
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
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
