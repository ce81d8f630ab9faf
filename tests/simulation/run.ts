// npm run simulate -- [--seeds N] [--from SEED] [--nodes 1|2|3] [--plant NAME] [--failures-max N] [--minutes N] [--verbose]
// Runs seeds, up to so many minutes, and tells what they found, with the line that runs a seed again. `npm run simulate:nightly` runs 20,000 on all cores.
import { parseArgs } from 'node:util'
import { PLANTS, type Plant } from './plants.ts'
import { simulate, type Report } from './simulate.ts'
import { tellAll, type Part } from './tell-all.ts'

const TOLD_EVERY_MS = 5_000
const FINDINGS_SHOWN = 8
const FINDING_LENGTH = 1_500

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    nodes: { type: 'string' },
    plant: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    'failures-max': { type: 'string', default: '5' },
    minutes: { type: 'string', default: '1000' },
  },
})
const from = numberOf('from', values.from)
const seeds = numberOf('seeds', values.seeds)
const failuresMax = numberOf('failures-max', values['failures-max'])
const plant = values.plant === undefined ? undefined : plantOf(values.plant)
const nodes = values.nodes === undefined ? plant?.nodes : numberOf('nodes', values.nodes)
const totals = new Map<string, number>()
const startedMs = performance.now()
const untilMs = startedMs + numberOf('minutes', values.minutes) * 60_000
let failures = 0
let steps = 0
let done = 0
let toldMs = startedMs
for (let seed = from; seed < from + seeds && failures < failuresMax && performance.now() < untilMs; seed++) {
  const report = await simulate({ seed, ...(nodes ? { nodes } : {}), ...(plant ? { plant } : {}) })
  done += 1
  steps += report.steps
  for (const [what, times] of report.counts) totals.set(what, (totals.get(what) ?? 0) + times)
  totals.set(`seeds with ${report.nodes} nodes`, (totals.get(`seeds with ${report.nodes} nodes`) ?? 0) + 1)
  if (performance.now() - toldMs > TOLD_EVERY_MS) tellPart()
  if (values.verbose)
    console.log(`seed ${seed}: ${report.nodes} nodes, ${report.steps} steps, trace ${report.traceHash}`)
  if (report.findings.length === 0) continue
  failures += 1
  tell(report)
}
if (process.send) {
  tellPart()
  process.disconnect()
} else tellAll({ from, startedMs, done, failures, steps, totals: [...totals] })
process.exitCode = failures > 0 ? 1 : 0

/** One of several processes tells the first one how far it has come. */
function tellPart(): void {
  toldMs = performance.now()
  const part: Part = { done, failures, steps, totals: [...totals] }
  process.send?.(part)
}

function tell(report: Report): void {
  console.log(`seed ${report.seed} fails, again with: ${commandOf(report.seed)}`)
  for (const finding of report.findings.slice(0, FINDINGS_SHOWN)) console.log(`  ${finding.slice(0, FINDING_LENGTH)}`)
  if (seeds > 1) return
  const ids = new Set(report.findings.flatMap(finding => finding.match(/[0-9A-Za-z]{22}/g) ?? []))
  for (const id of ids) console.log(report.tell(id))
}

function commandOf(seed: number): string {
  const options = [
    `--seeds 1 --from ${seed}`,
    ...(nodes ? [`--nodes ${nodes}`] : []),
    ...(plant ? [`--plant ${plant.name}`] : []),
  ]
  return `npm run simulate -- ${options.join(' ')}`
}

function numberOf(name: string, text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  throw new Error(`--${name} is "${text}"; give a whole number from 1`)
}

function plantOf(name: string): Plant {
  const found = PLANTS.find(candidate => candidate.name === name)
  if (found) return found
  throw new Error(`there is no plant "${name}"; there are ${PLANTS.map(candidate => candidate.name).join(', ')}`)
}
