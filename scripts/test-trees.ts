// npm run test:trees [-- NUMBER]: random flows against the reference model on all cores, as many processes as there are, each with a seed of its own; 100,000 flows
// unless a number is given. BATUTA_SEED=S plays the one seed that a failure names, in one process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const TEST = fileURLToPath(new URL('../packages/core/src/execution/random-flows.test.ts', import.meta.url))

const flows = Number(process.argv[2] ?? process.env['BATUTA_TREES'] ?? 100_000)
if (!Number.isSafeInteger(flows) || flows < 1) throw new Error(`"${process.argv[2]}" is no number of flows`)
const processes = process.env['BATUTA_SEED'] ? 1 : Math.min(availableParallelism(), flows)
const startedMs = performance.now()
const codes = await Promise.all(Array.from({ length: processes }, () => play(Math.ceil(flows / processes))))
const failures = codes.filter(code => code !== 0).length
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
console.log(`${flows} flows in ${processes} processes, ${failures} of which failed, in ${seconds} s`)
process.exitCode = failures > 0 ? 1 : 0

async function play(count: number): Promise<unknown> {
  const child = spawn(process.execPath, ['--test-name-pattern=others each time', TEST], {
    stdio: 'inherit',
    env: { ...process.env, BATUTA_TREES: String(count) },
  })
  const [code] = (await once(child, 'exit')) as readonly unknown[]
  return code
}
