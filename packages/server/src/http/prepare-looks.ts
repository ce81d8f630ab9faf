// What the first look after a start would wait for – what charts count, when schedules are due, how the newest rows are shown, why executions failed – is
// made before somebody looks, one thing after the other, so that what works goes on meanwhile. Nothing depends on it: whoever looks sooner has it made then.
import type { HttpDependencies } from './dependencies.ts'
import { countExecutions } from './executions/count-executions.ts'
import { searchExecutions } from './executions/search-executions.ts'
import { Incidents } from './people/incidents.ts'
import { calendar } from './planning/calendar.ts'
import { searchTaskRuns } from './task-runs/search-task-runs.ts'

const DAY_MS = 24 * 60 * 60_000
const SIZE = 50

/** Ends sooner when it is aborted; rejects with what the store says. */
export async function prepareLooks(dependencies: HttpDependencies, signal: AbortSignal): Promise<void> {
  const { platform } = dependencies
  const momentIn = (ms: number): string => new Date(platform.nowMs() + ms).toISOString()
  const looks: readonly (() => Promise<unknown>)[] = [
    () => countExecutions({ startDate: momentIn(-DAY_MS), by: 'namespace' }, [], dependencies),
    () => countExecutions({ startDate: momentIn(-DAY_MS) }, [], dependencies),
    () => calendar({ from: momentIn(-DAY_MS), to: momentIn(DAY_MS) }, dependencies),
    () => searchExecutions({ cursor: '', size: SIZE }, { filters: [], dialect: 'b', dependencies }),
    () => searchTaskRuns({ cursor: '', size: SIZE }, { filters: [], dialect: 'b', dependencies }),
    () => new Incidents(dependencies).prepare(platform.nowMs() - DAY_MS, signal),
  ]
  for (const look of looks) {
    if (signal.aborted) return
    await look()
    await new Promise<void>(resolve => platform.defer(resolve))
  }
}
