// Load on a webhook of a server, and everything that is read around it: what the generator saw, what the server's process used, what the
// store grew by, and whether all that was acknowledged is there.
import { availableParallelism } from 'node:os'
import type { LoadResult, Pace } from '../load/plan.ts'
import type { BenchServer } from './bench-server.ts'
import { countByApi, getExecution, webhookPath } from './api.ts'
import type { DatabaseFigures } from './database-figures.ts'
import { roundTo, type Figures } from './figures.ts'
import type { Generator } from './generator.ts'
import { readBusyMicros } from './other-load.ts'
import { readMemory, readProcess, type ProcessFigures, type ProcessTree } from './process-figures.ts'

export interface WebhookLoad {
  readonly flowId: string
  readonly pace: Pace
  readonly seconds: number
  readonly clients: number
  /** Looks at the server when the last answer is there, before anything is counted. */
  afterLoad?(): Promise<void>
}

export interface Measured {
  readonly load: LoadResult
  readonly figures: Figures
  readonly verified: Figures
  readonly isSound: boolean
}

const SAMPLES_MAX = 200
const MINUTE_MS = 60_000
/** A search counts exactly up to here. */
const COUNT_MAX = 10_000

export async function measureWebhook(target: BenchServer, generator: Generator, load: WebhookLoad): Promise<Measured> {
  const { server, database } = target
  const storeBefore = await database.read()
  const storedBefore = await database.countExecutions(load.flowId, 'SUCCESS')
  const treeBefore = database.readProcesses()
  const before = readProcess(server.pid)
  const busyBefore = readBusyMicros()
  const result = await sendLoad(target, generator, load)
  const busyMicros = readBusyMicros() - busyBefore
  const after = readProcess(server.pid)
  const tree = treeFigures(treeBefore, database.readProcesses(), result)
  const { rssBytes } = readMemory(server.pid)
  await load.afterLoad?.()
  const store = storeFigures(storeBefore, await database.read(), result.acknowledged)
  const ownMicros = after.cpuMicros - before.cpuMicros + result.cpuMicros + tree.cpuMicros
  const figures = {
    ...loadFigures(result),
    ...store,
    ...costFigures(before, after, result),
    ...tree.figures,
    rssMB: megabytes(rssBytes),
    otherLoadShare: shareOf(busyMicros - ownMicros, result.elapsedMs),
  }
  const verified = await verify(target, load, { result, storedBefore })
  return { load: result, figures, verified, isSound: verified['isSound'] === true }
}

export async function sendLoad(
  { server }: BenchServer,
  generator: Generator,
  { flowId, pace, seconds, clients }: WebhookLoad,
): Promise<LoadResult> {
  const { host, port } = server
  return await generator.run({
    host,
    port,
    requests: [`GET ${webhookPath(flowId)} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`],
    connectionsMax: clients,
    pace,
    sendMs: seconds * 1000,
    samplesMax: SAMPLES_MAX,
  })
}

function loadFigures(result: LoadResult): Figures {
  const { acknowledged, elapsedMs, latencyMs, latencyFrom, failed, failures, connections } = result
  return {
    executionsPerMinute: Math.round((acknowledged / elapsedMs) * MINUTE_MS),
    latencyMs: { ...latencyMs },
    latencyFrom,
    acknowledged,
    failed,
    ...(failed > 0 ? { failures } : {}),
    connections,
    seconds: roundTo(elapsedMs / 1000, 1),
  }
}

function storeFigures(before: DatabaseFigures, after: DatabaseFigures, executions: number): Figures {
  const per = (difference: number): number => roundTo(difference / Math.max(1, executions), 4)
  return {
    commitsPerExecution: per(after.commits - before.commits),
    rowsPerExecution: per(after.rowsInAll - before.rowsInAll),
    bytesPerExecution: Math.round(per(after.usedBytes - before.usedBytes)),
    ...(after.logBytes === undefined
      ? {}
      : { logBytesPerExecution: Math.round(per(after.logBytes - (before.logBytes ?? 0))) }),
    ...(after.transactions === undefined
      ? {}
      : { transactionsPerExecution: per(after.transactions - (before.transactions ?? 0)) }),
  }
}

function costFigures(before: ProcessFigures, after: ProcessFigures, { sent, cpuMicros }: LoadResult): Figures {
  const per = (difference: number): number => roundTo(difference / Math.max(1, sent), 1)
  return {
    cpuMicrosPerExecution: per(after.cpuMicros - before.cpuMicros),
    mainThreadMicrosPerExecution: per(after.mainCpuMicros - before.mainCpuMicros),
    generatorMicrosPerRequest: per(cpuMicros),
    writtenBytesPerExecution: Math.round(per(after.writtenBytes - before.writtenBytes)),
  }
}

/** What the processes of the database used, in all and by what they do. */
function treeFigures(
  before: ProcessTree | undefined,
  after: ProcessTree | undefined,
  { sent }: LoadResult,
): { readonly cpuMicros: number; readonly figures: Figures } {
  if (!before || !after) return { cpuMicros: 0, figures: {} }
  const per = (difference: number): number => roundTo(difference / Math.max(1, sent), 1)
  const cpuMicros = after.cpuMicros - before.cpuMicros
  const parts = [...after.byName].map(([name, micros]) => [name, per(micros - (before.byName.get(name) ?? 0))] as const)
  const figures = {
    databaseMicrosPerExecution: per(cpuMicros),
    databaseMicrosByProcess: Object.fromEntries(parts.filter(([, micros]) => micros > 0)),
    databaseWrittenBytesPerExecution: Math.round(per(after.writtenBytes - before.writtenBytes)),
    databaseRssMB: megabytes(after.rssBytes),
  }
  return { cpuMicros, figures }
}

/** Of all processors: what others used while the load ran. */
function shareOf(micros: number, elapsedMs: number): number {
  return roundTo(Math.max(0, micros) / (elapsedMs * 1000 * availableParallelism()), 3)
}

/** Every acknowledged execution exists and has ended well: all by count, a sample one by one through the API. */
async function verify(
  { server, database }: BenchServer,
  { flowId }: WebhookLoad,
  { result, storedBefore }: { readonly result: LoadResult; readonly storedBefore: number },
): Promise<Figures> {
  const stored = await database.countExecutions(flowId, 'SUCCESS')
  const counted = await countByApi(server, { namespace: 'bench', flowId, state: 'SUCCESS' })
  let missing = 0
  let notSuccess = 0
  for (const id of result.sampleIds) {
    const execution = await getExecution(server, id)
    if (!execution) missing += 1
    else if (execution.state.current !== 'SUCCESS') notSuccess += 1
  }
  const lost = Math.max(0, result.acknowledged - (stored - storedBefore))
  const isCounted = counted >= Math.min(stored, COUNT_MAX)
  const isSampled = result.acknowledged === 0 || result.sampleIds.length > 0
  const isSound = lost === 0 && missing === 0 && notSuccess === 0 && isCounted && isSampled
  return {
    isSound,
    lost,
    stored: stored - storedBefore,
    countedByApi: counted,
    sampled: result.sampleIds.length,
    missing,
    notSuccess,
  }
}

export function megabytes(bytes: number): number {
  return roundTo(bytes / 2 ** 20, 1)
}
