// One, two and four engines on one PostgreSQL under Benchmark 1, each asked by clients of its own; then one of two is killed and one is paused beyond its
// lease, under load: how soon are its shards in other hands, and is everything there that anybody acknowledged.
import { setTimeout as sleep } from 'node:timers/promises'
import { webhookPath } from '../harness/api.ts'
import { readFlow } from '../harness/bench-server.ts'
import { readCpu, startCluster, type BenchCluster } from '../harness/cluster.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import type { Ask, Question } from '../harness/question.ts'
import type { ServerProcess } from '../harness/server-process.ts'
import type { LoadResult } from '../load/plan.ts'

const ENGINES: readonly number[] = [1, 2, 4]
const CLIENTS = 96
const WARMUP_MS = 3_000
const SECONDS = 8
const FAULT_AT_MS = 2_000
const FAULT_LOAD_MS = 20_000
/** Longer than the lease of an engine. */
const PAUSE_MS = 14_000
const LEASE_MS = 10_000
const LOOK_EVERY_MS = 100
const TAKEOVER_MAX_MS = 60_000
const SHARDS = 256

export const d02: Question = {
  id: 'D02',
  asks: 'What do two and four engines on one PostgreSQL do beside one, and what is lost, and for how long, when one is killed or paused?',
  store: 'postgres',
  run: async ask => {
    const cluster = await startCluster(ask, { b01: readFlow('b01') }, [])
    try {
      const runs: Figures[] = []
      for (const engines of ENGINES) {
        for (let number = cluster.nodes.size; number < engines; number++) await startNode(cluster, number)
        await sharesAreSettled(cluster, engines)
        runs.push(await measure(ask, cluster))
        ask.say(JSON.stringify(runs.at(-1)))
      }
      for (const number of [3, 2]) await cluster.stop(nameOf(number))
      await sharesAreSettled(cluster, 2)
      const killed = await withFault(cluster, 'kill')
      ask.say(`killed: ${JSON.stringify(killed)}`)
      await startNode(cluster, 1)
      await sharesAreSettled(cluster, 2)
      const paused = await withFault(cluster, 'pause')
      ask.say(`paused: ${JSON.stringify(paused)}`)
      const rate = (at: number): number => Number(runs[at]?.['executionsPerMinute'])
      return {
        ...cluster.database.about,
        runs,
        ratioOfTwo: roundTo(rate(1) / rate(0), 2),
        ratioOfFour: roundTo(rate(2) / rate(0), 2),
        killed,
        paused,
        isSound: [killed, paused].every(({ lost, doubled }) => lost === 0 && doubled === 0),
        goals: {
          'nothing lost or doubled': [killed, paused].every(({ lost, doubled }) => lost === 0 && doubled === 0),
          'taken over within two leases': [killed, paused].every(({ takeoverMs }) => Number(takeoverMs) < 2 * LEASE_MS),
        },
      }
    } finally {
      await cluster.close()
    }
  },
}

function nameOf(number: number): string {
  return `engine-${number}`
}

async function startNode(cluster: BenchCluster, number: number): Promise<void> {
  await cluster.start({ name: nameOf(number), role: 'standalone' })
}

async function load(node: ServerProcess, clients: number, sendMs: number): Promise<LoadResult> {
  const generator = new Generator()
  try {
    return await generator.run({
      host: node.host,
      port: node.port,
      requests: [`GET ${webhookPath('b01')} HTTP/1.1\r\nHost: ${node.host}:${node.port}\r\n\r\n`],
      connectionsMax: clients,
      pace: { type: 'closed' },
      sendMs,
      samplesMax: 1,
    })
  } finally {
    generator.stop()
  }
}

async function loadAll(cluster: BenchCluster, sendMs: number): Promise<readonly LoadResult[]> {
  const nodes = [...cluster.nodes.values()]
  return await Promise.all(nodes.map(async node => await load(node, Math.ceil(CLIENTS / nodes.length), sendMs)))
}

async function measure(ask: Ask, cluster: BenchCluster): Promise<Figures> {
  await loadAll(cluster, WARMUP_MS)
  const before = readCpu(cluster)
  const results = await loadAll(cluster, (ask.seconds ?? SECONDS) * 1000)
  const after = readCpu(cluster)
  const acknowledged = results.reduce((sum, result) => sum + result.acknowledged, 0)
  const used = (isDatabase: boolean): number =>
    [...after].reduce(
      (sum, [name, micros]) => ((name === 'database') === isDatabase ? sum + micros - (before.get(name) ?? 0) : sum),
      0,
    )
  return {
    engines: results.length,
    executionsPerMinute: Math.round(
      results.reduce((sum, { acknowledged: n, elapsedMs }) => sum + (n / elapsedMs) * 60_000, 0),
    ),
    p99: Math.max(...results.map(({ latencyMs }) => latencyMs.p99)),
    failed: results.reduce((sum, result) => sum + result.failed, 0),
    engineMicros: roundTo(used(false) / acknowledged, 1),
    databaseMicros: roundTo(used(true) / acknowledged, 1),
  }
}

/** The second of two nodes is hit while both are asked. */
async function withFault(cluster: BenchCluster, fault: 'kill' | 'pause'): Promise<Figures> {
  const victim = cluster.nodes.get(nameOf(1))
  if (!victim) throw new Error('there is no second engine')
  const [before] = await cluster.sql('select count(*) as n from executions')
  const loads = loadAll(cluster, FAULT_LOAD_MS)
  await sleep(FAULT_AT_MS)
  const hitMs = performance.now()
  if (fault === 'kill') await victim.kill()
  else victim.freeze()
  const takeoverMs = await untilOwnedByOne(cluster, hitMs)
  if (fault === 'pause') {
    await sleep(Math.max(0, PAUSE_MS - (performance.now() - hitMs)))
    victim.thaw()
  }
  const results = await loads
  const ended =
    fault === 'kill'
      ? 'killed'
      : await Promise.race([victim.exited.then(({ code }) => `exit ${code}`), sleep(LEASE_MS, 'still there')])
  if (ended !== 'still there') await cluster.stop(nameOf(1))
  const acknowledged = results.reduce((sum, result) => sum + result.acknowledged, 0)
  const [after] = await cluster.sql('select count(*) as n, count(distinct id) as ids from executions')
  const [open] = await cluster.sql('select count(*) as n from executions where waits_for is not null')
  return {
    acknowledged,
    stored: Number(after?.['n']) - Number(before?.['n']),
    lost: Math.max(0, acknowledged - (Number(after?.['n']) - Number(before?.['n']))),
    doubled: Number(after?.['n']) - Number(after?.['ids']),
    open: Number(open?.['n']),
    takeoverMs: Math.round(takeoverMs),
    victim: ended,
  }
}

async function untilOwnedByOne(cluster: BenchCluster, sinceMs: number): Promise<number> {
  for (;;) {
    const [row] = await cluster.sql(
      'select count(distinct owner_node) as nodes, count(owner_node) as owned from shards',
    )
    const tookMs = performance.now() - sinceMs
    if (Number(row?.['nodes']) === 1 && Number(row?.['owned']) === SHARDS) return tookMs
    if (tookMs > TAKEOVER_MAX_MS) throw new Error(`after ${TAKEOVER_MAX_MS} ms the shards are not taken over`)
    await sleep(LOOK_EVERY_MS)
  }
}

async function sharesAreSettled(cluster: BenchCluster, engines: number): Promise<void> {
  const untilMs = performance.now() + TAKEOVER_MAX_MS
  for (;;) {
    const rows = await cluster.sql(
      'select owner_node, count(*) as n from shards where owner_node is not null group by 1',
    )
    if (rows.length === engines && rows.every(({ n }) => Number(n) === SHARDS / engines)) return
    if (performance.now() > untilMs)
      throw new Error(`the shards are not shared by ${engines} engines: ${JSON.stringify(rows)}`)
    await sleep(LOOK_EVERY_MS)
  }
}
