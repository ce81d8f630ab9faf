// npm run simulate:nightly -- [--seeds N] [--from SEED] [--processes N] [--failures-max N] [--nodes 1|2|3] [--minutes N]
// Seeds on all cores: as many processes as cores, each with its range of seeds, progress every half minute, one summary, and 1 as exit code when a seed
// has failed or a process has died.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { addUp, progressOf, tellAll, type Part, type Whole } from './tell-all.ts'

const PROGRESS_EVERY_MS = 30_000
const RUN = new URL('run.ts', import.meta.url)

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    from: { type: 'string', default: '1' },
    processes: { type: 'string', default: String(availableParallelism()) },
    'failures-max': { type: 'string', default: '20' },
    nodes: { type: 'string' },
    minutes: { type: 'string', default: '1000' },
  },
})
const from = Number(values.from)
const seeds = Number(values.seeds)
const processes = Math.min(Number(values.processes), seeds)
const startedMs = performance.now()
const parts: Part[] = Array.from({ length: processes }, () => ({ done: 0, failures: 0, steps: 0, totals: [] }))
let toldMs = startedMs

const ends = await Promise.all(parts.map((_, at) => runPart(at)))
tellAll(whole())
const dead = ends.filter(code => code !== 0 && code !== 1).length
if (dead > 0) console.log(`${dead} of ${processes} processes died before their end`)
process.exitCode = dead > 0 || whole().failures > 0 ? 1 : 0

async function runPart(at: number): Promise<unknown> {
  const [first, next] = [at, at + 1].map(part => from + Math.floor((seeds * part) / processes))
  const own = ['--from', String(first), '--seeds', String((next ?? 0) - (first ?? 0))]
  const nodes = values.nodes === undefined ? [] : ['--nodes', values.nodes]
  const limits = ['--failures-max', values['failures-max'], '--minutes', values.minutes]
  const child = fork(RUN, [...own, ...nodes, ...limits])
  child.on('message', part => {
    parts[at] = part as Part
    if (performance.now() - toldMs < PROGRESS_EVERY_MS) return
    toldMs = performance.now()
    console.log(`${progressOf(whole())}; ${seeds} in all`)
  })
  const [code] = (await once(child, 'exit')) as readonly unknown[]
  return code
}

function whole(): Whole {
  return { from, startedMs, ...addUp(parts) }
}
