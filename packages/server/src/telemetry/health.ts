// How the server is: whether it lives, whether it takes work, and why not. In the words that probes written for Kestra know.
import type { Store } from '../storage/store.ts'
import { latest } from './latest.ts'

/** Where the server stands between its start and its end. */
export type Phase = 'starting' | 'running' | 'joining' | 'draining' | 'maintenance'

export interface HealthReport {
  readonly isUp: boolean
  readonly body: Readonly<Record<string, unknown>>
}

export interface Health {
  phase: Phase
  /** All there is to say. */
  overall(): Promise<HealthReport>
  /** Whether work may be sent here. */
  readiness(): Promise<HealthReport>
  /** The process answers: it lives, whatever its database does. A restart would not help that. */
  liveness(): HealthReport
}

export interface HealthOptions {
  readonly store: Store
  readonly tenant: string
  nowMs(): number
  at(atMs: number, run: () => void): () => void
  disk?(): Promise<{ readonly path: string; readonly freeBytes: number; readonly totalBytes: number } | undefined>
}

const NAME = 'batuta'
/** Probes come every few seconds from several places: the database is asked once for all of them. */
const PROBE_KEPT_MS = 500
const PROBE_PATIENCE_MS = 3_000
/** With less than this nothing can be stored. */
const DISK_FREE_MIN_BYTES = 10 * 2 ** 20

export function newHealth({ store, tenant, nowMs, at, disk }: HealthOptions): Health {
  const ask = latest(
    async () => {
      await store.read.listFlows({ tenant, namespace: '', flowId: '' }, 1)
      return true
    },
    { keptMs: PROBE_KEPT_MS, patienceMs: PROBE_PATIENCE_MS, nowMs, at },
  )
  const partsOf = async (): Promise<Parts> => {
    const isStoreUp = (await ask()) === true
    const isRunning = health.phase === 'running'
    return {
      service: part(isRunning, isRunning ? undefined : { reason: health.phase }),
      jdbc: part(isStoreUp, { database: store.kind }),
    }
  }
  const health: Health = {
    phase: 'starting',
    readiness: async () => report(await partsOf()),
    overall: async () => {
      const [parts, space] = await Promise.all([partsOf(), disk?.()])
      return report({ ...parts, liveness: part(true), ...(space ? { diskSpace: spacePart(space) } : {}) })
    },
    liveness: () => report({ liveness: part(true) }),
  }
  return health
}

interface Part {
  readonly name: string
  readonly status: 'UP' | 'DOWN'
  readonly details?: Readonly<Record<string, unknown>>
}

type Parts = Readonly<Record<string, Part>>

function part(isUp: boolean, details?: Readonly<Record<string, unknown>>): Part {
  return { name: NAME, status: isUp ? 'UP' : 'DOWN', ...(details ? { details } : {}) }
}

function spacePart({
  path,
  freeBytes,
  totalBytes,
}: {
  readonly path: string
  readonly freeBytes: number
  readonly totalBytes: number
}): Part {
  const details = { total: totalBytes, free: freeBytes, threshold: DISK_FREE_MIN_BYTES, path }
  return part(freeBytes >= DISK_FREE_MIN_BYTES, details)
}

/** A full disk is told, and takes nobody out of service: what is stored is still shown, and what ends makes room. */
function report(parts: Parts): HealthReport {
  const isUp = Object.entries(parts).every(([name, { status }]) => name === 'diskSpace' || status === 'UP')
  return { isUp, body: { name: NAME, status: isUp ? 'UP' : 'DOWN', details: parts } }
}
