// node tests/simulation/run.ts [--seeds N] [--from S] [--keep-going]   runs seeds and tells what they found
import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
    'failures-max': { type: 'string', default: '5' },
  },
})
const from = Number(values.from)
const seeds = Number(values.seeds)
const failuresMax = Number(values['failures-max'])
const totals = new Map<string, number>()
const startedMs = performance.now()
let failures = 0
let steps = 0
let done = 0
for (let seed = from; seed < from + seeds && failures < failuresMax; seed++) {
  const report = await simulate({ seed })
  done += 1
  steps += report.steps
  for (const [what, times] of report.counts) totals.set(what, (totals.get(what) ?? 0) + times)
  if (values.verbose) console.log(`seed ${seed}: ${report.steps} steps, trace ${report.traceHash}`)
  if (report.findings.length === 0) continue
  failures += 1
  console.log(`seed ${seed} fails, again with: node tests/simulation/run.ts --seeds 1 --from ${seed}`)
  for (const finding of report.findings.slice(0, 8)) console.log(`  ${finding.slice(0, 1500)}`)
  if (seeds > 1) continue
  const ids = new Set(report.findings.flatMap(finding => finding.match(/[0-9A-Za-z]{22}/g) ?? []))
  for (const id of ids) console.log(report.tell(id))
}
const seconds = (performance.now() - startedMs) / 1_000
console.log(`${done} seeds, ${failures} failed, ${steps} steps in ${seconds.toFixed(1)} s`)
console.log([...totals].map(([what, times]) => `${what} ${times}`).join(', '))
process.exitCode = failures > 0 ? 1 : 0
