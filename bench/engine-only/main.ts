// Drives the engine without HTTP, so many starts at a time: what is left for everything else, and the place for profiles of the engine.
// Usage: node main.ts FLOW.yaml FOLDER sqlite|postgres|memory SECONDS CLIENTS; prints one JSON object.
import { setTimeout as sleep } from 'node:timers/promises'
import { Latencies } from '../load/latencies.ts'
import { openBenchDatabase } from '../harness/bench-database.ts'
import { roundTo } from '../harness/figures.ts'
import { openEngineWorld } from './engine-world.ts'

const REFUSED_MS = 20
const WARMUP_MS = 4_000
const MINUTE_MS = 60_000
const [flowFile = '', folder = '', kindText = 'sqlite', secondsText = '10', clientsText = '256'] = process.argv.slice(2)
const clients = Number(clientsText)
const kind = kindText === 'sqlite' || kindText === 'postgres' ? kindText : 'memory'
const database = kind === 'memory' ? undefined : await openBenchDatabase(kind, folder)
const world = await openEngineWorld(flowFile, { folder, database })

await drive(WARMUP_MS)
const before = await database?.read()
const treeBefore = database?.readProcesses()
const cpu = process.cpuUsage()
const startMs = performance.now()
const { latencies, unlike } = await drive(Number(secondsText) * 1000)
const elapsedMs = performance.now() - startMs
const { user, system } = process.cpuUsage(cpu)
const per = (value: number): number => roundTo(value / Math.max(1, latencies.count), 4)
const tree = database?.readProcesses()
const after = await database?.read()
const figures = {
  executionsPerMinute: Math.round((latencies.count / elapsedMs) * MINUTE_MS),
  latencyMs: latencies.summarize(),
  executions: latencies.count,
  failed: unlike,
  cpuMicrosPerExecution: roundTo(per(user + system), 1),
  ...(before && after
    ? {
        commitsPerExecution: per(after.commits - before.commits),
        rowsPerExecution: per(after.rowsInAll - before.rowsInAll),
        bytesPerExecution: Math.round(per(after.usedBytes - before.usedBytes)),
      }
    : {}),
  ...(tree && treeBefore ? { databaseMicrosPerExecution: roundTo(per(tree.cpuMicros - treeBefore.cpuMicros), 1) } : {}),
  rssMB: roundTo(process.memoryUsage.rss() / 2 ** 20, 1),
}
await world.close()
await database?.close()
process.stdout.write(`${JSON.stringify(figures)}\n`)

async function drive(forMs: number): Promise<{ readonly latencies: Latencies; readonly unlike: number }> {
  const driven = new Latencies()
  const endMs = performance.now() + forMs
  let failed = 0
  const client = async (): Promise<void> => {
    for (let nowMs = performance.now(); nowMs < endMs;) {
      const isSuccess = await startOne()
      const thenMs = performance.now()
      if (isSuccess) driven.add(thenMs - nowMs)
      else failed += 1
      nowMs = thenMs
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return { latencies: driven, unlike: failed }
}

/** A refusal because there is too much to do is counted; whoever gets one waits a moment. */
async function startOne(): Promise<boolean> {
  try {
    return (await world.start()) === 'SUCCESS'
  } catch (error) {
    if (!(error instanceof Error && 'fault' in error && error.fault === 'overloaded')) throw error
    await sleep(REFUSED_MS)
    return false
  }
}
