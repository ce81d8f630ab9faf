// How many interpreters an execution of 40 scripts starts. Each start of Python draws a seed for the hashes of texts, and a fork keeps it: as
// many different hashes of one word, as many starts.
import { trust } from '../../packages/core/src/index.ts'
import { runToEnd } from '../harness/api.ts'
import type { ServerProcess } from '../harness/server-process.ts'

const TASKS = 40

export const COUNTING_FLOW = 'w40_count'

export async function countInterpreters(server: ServerProcess): Promise<number> {
  const { id } = await runToEnd(server, { namespace: 'bench', flowId: COUNTING_FLOW })
  const response = await fetch(`${server.address}/api/v1/logs/search?executionId=${id}&minLevel=INFO&size=100`)
  const { results } = trust<{ results: readonly { readonly message: string }[] }>(await response.json())
  const seeds = results.flatMap(({ message }) => /^seed (\S+)$/.exec(message)?.[1] ?? [])
  if (seeds.length !== TASKS) throw new Error(`${seeds.length} of ${TASKS} scripts told their seed`)
  return new Set(seeds).size
}

export function countingFlow(): string {
  const tasks = Array.from({ length: TASKS }, (_, index) => taskOf(index)).join('')
  return `id: ${COUNTING_FLOW}\nnamespace: bench\ntasks:\n${tasks}`
}

function taskOf(index: number): string {
  return `  - id: task_${index}
    type: io.kestra.plugin.scripts.python.Script
    script: print("seed", hash("batuta"))
`
}
