import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'
import { RUNS_MAX, searchTaskRuns } from './search-task-runs.ts'

export function taskRunHandlers(dependencies: HttpDependencies): Handlers<'taskRuns'> {
  return {
    search: ({ query, filters, dialect }) => searchTaskRuns(query, { filters, dialect, dependencies }),
    maxSetting: () => json(RUNS_MAX),
  }
}
