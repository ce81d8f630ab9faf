import { SYSTEM_PREFIX, type Command, type Label } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, jsonText, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'
import { refuseBlockedRestart } from './blocked-again.ts'
import { commandExecution } from './act-on-execution.ts'
import { getRunById } from './evaluate-expression.ts'
import { getExecution } from './read-execution.ts'
import { readBreakpoints } from './read-breakpoints.ts'
import { replayExecution, replayWithInputs, restartUnder, validateReplay } from './replay-execution.ts'

type Acting =
  | 'kill'
  | 'release'
  | 'restart'
  | 'replay'
  | 'replayWithInputs'
  | 'validateReplay'
  | 'changeStatus'
  | 'changeRunState'
  | 'pause'
  | 'resumeFromBreakpoint'
  | 'forceRun'
  | 'unqueue'
  | 'setLabels'

export function actionHandlers(dependencies: HttpDependencies): Pick<Handlers<'executions'>, Acting> {
  const act = async (
    { params, dialect }: { readonly params: { readonly executionId: string }; readonly dialect: 'a' | 'b' | 'c' },
    command: Command,
  ): Promise<Reply> => jsonText(await commandExecution(params.executionId, command, { dependencies, dialect }))
  return {
    kill: async ({ params, query, dialect }) => {
      const command = { name: 'kill', isCascading: query.isOnKillCascade ?? true } as const
      const text = await commandExecution(params.executionId, command, { dependencies, dialect })
      return jsonText(text, dialect === 'c' ? 200 : 202)
    },
    release: call => act(call, { name: 'release' }),
    restart: async call => {
      const { params, query, dialect } = call
      const { revision } = query
      if (revision === undefined || (await isOf(params.executionId, revision, dependencies))) {
        await refuseBlockedRestart(params.executionId, dependencies)
        return await act(call, { name: 'restart' })
      }
      return await restartUnder(params.executionId, { revision, dialect }, dependencies)
    },
    replay: call => replayExecution(call, dependencies),
    validateReplay: async call => await validateReplay(call, dependencies),
    replayWithInputs: call => replayWithInputs(call, dependencies),
    changeStatus: call => act(call, { name: 'change-status', state: call.query.status.toUpperCase() }),
    changeRunState: async call => {
      const found = await getExecution(call.params.executionId, dependencies)
      const run = getRunById(found, call.body.taskRunId).ordinal
      return await act(call, { name: 'change-run-state', run, state: call.body.state.toUpperCase() })
    },
    pause: async call => {
      const reply = await act(call, { name: 'pause' })
      return call.dialect === 'c' ? reply : empty(200)
    },
    resumeFromBreakpoint: async call => {
      const { breakpoints } = call.query
      const given = breakpoints === undefined ? {} : { breakpoints: readBreakpoints(breakpoints) }
      const reply = await act(call, { name: 'resume-from-breakpoint', ...given })
      return call.dialect === 'c' ? reply : empty(204)
    },
    forceRun: call => act(call, { name: 'force-run' }),
    unqueue: call => act(call, { name: 'unqueue', state: (call.query.state ?? 'RUNNING').toUpperCase() }),
    setLabels: call => act(call, { name: 'set-labels', labels: ownLabels(call.body) }),
  }
}

async function isOf(executionId: string, revision: number, { store }: HttpDependencies): Promise<boolean> {
  const row = await store.read.findExecution(executionId)
  return row === undefined || row.revision === revision
}

/** Labels of the system are set by the system. */
export function ownLabels(labels: readonly Label[]): readonly Label[] {
  const system = labels.find(({ key }) => key.startsWith(SYSTEM_PREFIX))
  if (!system) return labels
  const message = `The label "${system.key}" is refused: labels that begin with "${SYSTEM_PREFIX}" belong to the system.`
  throw unprocessable('label-reserved', message)
}
