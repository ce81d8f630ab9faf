// The document of an execution on each change, as Kestra streams it: `start` opens the stream in 1.x, `progress` for each change, `end` for the
// last document.
import { presentExecution, type ApiDialect, type ExecutionState, type Plan } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { eventText } from '../event-stream.ts'
import { lookAt } from './look.ts'
import { watchExecution } from './watch-execution.ts'

export async function* followExecution(
  id: string,
  {
    dependencies,
    dialect,
    signal,
  }: { readonly dependencies: HttpDependencies; readonly dialect: ApiDialect; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  if (dialect !== 'a') yield eventText('start', `{"id":${JSON.stringify(id)}}`)
  const show = (state: ExecutionState, plan: Plan): string =>
    presentExecution(state, plan, lookAt(id, dialect, dependencies))
  for await (const { shown, isEnded } of watchExecution(id, show, { dependencies, signal }))
    yield eventText(isEnded ? 'end' : 'progress', shown)
}
