// Starting a program from a large process copies its page tables while nothing else runs. Measured in processes of growing memory: by the process
// itself, and by a small child that was started before, as the server's host is.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Figures } from '../harness/figures.ts'
import type { Question } from '../harness/question.ts'
import { exponentOf } from '../harness/slope.ts'

const SCRIPT = join(import.meta.dirname, '..', 'micro', 'spawner.ts')
const SIZES_MB: readonly number[] = [100, 400, 1_000, 2_000]
const FLAT_MAX = 0.1

export const x01: Question = {
  id: 'X01',
  asks: 'How long does starting a program hold a process of so much memory: by itself, and through a small host?',
  run: async ask => {
    const runs: Figures[] = []
    for (const sizeMB of ask.sizes ?? SIZES_MB) {
      runs.push(await runSize(sizeMB))
      ask.say(JSON.stringify(runs.at(-1)))
    }
    const slope = exponentOf(runs.map(({ rssMB, hostMedianMs }) => [Number(rssMB), Number(hostMedianMs)]))
    const worst = Math.max(...runs.map(({ hostMedianMs }) => Number(hostMedianMs)))
    return { bySize: runs, hostSlope: slope, goals: { 'flat through the host': slope <= FLAT_MAX || worst < 1 } }
  },
}

async function runSize(sizeMB: number): Promise<Figures> {
  return await new Promise((resolve, reject) => {
    const child = fork(SCRIPT, [String(sizeMB)], { execArgv: ['--disable-warning=ExperimentalWarning'] })
    child.once('message', (figures: Figures) => resolve(figures))
    child.once('exit', code => reject(new Error(`the process of ${sizeMB} MB ended with ${code}`)))
  })
}
