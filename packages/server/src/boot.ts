// Read top to bottom: in what order a server starts, and how it stops. What exists is in boot-ground.ts, who is given what in boot-rooms.ts,
// and what happens to a node that lost touch with the others in boot-incarnation.ts.
import { join } from 'node:path'
import { askFor } from './answers/ask.ts'
import { openGround, type Ground } from './boot-ground.ts'
import { Incarnations } from './boot-incarnation.ts'
import { diskSpace, healthOf, startTelemetry } from './boot-telemetry.ts'
import type { Config, ServerOptions } from './config/config.ts'
import { firstDateOf } from './engine/schedules.ts'
import { watchFlows, type FlowsDir } from './flows/flows-dir.ts'
import { defaultsChanged, type SaveWorld } from './flows/save-flow.ts'
import { TaskFiles } from './plugins/task-files.ts'
import type { TryWorld } from './rehearsal/try-flow.ts'
import { finishRotation } from './secrets/rotate-keys.ts'
import { giveBackMemory } from './platform/give-back-memory.ts'
import type { FlowKey } from './storage/store.ts'
import { LargeExecutions } from './http/executions/large-executions.ts'
import { startHttp, type RunningHttp } from './http/server.ts'
import type { Health } from './telemetry/health.ts'

export interface RunningServer {
  /** `http://127.0.0.1:PORT`; none without the role `web`. */
  readonly address: string | undefined
  /** Where health and metrics are, unless the port is switched off. */
  readonly management: string | undefined
  readonly config: Config
  /** Lets what runs end, up to the grace, and hands on the rest. */
  stop(): Promise<void>
  /** Ends the grace of a stop that is under way. */
  cut(): void
}

/** First what was left by the process before, then time, then the doors to the outside. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const ground = await openGround(options)
  const { config, store, log } = ground
  const health = healthOf(ground)
  const incarnations = new Incarnations(ground, isIn => {
    if (health.phase !== 'draining') health.phase = isIn ? 'running' : 'joining'
  })
  await ground.mode.start()
  await ground.switches.start()
  await incarnations.start()

  const isWeb = config.roles.includes('web')
  let flowsDir: FlowsDir | undefined
  const saveWorld = saveWorldOf(ground, incarnations, key => void flowsDir?.mirror(key))
  if (ground.answers.saver) ground.answers.saver.world = saveWorld
  ground.defaults.follow = async namespace => await defaultsChanged(await ground.flows.refresh(namespace), saveWorld)
  ground.defaults.followPools = async () => await incarnations.onPoolsChanged()
  await defaultsChanged(ground.flows.remade, saveWorld)
  const large = new LargeExecutions(ground.platform)
  const http = isWeb ? await openDoor(ground, { incarnations, saveWorld, health, large }) : undefined
  const place = { folder: config.flowsDir, isNamed: config.isFlowsDirNamed, log }
  if (isWeb) flowsDir = await watchFlows(saveWorld, place)
  ground.plugins.watch(() => void flowsDir?.readFaulty())
  const upkeep = new AbortController()
  const finishing = finishRotations(ground, upkeep.signal)
  if (http) prepareSoon(http, ground, upkeep.signal)
  const telemetry = await startTelemetry(ground, { incarnations, http, health })
  const keepMemory = giveBackMemory(ground.platform)

  const stop = async (): Promise<void> => {
    health.phase = 'draining'
    keepMemory()
    upkeep.abort()
    await finishing
    for (const manager of ground.answers.managers ?? []) await manager.close?.()
    flowsDir?.stop()
    ground.plugins.stop()
    ground.mode.stop()
    ground.switches.stop()
    await http?.stop()
    large.stop()
    await incarnations.stop(config.drainMs)
    await ground.reasons.write()
    await ground.snapshots.stop()
    await store.close()
    await telemetry.stop()
    ground.unlock()
  }
  return { address: http?.address, management: telemetry.address, config, stop, cut: () => incarnations.cut() }
}

interface DoorPlace {
  readonly incarnations: Incarnations
  readonly saveWorld: SaveWorld
  readonly health: Health
  readonly large: LargeExecutions
}

function openDoor(ground: Ground, { incarnations, saveWorld, health, large }: DoorPlace): ReturnType<typeof startHttp> {
  return startHttp({
    ...ground,
    log: ground.log.named('http'),
    health,
    meter: ground.meters.http,
    inbox: incarnations.inbox,
    saveWorld,
    newId: flow => {
      const shard = flow && ground.limits.birthShardOf(flow)
      return ground.newIdOn(shard === undefined ? incarnations.owned : new Set([shard]))
    },
    claimsOf: id => incarnations.claimsOf(id),
    look: incarnations.look,
    large,
    instance: {
      mode: ground.mode,
      announcement: () => incarnations.announcement(),
      disk: () => diskSpace(ground.config.dataDir),
    },
    ask: asker => askFor(ground.answers, asker),
    secrets: ground.answers,
    rehearse: async options => await (await import('./rehearsal/rehearse.ts')).rehearse(options),
    tryFlow: async options =>
      await (await import('./rehearsal/try-flow.ts')).tryFlow(options, await tryWorldOf(ground)),
  })
}

/** What the process before left is taken up first. */
const QUIET_MS = 1_000

function prepareSoon(http: RunningHttp, { platform, noticeOf }: Ground, signal: AbortSignal): void {
  const prepare = (): void =>
    void http.prepareLooks(signal).catch(error => {
      if (!signal.aborted)
        noticeOf('http')('what is looked at first could not be prepared; it is read when somebody looks', error)
    })
  signal.addEventListener('abort', platform.at(platform.nowMs() + QUIET_MS, prepare))
}

/** A rotation of keys that died half-way, or a first key that is another than before: rows are encrypted again while the server works. */
async function finishRotations({ answers, config, store, noticeOf }: Ground, signal: AbortSignal): Promise<void> {
  const { rowKeys } = answers
  if (!rowKeys || !config.roles.includes('engine')) return
  try {
    await finishRotation({ store, rowKeys, tenant: config.tenant, signal })
  } catch (error) {
    if (!signal.aborted) noticeOf('secrets')('secrets could not be encrypted again with the newest key', error)
  }
}

async function tryWorldOf({ answers, config, manifests, startWorld }: Ground): Promise<TryWorld> {
  const { openActorsOf } = await import('./rehearsal/open-actors.ts')
  const openActors = openActorsOf(config, manifests)
  return { answers, start: startWorld(), tenant: config.tenant, environment: process.env, openActors }
}

function saveWorldOf(
  { config, platform, store, files, flows, manifests, saving, pools, policies }: Ground,
  incarnations: Incarnations,
  mirror: (key: FlowKey) => void,
): SaveWorld {
  return {
    store,
    flows,
    ...saving,
    pools,
    policies,
    taskFiles: new TaskFiles({ files, cacheDir: join(config.dataDir, 'cache') }),
    tenant: config.tenant,
    nowMs: () => platform.nowMs(),
    firstDateOf: (flow, triggerId) => {
      const nowMs = platform.nowMs()
      const type = flow.triggers.find(({ id }) => id === triggerId)?.type ?? ''
      return manifests.kinds.has(type) ? nowMs : firstDateOf(flow, triggerId, { nowMs, zone: config.zone })
    },
    onChanged: async key => {
      await incarnations.onFlowChanged(key)
      mirror(key)
    },
  }
}
