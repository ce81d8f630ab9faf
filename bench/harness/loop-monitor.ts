// Loaded into the server before it starts (`--import`): a timer that should come every 5 ms, and how much later it came. Whatever holds the event
// loop is seen: our own work, the garbage collector, a commit on the main thread, and a processor that others use. The last is told apart by
// the time that the main thread was on the CPU meanwhile. Written to the file every 200 ms.
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const EVERY_MS = 5
const WRITE_EVERY_MS = 200
const LONG_MS = 50
const VERY_LONG_MS = 100

const file = process.env['BENCH_LOOP_FILE']
// Its children and its threads are told the same.
if (file !== undefined && isMainThread) start(`${file}.${process.pid}`)

function start(target: string): void {
  const seen = { maxMs: 0, over50: 0, over100: 0, ownMaxMs: 0, ownOver50: 0, ownOver100: 0 }
  let lastCpu = cpuMs()
  let lastMs = performance.now()
  let writtenMs = lastMs
  const tick = (): void => {
    const nowMs = performance.now()
    const stallMs = nowMs - lastMs - EVERY_MS
    lastMs = nowMs
    const cpu = cpuMs()
    const ownMs = Math.min(stallMs, cpu - lastCpu)
    lastCpu = cpu
    seen.maxMs = Math.max(seen.maxMs, Math.round(stallMs * 10) / 10)
    if (stallMs > LONG_MS) seen.over50 += 1
    if (stallMs > VERY_LONG_MS) seen.over100 += 1
    seen.ownMaxMs = Math.max(seen.ownMaxMs, Math.round(ownMs * 10) / 10)
    if (ownMs > LONG_MS) seen.ownOver50 += 1
    if (ownMs > VERY_LONG_MS) seen.ownOver100 += 1
    if (nowMs - writtenMs > WRITE_EVERY_MS) {
      writtenMs = nowMs
      writeFileSync(target, JSON.stringify(seen))
    }
    setTimeout(tick, EVERY_MS).unref()
  }
  setTimeout(tick, EVERY_MS).unref()
}

/** Of this thread alone. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
