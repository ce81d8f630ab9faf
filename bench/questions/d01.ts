// A hop: from the engine to a worker on another process and back, over PostgreSQL. Executions that each run one trivial task after the other, so
// that as many hops are in flight as there are executions. In a hop are: the job's row with the turn that sends it, the claim, the way through the
// host process that renders and runs the task, the settlement, the signal's way to the engine and the turn that takes it.
import { setTimeout as sleep } from 'node:timers/promises'
import { readCpu, startCluster, type BenchCluster, type NodePlan } from '../harness/cluster.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import type { Question } from '../harness/question.ts'

const NAMESPACE = 'bench'
const IN_FLIGHT: readonly number[] = [1, 64, 512]
const WORKERS: readonly number[] = [1, 2, 4]
/** Tasks of an execution, by how many executions run at a time. */
const HOPS: ReadonlyMap<number, number> = new Map([
  [1, 100],
  [64, 200],
  [512, 200],
])
const SLOTS = 512
const LOOK_EVERY_MS = 100
const TIME_MAX_MS = 120_000
const GOAL_PER_SECOND = 10_000
const GOAL_ALONE_MS = 5

export const d01: Question = {
  id: 'D01',
  asks: 'How many trivial tasks go from the engine to workers and back over PostgreSQL in a second, and how long does one take?',
  store: 'postgres',
  run: async ask => {
    const flows = Object.fromEntries([...HOPS.values()].map(hops => [nameOf(hops), flowOf(hops)]))
    const cluster = await startCluster(ask, flows, [node('engine'), { name: 'web', role: 'web' }])
    try {
      const runs: Figures[] = []
      for (const workers of WORKERS) {
        while (countWorkers(cluster) < workers) await cluster.start(node('worker', countWorkers(cluster)))
        for (const inFlight of ask.sizes ?? IN_FLIGHT) {
          const hops = HOPS.get(inFlight) ?? 10
          // Once before: what is compiled while it runs is not what a hop costs.
          await run(cluster, inFlight, hops)
          const figures = await run(cluster, inFlight, hops)
          ask.say(`${workers} workers, ${inFlight} in flight: ${String(figures['hopsPerSecond'])} hops/s`)
          runs.push({ workers, inFlight, ...figures })
        }
      }
      const perSecond = Math.max(...runs.map(figures => Number(figures['hopsPerSecond'])))
      const alone = Math.min(...runs.filter(({ inFlight }) => inFlight === 1).map(({ msEach }) => Number(msEach)))
      return {
        ...cluster.database.about,
        hopsPerSecond: perSecond,
        msAlone: alone,
        runs,
        goals: {
          [`at least ${GOAL_PER_SECOND.toLocaleString('en-US')} hops per second`]: perSecond >= GOAL_PER_SECOND,
          [`one alone below ${GOAL_ALONE_MS} ms`]: alone < GOAL_ALONE_MS,
        },
      }
    } finally {
      await cluster.close()
    }
  },
}

function node(role: 'engine' | 'worker', number = 0): NodePlan {
  return { name: `${role}-${number}`, role, env: { BATUTA_SLOTS: String(SLOTS), ...profileOf(`${role}-${number}`) } }
}

/** For a look at where the time goes: `BENCH_PROFILE=FOLDER`. */
function profileOf(name: string): Readonly<Record<string, string>> {
  const folder = process.env['BENCH_PROFILE']
  return folder === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}/${name}` }
}

function countWorkers({ nodes }: BenchCluster): number {
  return [...nodes.keys()].filter(name => name.startsWith('worker')).length
}

async function run(cluster: BenchCluster, inFlight: number, hops: number): Promise<Figures> {
  const before = readCpu(cluster)
  const [mark] = await cluster.sql("select coalesce(max(id), '') as id from executions")
  const url = `${cluster.address}/api/v1/executions/${NAMESPACE}/${nameOf(hops)}`
  const startMs = performance.now()
  const start = async (): Promise<number> => (await fetch(url, { method: 'POST', body: new FormData() })).status
  const answers = await Promise.all(Array.from({ length: inFlight }, start))
  // 503 says that it is stored and will be done.
  const refused = answers.filter(status => status !== 200 && status !== 503)
  if (refused.length > 0) throw new Error(`${refused.length} executions were not started: ${refused[0]}`)
  const wanted = [mark?.['id'], nameOf(hops)]
  const count = async (where: string): Promise<number> => {
    const [row] = await cluster.sql(
      `select count(*) as n from executions where id > $1 and flow_id = $2 and ${where}`,
      wanted,
    )
    return Number(row?.['n'])
  }
  // By the index of what has not ended: counting what has would be a tenth of what the database does.
  while ((await count('waits_for is not null')) > 0) {
    if (performance.now() - startMs > TIME_MAX_MS) throw new Error(`not all are done after ${TIME_MAX_MS} ms`)
    await sleep(LOOK_EVERY_MS)
  }
  const after = readCpu(cluster)
  const ended = await count("state = 'SUCCESS'")
  if (ended !== inFlight) throw new Error(`${ended} of ${inFlight} executions were successful`)
  const [span] = await cluster.sql(
    'select max(end_ms) - min(created_ms) as ms, avg(end_ms - created_ms) as each from executions where id > $1 and flow_id = $2',
    wanted,
  )
  const [left] = await cluster.sql('select (select count(*) from jobs) + (select count(*) from signals) as n')
  if (Number(left?.['n']) !== 0) throw new Error(`${String(left?.['n'])} jobs or signals are left over`)
  const total = inFlight * hops
  const micros = (name: string): number =>
    roundTo(
      [...after].reduce((sum, [key, used]) => sum + (key.startsWith(name) ? used - (before.get(key) ?? 0) : 0), 0) /
        total,
      0,
    )
  return {
    hopsPerSecond: Math.round(total / (Number(span?.['ms']) / 1000)),
    msEach: roundTo(Number(span?.['each']) / hops, 2),
    cpuMicrosPerHop: { engine: micros('engine'), workers: micros('worker'), database: micros('database') },
  }
}

function nameOf(hops: number): string {
  return `d01_${hops}`
}

function flowOf(hops: number): string {
  return `id: ${nameOf(hops)}
namespace: ${NAMESPACE}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${hops}) }}"
    concurrencyLimit: 1
    tasks:
      - id: hop
        type: io.kestra.plugin.core.flow.Sleep
        duration: PT0S
`
}
