// npm run torture:nightly: every torture in its long form, one after the other. What a machine has not the programs for is told and fails.
import { spawnSync } from 'node:child_process'
import { ROOT } from '../../bench/harness/server-process.ts'

const LONG: readonly (readonly [file: string, ...args: string[]])[] = [
  ['tests/torture/run.ts', '--store', 'sqlite', '--kills', '5000', '--lanes', '4'],
  ['tests/torture/run.ts', '--store', 'postgres', '--kills', '5000', '--lanes', '4'],
  ['tests/torture/triggers/run.ts', '--kind', 'all', '--events', '10000', '--kills', '40'],
  ['tests/torture/run-doctor.ts', '--flows', '200', '--kills', '40'],
  ['tests/cluster/run-frozen.ts', '--times', '100'],
  ['tests/cluster/run-failover.ts', '--times', '20'],
  ['tests/cluster/run-full-disk.ts', '--times', '5'],
  ['tests/power-cut/run.ts', '--cuts', '50'],
]

const failed = LONG.filter(([file, ...args]) => {
  process.stdout.write(`\nnightly: ${file} ${args.join(' ')}\n`)
  const words = ['--disable-warning=ExperimentalWarning', file, ...args]
  return spawnSync(process.execPath, words, { cwd: ROOT, stdio: 'inherit' }).status !== 0
})
process.stdout.write(`\nnightly: ${LONG.length - failed.length} passed, ${failed.length} failed\n`)
for (const words of failed) process.stdout.write(`  ${words.join(' ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
