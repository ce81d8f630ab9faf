// The smallest steps, in a process of their own.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Figures } from '../harness/figures.ts'
import type { Question } from '../harness/question.ts'

const SCRIPT = join(import.meta.dirname, '..', 'micro', 'main.ts')
const FLAGS = ['--expose-gc', '--max-semi-space-size=512', '--min-semi-space-size=512']

export const e01: Question = {
  id: 'E01',
  asks: 'What does each small step of an execution take, in nanoseconds and in bytes allocated?',
  run: ask => {
    ask.say('timing the steps one by one')
    const args = [...FLAGS, '--disable-warning=ExperimentalWarning', SCRIPT]
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    if (run.status !== 0) throw new Error(`the steps ended with ${run.signal ?? run.status}`)
    const steps: readonly Figures[] = JSON.parse(run.stdout)
    return Promise.resolve({ steps })
  },
}
