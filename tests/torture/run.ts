// npm run torture -- [--store sqlite] [--kills N] [--seed TEXT] [--min-ms N] [--max-ms N] [--clients N]
// Kills the built server N times under load and checks that nothing that was acknowledged is lost or doubled. Ends with "N passed, N failed".
import { parseArgs } from 'node:util'
import { runTorture } from './torture.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now()) },
    'min-ms': { type: 'string', default: '200' },
    'max-ms': { type: 'string', default: '2000' },
    clients: { type: 'string', default: '48' },
  },
})
if (values.store !== 'sqlite') throw new Error(`"${values.store}" is no store of this build: give sqlite`)
process.stdout.write(`torture: seed ${values.seed}\n`)
const { checks, facts } = await runTorture({
  kills: wholeOf('kills', values.kills),
  seed: values.seed,
  lifeMs: [wholeOf('min-ms', values['min-ms']), wholeOf('max-ms', values['max-ms'])],
  clients: wholeOf('clients', values.clients),
  say: line => process.stdout.write(`torture: ${line}\n`),
})
const failed = checks.filter(({ problems }) => problems.length > 0)
for (const { name, problems } of failed)
  process.stdout.write(`FAILED ${name}\n${problems.map(line => `  ${line}\n`).join('')}`)
process.stdout.write(`${JSON.stringify(facts)}\n${checks.length - failed.length} passed, ${failed.length} failed\n`)
process.exitCode = failed.length === 0 ? 0 : 1

function wholeOf(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${name} must be a whole number above 0, not "${text}"`)
}
