// What stored executions cost: pages of the list by all that one filters by, and Benchmark 1 on top of the backlog, beside an empty store.
import { median } from '../harness/calibrate.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import { readProcess } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import type { ServerProcess } from '../harness/server-process.ts'
import { exponentOf } from '../harness/slope.ts'
import { webhookPath } from '../harness/api.ts'
import { openBacklog, startEmpty, type Backlog } from '../seed/backlog.ts'
import { figuresOfPage, listPages, timePage, type PageTimes } from '../seed/list-pages.ts'
import { openPlaces, type Places } from '../seed/places.ts'

const SIZES: readonly number[] = [1_000, 10_000, 100_000]
const FULL = 10_000_000
const ROUNDS = 4
const ROUND_SECONDS = 6
const WARMUP_SECONDS = 4
const CLIENTS = 128
const PAGE_MS_MAX = 50

export const gStored: Question = {
  id: 'G-stored',
  asks: 'What do stored executions cost: the pages of the list, and Benchmark 1 on top of them beside an empty store?',
  run: async ask => {
    const sizes = ask.sizes ?? (ask.isFull ? [...SIZES, 1_000_000, FULL] : SIZES)
    const places = await openPlaces(ask.store, ask.folder)
    try {
      const backlog = await openBacklog(await places.place('stored'), Math.max(...sizes))
      const bySize: { readonly size: number; readonly pages: readonly PageTimes[]; readonly figures: Figures }[] = []
      for (const size of sizes) bySize.push({ size, ...(await measureSize({ ask, backlog, places }, size)) })
      const load = ask.isWithoutHttp ? {} : await compareLoad({ ask, backlog, places })
      const last = bySize.at(-1)
      const slowest = [...(last?.pages ?? [])].sort((a, b) => b.p95 - a.p95)[0]
      const slopes = slopesOf(bySize)
      const slopeMax = Math.max(...Object.values(slopes))
      return {
        sizes,
        slowestPage: slowest ? figuresOfPage(slowest) : {},
        slopes,
        ...load,
        bySize: bySize.map(({ figures }) => figures),
        goals: {
          [`the latest page below ${PAGE_MS_MAX} ms (p95)`]:
            (last?.pages.find(({ name }) => name === 'latest')?.p95 ?? Infinity) < PAGE_MS_MAX,
          [`every page below ${PAGE_MS_MAX} ms (p95) at ${last?.size.toLocaleString('en-US')}`]:
            (slowest?.p95 ?? Infinity) < PAGE_MS_MAX,
          'slope of every page at most 0.1': slopeMax <= 0.1,
          ...('throughputRatio' in load
            ? { 'Benchmark 1 at least 0.85 of empty': Number(load['throughputRatio']) >= 0.85 }
            : {}),
        },
      }
    } finally {
      await places.close()
    }
  },
}

interface Rig {
  readonly ask: Ask
  readonly backlog: Backlog
  readonly places: Places
}

async function measureSize(
  { ask, backlog, places }: Rig,
  size: number,
): Promise<{ pages: readonly PageTimes[]; figures: Figures }> {
  ask.say(`${size.toLocaleString('en-US')} executions: storing them`)
  const perSecond = await backlog.grow(size)
  const server = await backlog.startServer()
  try {
    const compared = await backlog.verify(server)
    ask.say(
      `${Math.round(perSecond).toLocaleString('en-US')} a second; ${compared} copies tell what their originals told`,
    )
    const cpuMicros = (): number => readProcess(server.pid).cpuMicros + places.databaseMicros()
    const pages: PageTimes[] = []
    for (const page of listPages(backlog.plan.endMs)) {
      const times = await timePage({ address: server.address, cpuMicros }, page)
      ask.say(
        `${page.name}: p50 ${times.p50} ms, p95 ${times.p95} ms, CPU ${times.cpuMs} ms, ${times.rows} rows of ${times.total}`,
      )
      pages.push(times)
    }
    const figures = {
      size,
      storedPerSecond: Math.round(perSecond),
      readyMs: roundTo(server.readyMs, 0),
      compared,
      pages: pages.map(figuresOfPage),
    }
    return { pages, figures }
  } finally {
    await server.stop()
  }
}

/** The exponents of the pages that hold rows in every size: a page that fills only later grows by its rows. */
function slopesOf(
  bySize: readonly { readonly size: number; readonly pages: readonly PageTimes[] }[],
): Record<string, number> {
  const slopes: Record<string, number> = {}
  for (const [index, { name }] of (bySize[0]?.pages ?? []).entries()) {
    const points = bySize.map(({ size, pages }) => ({ size, page: pages[index] }))
    const rows = new Set(points.map(({ page }) => page?.rows))
    const isCountFull = points.every(({ page }) => page?.total === points[0]?.page?.total)
    if (bySize.length > 1 && rows.size === 1 && isCountFull)
      slopes[name] = exponentOf(points.map(({ size, page }) => [size, page?.p50 ?? 0]))
  }
  return slopes
}

/** One round on the empty store, one on the full one, and so on, on the same machine in the same minutes. */
async function compareLoad({ ask, backlog, places }: Rig): Promise<Figures> {
  const empty = await startEmpty(await places.place('empty'))
  const full = await backlog.startServer()
  const generator = new Generator()
  try {
    const rounds: { readonly empty: Round; readonly full: Round }[] = []
    for (const server of [empty, full]) await load(server, generator, WARMUP_SECONDS)
    for (let round = 1; round <= ROUNDS; round++) {
      ask.say(`Benchmark 1, round ${round} of ${ROUNDS}`)
      const first = round % 2 === 0 ? full : empty
      const one = await load(first, generator, ask.seconds ?? ROUND_SECONDS)
      const other = await load(first === full ? empty : full, generator, ask.seconds ?? ROUND_SECONDS)
      rounds.push(first === full ? { full: one, empty: other } : { empty: one, full: other })
    }
    const ratio = (of: (round: Round) => number): number =>
      roundTo(median(rounds.map(round => of(round.full) / of(round.empty))), 3)
    return {
      throughputRatio: ratio(({ perMinute }) => perMinute),
      cpuRatio: ratio(({ cpuMicros }) => cpuMicros),
      rounds: rounds.map(round => ({ empty: { ...round.empty }, full: { ...round.full } })),
    }
  } finally {
    generator.stop()
    await empty.stop()
    await full.stop()
  }
}

interface Round {
  readonly perMinute: number
  /** Of the server for each execution; the database's processes are not in it. */
  readonly cpuMicros: number
  readonly p99: number
  readonly failed: number
}

async function load(server: ServerProcess, generator: Generator, seconds: number): Promise<Round> {
  const { host, port, pid } = server
  const before = readProcess(pid)
  const result = await generator.run({
    host,
    port,
    requests: [`GET ${webhookPath('b01')} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`],
    connectionsMax: CLIENTS,
    pace: { type: 'closed' },
    sendMs: seconds * 1000,
    samplesMax: 1,
  })
  const { acknowledged, elapsedMs, latencyMs, failed } = result
  return {
    perMinute: Math.round((acknowledged / elapsedMs) * 60_000),
    cpuMicros: roundTo((readProcess(pid).cpuMicros - before.cpuMicros) / acknowledged, 1),
    p99: latencyMs.p99,
    failed,
  }
}
