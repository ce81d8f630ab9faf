// npm run torture:triggers -- [--kind file|mail|sql|http|git|all, or one of their sources] [--events N] [--kills N] [--seed TEXT] [--min-ms N] [--max-ms N]
// Sends N events through every source of the kind while the server is killed N times, and checks that each started exactly one execution.
// Ends with "N passed, N failed".
import { parseArgs } from 'node:util'
import type { Check } from '../history-checker.ts'
import { report, wholeOf } from '../report.ts'
import { sourcesOf } from './counterparts.ts'
import { runTriggerTorture } from './trigger-torture.ts'

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'all' },
    events: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now()) },
    'min-ms': { type: 'string', default: '200' },
    'max-ms': { type: 'string', default: '3000' },
  },
})
const { kind, seed } = values
const sources = sourcesOf(kind)
const [events, kills] = [wholeOf('events', values.events), wholeOf('kills', values.kills)]
const lifeMs = [wholeOf('min-ms', values['min-ms']), wholeOf('max-ms', values['max-ms'])] as const
const say = (line: string): void => void process.stdout.write(`torture: ${line}\n`)
say(`seed ${seed}`)
const checks: Check[] = []
const facts: Record<string, number> = {}
for (const [source, open] of sources) {
  const found = await runTriggerTorture({ kind: source, events, kills, seed, lifeMs, open, say })
  say(`${source}: ${JSON.stringify(found.facts)}`)
  checks.push(...found.checks)
  for (const [fact, value] of Object.entries(found.facts)) facts[`${source} ${fact}`] = value
}
report({ checks, facts })
