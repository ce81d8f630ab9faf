// Read top to bottom: in what order a server starts, and how it stops. What exists is in boot-ground.ts, who is given what in boot-rooms.ts,
// and what happens to a node that lost touch with the others in boot-incarnation.ts.
import { createCatalogue } from '@batuta/core'
import { askFor } from './answers/ask.ts'
import { openGround, type Ground } from './boot-ground.ts'
import { Incarnations } from './boot-incarnation.ts'
import type { Config, ServerOptions } from './config/config.ts'
import { firstDateOf } from './engine/schedules.ts'
import { watchFlows } from './flows/flows-dir.ts'
import type { SaveWorld } from './flows/save-flow.ts'
import { startHttp } from './http/server.ts'

export interface RunningServer {
  /** `http://127.0.0.1:PORT`; none without the role `web`. */
  readonly address: string | undefined
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
  const incarnations = new Incarnations(ground)
  await incarnations.start()

  const isWeb = config.roles.includes('web')
  const saveWorld = saveWorldOf(ground, incarnations)
  const http = isWeb ? await openDoor(ground, incarnations, saveWorld) : undefined
  const flowsDir = isWeb ? await watchFlows(config.flowsDir, saveWorld, log) : undefined

  const stop = async (): Promise<void> => {
    flowsDir?.stop()
    await http?.stop()
    await incarnations.stop(config.drainMs)
    await store.close()
    ground.unlock()
  }
  return { address: http?.address, config, stop, cut: () => incarnations.cut() }
}

function openDoor(ground: Ground, incarnations: Incarnations, saveWorld: SaveWorld): ReturnType<typeof startHttp> {
  return startHttp({
    ...ground,
    inbox: incarnations.inbox,
    saveWorld,
    newId: () => ground.newIdOn(incarnations.owned),
    claimsOf: id => incarnations.claimsOf(id),
    isIn: () => incarnations.isIn,
    ask: asker => askFor(ground.answers, asker),
  })
}

function saveWorldOf({ config, platform, store, flows, manifests }: Ground, incarnations: Incarnations): SaveWorld {
  return {
    store,
    flows,
    catalogue: createCatalogue(manifests.types),
    globalDefaults: [],
    tenant: config.tenant,
    nowMs: () => platform.nowMs(),
    firstDateOf: (flow, triggerId) => firstDateOf(flow, triggerId, { nowMs: platform.nowMs(), zone: config.zone }),
    onChanged: key => incarnations.onFlowChanged(key),
  }
}
