import { isFinal, type Command } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import type { Reply } from '../reply.ts'
import { deleteExecution } from './act-on-execution.ts'
import { ownLabels } from './action-routes.ts'
import { whyBlocked } from './blocked-again.ts'
import { commandMany, forMany, type Chosen, type Fitting, type Many } from './bulk-commands.ts'
import type { FlatSearch } from './execution-search.ts'
import { replayOne } from './replay-execution.ts'
import type { Filter } from '../read-filters.ts'

type Bulk = Extract<keyof Handlers<'executions'>, `${string}ByIds` | `${string}ByQuery`>

const ENDED: Fitting = { isFit: isFinal, wanted: 'ended' }
const ALIVE: Fitting = { isFit: state => !isFinal(state), wanted: 'under way' }
const ANY: Fitting = { isFit: () => true, wanted: 'there' }
const FAILED: Fitting = { isFit: state => state === 'FAILED', wanted: 'FAILED' }
/** What is to begin again; a policy may be in its way. */
const TO_RESTART: Fitting = { ...FAILED, whyNot: whyBlocked }
const TO_REPLAY: Fitting = { ...ANY, whyNot: whyBlocked }
const RUNNING: Fitting = { isFit: state => state === 'RUNNING', wanted: 'RUNNING' }
const PAUSED: Fitting = { isFit: state => state === 'PAUSED', wanted: 'PAUSED' }
const QUEUED: Fitting = { isFit: state => state === 'QUEUED', wanted: 'QUEUED' }

export function bulkHandlers(dependencies: HttpDependencies): Pick<Handlers<'executions'>, Bulk> {
  const ofDialect = ({ dialect }: Pick<Many, 'dialect'>): Many => ({ dialect, dependencies })
  const run =
    (command: Command, fitting: Fitting) =>
    (call: Pick<Many, 'dialect'>, chosen: Chosen): Promise<Reply> =>
      commandMany(chosen, command, { ...ofDialect(call), fitting })
  const kill = run({ name: 'kill', isCascading: false }, ALIVE)
  const restart = run({ name: 'restart' }, TO_RESTART)
  const pause = run({ name: 'pause' }, RUNNING)
  const resume = run({ name: 'resume' }, PAUSED)
  const force = run({ name: 'force-run' }, ALIVE)
  const unqueue = (state = 'RUNNING'): ReturnType<typeof run> =>
    run({ name: 'unqueue', state: state.toUpperCase() }, QUEUED)
  const status = (state: string): ReturnType<typeof run> =>
    run({ name: 'change-status', state: state.toUpperCase() }, ENDED)
  return {
    killByIds: call => kill(call, { ids: call.body }),
    killByQuery: call => kill(call, searched(call)),
    restartByIds: call => restart(call, { ids: call.body }),
    restartByQuery: call => restart(call, searched(call)),
    pauseByIds: call => pause(call, { ids: call.body }),
    pauseByQuery: call => pause(call, searched(call)),
    resumeByIds: call => resume(call, { ids: call.body }),
    resumeByQuery: call => resume(call, searched(call)),
    forceRunByIds: call => force(call, { ids: call.body }),
    forceRunByQuery: call => force(call, searched(call)),
    unqueueByIds: call => unqueue(call.query.state)(call, { ids: call.body }),
    unqueueByQuery: call => unqueue(call.query.newState)(call, searched(call)),
    changeStatusByIds: call => status(call.query.newStatus)(call, { ids: call.body }),
    changeStatusByQuery: call => status(call.query.newStatus)(call, searched(call)),
    setLabelsByIds: call => {
      const labels = ownLabels(call.body.executionLabels)
      return run({ name: 'set-labels', labels }, ENDED)(call, { ids: call.body.executionsId })
    },
    setLabelsByQuery: call => run({ name: 'set-labels', labels: ownLabels(call.body) }, ENDED)(call, searched(call)),
    replayByIds: call => replayMany({ ids: call.body }, call.query.latestRevision ?? false, ofDialect(call)),
    replayByQuery: call => replayMany(searched(call), call.query.latestRevision ?? false, ofDialect(call)),
    deleteByIds: call => deleteMany({ ids: call.body }, call.query, ofDialect(call)),
    deleteByQuery: call => deleteMany(searched(call), call.query, ofDialect(call)),
  }
}

function searched({ query, filters }: { readonly query: FlatSearch; readonly filters: readonly Filter[] }): Chosen {
  return { flat: query, filters }
}

async function replayMany(chosen: Chosen, isLatest: boolean, many: Many): Promise<Reply> {
  const { dialect, dependencies } = many
  return await forMany(chosen, isLatest ? ANY : TO_REPLAY, many, ({ id }) =>
    replayOne(id, { isLatest, dialect }, dependencies),
  )
}

interface BulkDeletion {
  readonly includeNonTerminated?: boolean
  readonly deleteLogs?: boolean
  readonly deleteMetrics?: boolean
  readonly deleteStorage?: boolean
}

async function deleteMany(
  chosen: Chosen,
  { includeNonTerminated = false, ...deletion }: BulkDeletion,
  many: Many,
): Promise<Reply> {
  return await forMany(chosen, includeNonTerminated ? ANY : ENDED, many, row =>
    deleteExecution(row, deletion, many.dependencies),
  )
}
