// Our end of the generator's process.
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { LoadPlan, LoadResult } from '../load/plan.ts'

const SCRIPT = join(import.meta.dirname, '..', 'load', 'main.ts')

export class Generator {
  readonly #child: ChildProcess = fork(SCRIPT, { execArgv: ['--disable-warning=ExperimentalWarning'] })

  run(plan: LoadPlan): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`the generator ended with ${code}`))
      this.#child.once('exit', onExit)
      this.#child.once('message', (result: LoadResult) => {
        this.#child.off('exit', onExit)
        resolve(result)
      })
      this.#child.send(plan)
    })
  }

  stop(): void {
    this.#child.disconnect()
  }
}
