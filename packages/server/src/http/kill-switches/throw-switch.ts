// A switch that comes into force reaches what is under way: every execution that fits and has not ended is told. Once more a little later, for what
// another node began before it knew.
import type { ExecutionRow } from '../../storage/batch.ts'
import { fits, type KillSwitch } from '../../inbox/kill-switches.ts'
import type { HttpDependencies } from '../dependencies.ts'

const AT_ONCE = 50
const PAGE = 500
/** Of one switch. */
const TOLD_MAX = 100_000
/** Longer than a node needs to learn of a switch. */
const AGAIN_MS = 5_000

const OPEN: readonly string[] = [
  'CREATED',
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'RETRYING',
  'RESTARTED',
  'BREAKPOINT',
  'SUBMITTED',
]

type World = Pick<HttpDependencies, 'store' | 'inbox' | 'config' | 'log' | 'platform' | 'switches'>

/** Until it is stopped. */
export function followSwitches(world: World): () => void {
  const { switches, platform, log } = world
  if (!switches) return () => {}
  const callsOff = new Set<() => void>()
  const sweep = (thrown: KillSwitch): void =>
    void throwSwitch(thrown, world).catch((error: unknown) =>
      log.warn(`the kill switch "${thrown.name}" did not reach all that is under way`, error),
    )
  const unfollow = switches.onThrown(thrown => {
    if (thrown.evaluationType === 'PASS') return
    sweep(thrown)
    const callOff = platform.at(platform.nowMs() + AGAIN_MS, () => {
      callsOff.delete(callOff)
      if (switches.isInForce(thrown)) sweep(thrown)
    })
    callsOff.add(callOff)
  })
  return () => {
    unfollow()
    for (const callOff of callsOff) callOff()
  }
}

/** Tells how many it reached. */
export async function throwSwitch(thrown: KillSwitch, world: World): Promise<number> {
  const { store, config } = world
  let reached = 0
  let afterId: string | undefined
  while (reached < TOLD_MAX) {
    const rows = await store.read.listExecutions({
      tenant: config.tenant,
      states: OPEN,
      ...(thrown.namespace === undefined ? {} : { namespace: thrown.namespace, isPrefix: thrown.flowId === undefined }),
      ...(thrown.flowId === undefined ? {} : { flowId: thrown.flowId }),
      ...(afterId === undefined ? {} : { afterId }),
      limit: PAGE,
    })
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const told = await Promise.all(rows.slice(from, from + AT_ONCE).map(row => tell(thrown, row, world)))
      reached += told.filter(Boolean).length
    }
    afterId = rows.at(-1)?.id
    if (rows.length < PAGE) break
  }
  return reached
}

async function tell(thrown: KillSwitch, row: ExecutionRow, { inbox, switches }: World): Promise<boolean> {
  const { id, namespace, flowId } = row
  if (!fits(thrown, { id, namespace, flowId })) return false
  // A narrower switch says something else, or lets it pass.
  const verdict = switches?.judge({ id, namespace, flowId })
  if (!verdict) return false
  const command = { name: 'switch-off', ...verdict } as const
  const { refusal } = await inbox.submit({ type: 'command', executionId: id, command })
  return refusal === undefined
}
