// The small steps that every execution is made of, one by one: nanoseconds and bytes allocated each. A process of its own, started with
// --expose-gc and a young generation so large that nothing is collected while a batch runs; prints one JSON object.
import { roundTo, type Figures } from '../harness/figures.ts'
import { median } from '../harness/calibrate.ts'
import { microSteps } from './steps.ts'

const BATCH_MS = 20
const BATCHES = 15
const WARMUP_MS = 250
const COUNT_MAX = 1_000_000

const steps: Figures[] = []
for (const { name, run } of microSteps()) {
  const count = warmUp(run)
  const times: number[] = []
  const bytes: number[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    globalThis.gc?.()
    const heap = process.memoryUsage().heapUsed
    const startMs = performance.now()
    for (let index = 0; index < count; index++) run()
    times.push(((performance.now() - startMs) * 1e6) / count)
    bytes.push((process.memoryUsage().heapUsed - heap) / count)
  }
  const nanos = median(times)
  steps.push({ step: name, nanos: roundTo(nanos, nanos < 1000 ? 1 : 0), bytes: Math.max(0, Math.round(median(bytes))) })
}
process.stdout.write(`${JSON.stringify(steps)}\n`)

/** Runs it until the compiler has seen enough; returns how many make a batch. */
function warmUp(run: () => unknown): number {
  const startMs = performance.now()
  let count = 0
  while (performance.now() - startMs < WARMUP_MS) {
    for (let index = 0; index < 32; index++) run()
    count += 32
  }
  return Math.min(COUNT_MAX, Math.max(1, Math.round((count / WARMUP_MS) * BATCH_MS)))
}
