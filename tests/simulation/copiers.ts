// Those who do an execution again as another one: replays from the start, from a run or under the newest revision, with breakpoints, and restarts under
// another revision.
import { fold, isFinal, replayBirth, restartBirth, type Again, type Birth } from '@batuta/core'
import { SubmitError } from '../../packages/server/src/inbox/inbox.ts'
import type { FlowKey } from '../../packages/server/src/storage/store.ts'
import type { Shadow } from './audit.ts'
import type { ClientOptions } from './clients.ts'
import { count } from './ledger.ts'
import type { SimulatedNode } from './simulated-node.ts'

export async function replay(options: ClientOptions): Promise<void> {
  const { world, chance } = options
  await copy(options, 'replay', (source, plan) => {
    const runs = source.state.runs.filter(run => !run.isRemoved)
    const run = runs.length === 0 || chance.hits(0.3) ? undefined : chance.pick(runs).ordinal
    const ids = source.plan.tasks.map(({ id }) => id)
    const breakpoints = chance.hits(0.3) && ids.length > 0 ? [{ id: chance.pick(ids) }] : []
    if (breakpoints.length > 0) count(options.ledger, 'breakpoints')
    return replayBirth(source, { plan, nowMs: world.nowMs, breakpoints, ...(run === undefined ? {} : { run }) })
  })
}

export async function restartAnew(options: ClientOptions): Promise<void> {
  await copy(options, 'restart under a revision', (source, plan) => {
    const isOver = isFinal(source.state.state) && source.state.isEnded
    if (!isOver) return { refusal: { code: 'wrong-state', message: 'it has not ended' } }
    return restartBirth(source, { plan, nowMs: options.world.nowMs })
  })
}

/** The source may be under way. */
async function copy(
  { chance, audit, ledger, world, library, node }: ClientOptions,
  what: string,
  make: (source: Pick<Shadow, 'state' | 'plan' | 'rows'>, plan: Shadow['plan']) => Again,
): Promise<void> {
  const all = [...audit.shadows].flatMap(([id, shadow]) => (ledger.deleted.has(id) ? [] : [shadow]))
  const server = node()
  if (all.length === 0 || !server) return
  const newestOf = (key: FlowKey & { readonly revision: number }): number =>
    server.flows.newest(key)?.revision ?? key.revision
  const grown = all.filter(
    ({ state: was }) => newestOf(was) > was.revision && library.isGrown(was, was.revision, newestOf(was)),
  )
  const { plan, rows, state: shown } = chance.pick(grown.length > 0 && chance.hits(0.6) ? grown : all)
  const state = fold(shown.id, rows, plan)
  const newest = newestOf(state)
  const revision = chance.hits(0.7) && library.isGrown(state, state.revision, newest) ? newest : state.revision
  const again = make({ state, plan, rows }, library.planOf({ ...state, revision }))
  if ('refusal' in again) return
  if (revision !== state.revision) count(ledger, 'copies under another revision')
  await begin(server, server.newId(state), again.birth)
  async function begin(to: SimulatedNode, executionId: string, birth: Birth): Promise<void> {
    try {
      await to.inbox.submit({ type: 'create', executionId, birth })
      ledger.acknowledged.push({ what: 'replay', executionId, step: world.steps, generation: 1 })
      count(ledger, `${what}s`)
    } catch (error) {
      if (error instanceof SubmitError && error.fault !== 'unavailable') ledger.refused.set(executionId, error.fault)
    }
  }
}
