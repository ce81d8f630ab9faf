// How executions that belong together stand: those with the same correlation id whose flows are neighbours in the graph of flows. Each is told when it
// is found and again when its state has changed; the stream ends when all have ended and no further one has come.
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { eventText } from '../event-stream.ts'
import { flowTopology, uidOf } from '../flows/flow-topology.ts'
import { readNodes } from '../flows/view-routes.ts'
import { getExecution } from './read-execution.ts'
import { pauseUntil } from './watch-execution.ts'

const LOOK_EVERY_MS = 500
/** A trigger may still start the next one: the stream ends after so many looks that found all of them ended. */
const QUIET_LOOKS = 4
const EXECUTIONS_MAX = 500
const CORRELATION = 'system.correlationId'

export interface DependencyWish {
  readonly destinationOnly?: boolean
  readonly expandAll?: boolean
}

export async function* followDependencies(
  id: string,
  wish: DependencyWish,
  { dependencies, signal }: { readonly dependencies: HttpDependencies; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const { platform } = dependencies
  const group = await groupOf(id, wish, dependencies)
  yield eventText('start', JSON.stringify({ executionId: id }))
  const told = new Map<string, string>()
  let last = ''
  for (let quiet = 0; quiet < QUIET_LOOKS && !signal.aborted;) {
    const rows = await rowsOf(group, dependencies)
    for (const row of rows) {
      if (told.get(row.id) === row.state) continue
      told.set(row.id, row.state)
      last = statusText(row)
      quiet = 0
      yield eventText('progress', last)
    }
    quiet = rows.every(row => row.waitsFor === null) ? quiet + 1 : 0
    if (quiet < QUIET_LOOKS) await pauseUntil(platform.nowMs() + LOOK_EVERY_MS, platform, signal)
  }
  if (!signal.aborted) yield eventText('end', last)
}

interface Group {
  readonly id: string
  readonly correlation: string
  readonly flows: ReadonlySet<string>
}

async function groupOf(id: string, wish: DependencyWish, dependencies: HttpDependencies): Promise<Group> {
  const { state } = await getExecution(id, dependencies)
  const { namespace, flowId, labels } = state
  const isStart = (flow: { readonly namespace: string; readonly id: string }): boolean =>
    flow.namespace === namespace && flow.id === flowId
  const { nodes } = flowTopology(await readNodes(dependencies), { ...wish, isStart })
  const own = uidOf({ namespace, id: flowId })
  const correlation = labels.find(({ key }) => key === CORRELATION)?.value ?? id
  return { id, correlation, flows: new Set([own, ...nodes.map(({ uid }) => uid)]) }
}

/** The one that gave the others its id has no label of its own in the store. */
async function rowsOf(
  { id, correlation, flows }: Group,
  { store, config }: HttpDependencies,
): Promise<readonly ExecutionRow[]> {
  const labels = [{ key: CORRELATION, value: correlation }]
  const { tenant } = config
  const correlated = await store.read.listExecutions({ tenant, labels, limit: EXECUTIONS_MAX, isAscending: true })
  const found = new Map(correlated.map(row => [row.id, row]))
  for (const other of [correlation, id]) {
    const row = found.has(other) ? undefined : await store.read.findExecution(other)
    if (row?.tenant === tenant) found.set(other, row)
  }
  return [...found.values()]
    .filter(row => flows.has(uidOf({ namespace: row.namespace, id: row.flowId })))
    .sort((left, right) => (left.id < right.id ? -1 : 1))
}

function statusText({ id, tenant, namespace, flowId, state, createdMs, endMs }: ExecutionRow): string {
  const startDate = new Date(createdMs).toISOString()
  const ends = endMs === null ? {} : { endDate: new Date(endMs).toISOString() }
  return JSON.stringify({
    executionId: id,
    tenantId: tenant,
    namespace,
    flowId,
    state: { current: state, startDate, ...ends },
  })
}
