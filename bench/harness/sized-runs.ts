// One execution at a time, of growing sizes: how long it takes until the whole answer is here, what it writes, how much memory the server
// takes for it, and how these grow.
import { runToEnd, type ExecutionDocument } from './api.ts'
import type { BenchServer } from './bench-server.ts'
import { median } from './calibrate.ts'
import { roundTo, type Figures } from './figures.ts'
import { readMemory, readProcess } from './process-figures.ts'
import { megabytes } from './webhook-load.ts'

export interface SizedRun {
  readonly size: number
  readonly totalMs: number
  readonly writtenBytes: number
  readonly figures: Figures
}

/** Small sizes are run several times: the first ones warm up, the median counts. */
const REPEATED_UP_TO = 1_000
const REPEATS = 9

export async function runSized(
  { server, database }: BenchServer,
  { flowId, size }: { readonly flowId: string; readonly size: number },
): Promise<SizedRun> {
  const before = await database.read()
  const memoryBefore = readMemory(server.pid)
  const processBefore = readProcess(server.pid)
  const repeats = size <= REPEATED_UP_TO ? REPEATS : 1
  const times: number[] = []
  let insideMs = 0
  for (let count = 0; count < repeats; count++) {
    const startMs = performance.now()
    const { state } = await runToEnd(server, { namespace: 'bench', flowId })
    if (state.current !== 'SUCCESS') throw new Error(`${flowId} ended with ${state.current}`)
    times.push(performance.now() - startMs)
    insideMs = insideOf(state.histories)
  }
  const totalMs = median(times)
  const after = await database.read()
  const writtenBytes = (after.usedBytes - before.usedBytes) / repeats
  const { rssBytes, peakBytes } = readMemory(server.pid)
  const cpuMicros = (readProcess(server.pid).cpuMicros - processBefore.cpuMicros) / repeats
  const figures = {
    size,
    totalMs: roundTo(totalMs, 2),
    firstMs: roundTo(times[0] ?? 0, 2),
    insideMs,
    microsEach: roundTo((totalMs * 1000) / size, 2),
    cpuMicrosEach: roundTo(cpuMicros / size, 2),
    bytesEach: Math.round(writtenBytes / size),
    commits: Math.round((after.commits - before.commits) / repeats),
    peakBytesEach: Math.max(0, Math.round((peakBytes - memoryBefore.rssBytes) / size)),
    rssMB: megabytes(rssBytes),
    peakMB: megabytes(peakBytes),
  }
  return { size, totalMs, writtenBytes, figures }
}

/** From the birth to the last state, as the execution itself tells: without the answer and its reading. */
function insideOf(histories: ExecutionDocument['state']['histories']): number {
  return Date.parse(histories.at(-1)?.date ?? '') - Date.parse(histories[0]?.date ?? '')
}
