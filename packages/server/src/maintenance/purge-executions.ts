// Executions that ended longer ago than they are to be kept go, with their journal, logs, metrics, labels and files. Where history is kept by the
// day, whole days are dropped; everything else goes slice by slice, with rests in between, so that nobody feels it.
import type { FileStore } from '@batuta/plugin-sdk'
import type { History } from '../storage/history.ts'
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'
import { inSlices, type PacePlatform } from './pace.ts'

const EVERY_MS = 60_000
const DAY_MS = 86_400_000
const SLICE = 64
/** A day that others hold is tried again so often within one round. */
const BUSY_MAX = 20

export interface PurgeExecutionsOptions {
  readonly store: Store
  readonly files: FileStore
  readonly platform: PacePlatform
  /** How long executions are kept after their end. */
  readonly keptMs: number
  /** Among several nodes one does it. */
  isInCharge(): boolean
  tell(message: string): void
}

export function purgeExecutions(options: PurgeExecutionsOptions): Round {
  const { store, platform, keptMs, isInCharge } = options
  const run = async (signal?: AbortSignal): Promise<void> => {
    if (!isInCharge()) return
    const endedBeforeMs = platform.nowMs() - keptMs
    if (!store.history) return await purgeSlices(options, endedBeforeMs, signal)
    const isThrough = await dropDays(options, { history: store.history, endedBeforeMs }, signal)
    // The day in which the moment lies is dropped when it is over, whole.
    if (isThrough) await purgeSlices(options, Math.floor(endedBeforeMs / DAY_MS) * DAY_MS, signal)
  }
  return { name: 'purge executions', everyMs: EVERY_MS, canWait: true, run }
}

/** False when a day has to wait: its executions are not worth deleting one by one. */
async function dropDays(
  { platform, tell }: PurgeExecutionsOptions,
  { history, endedBeforeMs }: { readonly history: History; readonly endedBeforeMs: number },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let busy = 0
  await inSlices(platform, signal, async () => {
    const result = await history.dropDay(endedBeforeMs)
    switch (result.type) {
      case 'dropped':
        if (result.executions > 0)
          tell(`${result.executions} executions of ${result.day} were purged, ${result.kept} are kept`)
        return 'more'
      case 'too-much-alive':
        return 'more'
      case 'busy':
        return ++busy < BUSY_MAX ? 'more' : 'done'
      case 'none':
        busy = 0
        return 'done'
    }
  })
  return busy === 0
}

async function purgeSlices(
  { store, files, platform, tell }: PurgeExecutionsOptions,
  endedBeforeMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let afterId = ''
  let count = 0
  await inSlices(platform, signal, async () => {
    const purged = await store.perform('purgeExecutions', { endedBeforeMs, afterId, limit: SLICE })
    const folders = purged.executions.map(
      ({ id, namespace, flowId }) => `kestra:///${namespace.replaceAll('.', '/')}/${flowId}/executions/${id}`,
    )
    await Promise.all(folders.map(async folder => await files.deleteFolder(folder)))
    count += purged.executions.length
    afterId = purged.nextAfterId ?? ''
    return purged.nextAfterId === null ? 'done' : 'more'
  })
  if (count > 0) tell(`${count} executions were purged`)
}
