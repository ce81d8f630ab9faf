// Read top to bottom: in what order a server starts, and how it stops. What exists is in boot-ground.ts, who is given what in boot-rooms.ts.
import { askFor } from './answers/ask.ts'
import { openGround } from './boot-ground.ts'
import { openRooms } from './boot-rooms.ts'
import { healthOf, startTelemetry } from './boot-telemetry.ts'
import type { Config, ServerOptions } from './config/config.ts'
import { watchFlows } from './flows/flows-dir.ts'
import { startHttp } from './http/server.ts'

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  readonly config: Config
  /** Where health and metrics are, unless the port is switched off. */
  readonly management: string | undefined
  stop(): Promise<void>
}

/** First what was left by the process before, then time, then the doors to the outside. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const ground = await openGround(options)
  const rooms = openRooms(ground)
  const { inbox, engine, worker, clockwork, maintenance, membership, followers, saveWorld } = rooms
  const { config, store, log } = ground
  const health = healthOf(ground)

  await membership.start()
  await maintenance.start()
  if (config.roles.includes('engine')) await clockwork.start()
  for (const follower of followers) await follower.start()
  const newId = (): string => ground.newIdOn(membership.owned)
  const http = await startHttp({
    ...ground,
    log: log.named('http'),
    health,
    meter: ground.meters.http,
    inbox,
    saveWorld,
    newId,
    claimsOf: id => worker.claimsOf(id),
    ask: asker => askFor(ground.answers, asker),
  })
  const flowsDir = config.roles.includes('web') ? await watchFlows(config.flowsDir, saveWorld, log) : undefined
  const management = await startTelemetry(ground, { rooms, http, health })
  health.phase = 'running'

  const stop = async (): Promise<void> => {
    health.phase = 'draining'
    flowsDir?.stop()
    clockwork.stop()
    maintenance.stop()
    for (const follower of followers) follower.stop()
    await http.stop()
    await worker.close()
    await engine.stop()
    await membership.stop()
    await store.close()
    await management?.stop()
    ground.unlock()
  }
  return { address: http.address, config, management: management?.address, stop }
}
