// How long the event loop of a server was held, as the monitor inside it saw.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LoopFigures {
  readonly maxMs: number
  readonly over50: number
  readonly over100: number
  /** While the main thread itself was on the CPU: without what others took. */
  readonly ownMaxMs: number
  readonly ownOver50: number
  readonly ownOver100: number
}

const MONITOR = join(import.meta.dirname, 'loop-monitor.ts')
const SETTLED_MS = 450

/** What the server must be told to be monitored. */
export function loopEnv(folder: string): Readonly<Record<string, string>> {
  return {
    BENCH_LOOP_FILE: join(folder, 'loop.json'),
    NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${MONITOR}`,
  }
}

/** Since the server with this process id started. */
export async function readLoop(folder: string, pid: number): Promise<LoopFigures> {
  await sleep(SETTLED_MS)
  const file = join(folder, `loop.json.${pid}`)
  if (!existsSync(file)) throw new Error('the monitor of the event loop has written nothing')
  const figures: LoopFigures = JSON.parse(readFileSync(file, 'utf8'))
  return figures
}
