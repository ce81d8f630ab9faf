// Kestra's Benchmark 3: a loop over range(1,100) without a limit, one OutputValues in it; then larger loops, loops in loops, and loops of which a
// hundredth fails. `--full` goes on to a million iterations.
import { join } from 'node:path'
import { exponentOf } from '../harness/slope.ts'
import { startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import type { Figures } from '../harness/figures.ts'
import { timePages } from '../harness/page-times.ts'
import { runSized, type SizedRun } from '../harness/sized-runs.ts'
import type { Ask, Question } from '../harness/question.ts'

const SIZES: readonly number[] = [100, 1_000, 10_000, 100_000]
const FULL_SIZE = 1_000_000
const KESTRA_SIZE = 100
/** Below, the fixed costs of a request and a commit are most of the time. */
const SLOPE_FROM = 1_000
const WIDTH = 100
const MINUTE_MS = 60_000
const MEMORY_MAX_MB = 300
const PAGE_MAX_MS = 200

export const b03: Question = {
  id: 'B03',
  asks: 'How long does an unbounded loop take, and how do its time, its bytes and its memory grow with the iterations?',
  run: async ask => {
    const sizes = ask.sizes ?? (ask.isFull ? [...SIZES, FULL_SIZE] : SIZES)
    const largest = sizes.at(-1) ?? KESTRA_SIZE
    const runs: SizedRun[] = []
    const others: Figures[] = []
    // Those that grow run one after the other on one server; whoever is large has one of its own, so that its memory tells of it alone.
    const small = sizes.filter(size => size < FULL_SIZE)
    const about = await onServer({ ask, name: 'growing', flows: flowsOf(small) }, async target => {
      for (const size of small) runs.push(await runOne(ask, target, size))
    })
    for (const size of sizes.filter(other => other >= FULL_SIZE))
      await onServer({ ask, name: nameOf(size), flows: flowsOf([size]) }, async target => {
        runs.push(await runOne(ask, target, size))
      })
    for (const [name, source] of Object.entries(othersOf(largest)))
      await onServer({ ask, name, flows: { [name]: source } }, async target => {
        ask.say(`${largest} iterations, ${name}`)
        others.push({ shape: name, ...(await runSized(target, { flowId: name, size: largest })).figures })
      })
    await onServer({ ask, name: 'looked-at', flows: flowsOf([largest]) }, async target => {
      ask.say(`${largest} iterations, looked at`)
      const work = runSized(target, { flowId: nameOf(largest), size: largest })
      others.push({ shape: 'looked at', ...(await timePages(target.server, work)), ...(await work).figures })
    })
    return { ...figuresOf(runs, others), ...about, bySize: runs.map(({ figures }) => figures), others }
  },
}

interface Place {
  readonly ask: Ask
  readonly name: string
  readonly flows: Readonly<Record<string, string>>
}

/** Returns what there is to say about the database. */
async function onServer(
  { ask, name, flows }: Place,
  work: (target: BenchServer) => Promise<void>,
): Promise<BenchServer['database']['about']> {
  const target = await startBenchServer({ ...ask, folder: join(ask.folder, name) }, flows)
  try {
    await work(target)
    return target.database.about
  } finally {
    await target.stop()
  }
}

async function runOne(ask: Ask, target: BenchServer, size: number): Promise<SizedRun> {
  ask.say(`${size} iterations`)
  return await runSized(target, { flowId: nameOf(size), size })
}

function flowsOf(sizes: readonly number[]): Readonly<Record<string, string>> {
  return Object.fromEntries(sizes.map(size => [nameOf(size), flowOf(size)]))
}

function figuresOf(runs: readonly SizedRun[], others: readonly Figures[]): Figures {
  const large = runs.filter(({ size }) => size >= SLOPE_FROM)
  const timeExponent = exponentOf(large.map(({ size, totalMs }) => [size, totalMs]))
  const bytesExponent = exponentOf(runs.map(({ size, writtenBytes }) => [size, writtenBytes]))
  const totalMs = runs.find(({ size }) => size === KESTRA_SIZE)?.totalMs ?? Infinity
  const million = runs.find(({ size }) => size === FULL_SIZE)
  const peakMB = Math.max(
    ...[...runs.map(({ figures }) => figures), ...others].map(figures => Number(figures['peakMB'])),
  )
  return {
    totalMs,
    iterationsPerSecond: Math.round((KESTRA_SIZE / totalMs) * 1000),
    timeExponent,
    bytesExponent,
    peakMB,
    goals: {
      'below 50 ms for 100 iterations': totalMs < 50,
      'time exponent at most 1.1': timeExponent <= 1.1,
      [`memory below ${MEMORY_MAX_MB} MB`]: peakMB < MEMORY_MAX_MB,
      ...(million ? { 'a million iterations in a minute': million.totalMs < MINUTE_MS } : {}),
      [`pages below ${PAGE_MAX_MS} ms (median)`]: arePagesQuick(others.at(-1)),
    },
  }
}

function arePagesQuick(looked: Figures | undefined): boolean {
  return [looked?.['listMs'], looked?.['executionMs']].every(times => {
    const middle = typeof times === 'object' && times !== null && 'median' in times ? Number(times['median']) : 0
    return middle < PAGE_MAX_MS
  })
}

function nameOf(size: number): string {
  return `b03_${size}`
}

function othersOf(size: number): Readonly<Record<string, string>> {
  const outer = Math.max(1, Math.round(size / WIDTH / WIDTH))
  return { nested: nestedFlow([Math.min(outer, WIDTH), WIDTH, WIDTH]), failing: failingFlow(size) }
}

function flowOf(size: number): string {
  return `id: ${nameOf(size)}
namespace: bench
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${size}) }}"
    concurrencyLimit: 0
    tasks:
      - id: out
        type: io.kestra.plugin.core.output.OutputValues
        values:
          value: "{{ taskrun.value }}"
`
}

/** Loops in a loop in a loop. */
function nestedFlow(widths: readonly number[]): string {
  const levels = widths.map((width, level) => {
    const indent = '    '.repeat(level)
    return `${indent}  - id: level${level}
${indent}    type: io.kestra.plugin.core.flow.ForEach
${indent}    values: "{{ range(1, ${width}) }}"
${indent}    concurrencyLimit: ${level === 0 ? 0 : 4}
${indent}    tasks:
`
  })
  const indent = '    '.repeat(widths.length)
  return `id: nested
namespace: bench
tasks:
${levels.join('')}${indent}  - id: out
${indent}    type: io.kestra.plugin.core.output.OutputValues
${indent}    values:
${indent}      value: "{{ taskrun.value }}"
`
}

/** Every hundredth iteration fails, and may. */
function failingFlow(size: number): string {
  return `id: failing
namespace: bench
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${size}) }}"
    concurrencyLimit: 10
    tasks:
      - id: maybe
        type: io.kestra.plugin.core.execution.Fail
        allowFailure: true
        allowWarning: true
        condition: "{{ taskrun.value | number % 100 == 0 }}"
`
}
