// npm run torture:frozen -- [--times N] [--clients N] [--seed TEXT]
// Freezes an engine for longer than its lease N times, in all ways, and checks that it writes nothing when it wakes up.
import { parseArgs } from 'node:util'
import { seededRandom } from '../../packages/core/src/index.ts'
import { report, wholeOf } from '../torture/report.ts'
import { freezeEngines, type Way } from './frozen-engine.ts'

const WAYS: readonly Way[] = ['late', 'racing', 'racing', 'cut-off']

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    clients: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(Date.now()) },
  },
})
process.stdout.write(`frozen: seed ${values.seed}\n`)
const times = wholeOf('times', values.times)
report(
  await freezeEngines({
    ways: Array.from({ length: times }, (_, round) => WAYS[round % WAYS.length] ?? 'late'),
    clients: wholeOf('clients', values.clients),
    random: seededRandom(values.seed),
    say: line => process.stdout.write(`frozen: ${line}\n`),
  }),
)
