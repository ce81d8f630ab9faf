// Files of executions that are gone: of days that were dropped whole, of births that never came to pass, of a purge that was cut short. Nothing is
// collected unless executions are purged at all.
import { createdMsOf, isId } from '@batuta/core'
import type { FileStore } from '@batuta/plugin-sdk'
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'
import { inSlices, type PacePlatform } from './pace.ts'

const EVERY_MS = 3_600_000
/** Files are there before their execution is born. */
const YOUNG_MS = 86_400_000
/** Folders looked at in a slice. */
const SLICE = 50
const FOLDER = /^(kestra:\/\/\/(?:[^/_][^/]*\/)+executions\/([^/]+))\//

export interface CollectFilesOptions {
  readonly store: Store
  readonly files: FileStore
  readonly platform: PacePlatform
  /** Among several nodes one does it. */
  isInCharge(): boolean
  tell(message: string): void
}

export function collectFiles(options: CollectFilesOptions): Round {
  const { files, platform, isInCharge, tell } = options
  const run = async (signal?: AbortSignal): Promise<void> => {
    if (!isInCharge()) return
    const folders = foldersIn(files)
    let count = 0
    await inSlices(platform, signal, async () => {
      for (let looked = 0; looked < SLICE; looked++) {
        const next = await folders.next()
        if (next.done) return 'done'
        if (!(await isOrphan(next.value.id, options))) continue
        await files.deleteFolder(next.value.uri)
        count++
      }
      return 'more'
    })
    if (count > 0) tell(`the files of ${count} executions that are gone were deleted`)
  }
  return { name: 'collect files', everyMs: EVERY_MS, canWait: true, run }
}

interface ExecutionFolder {
  readonly uri: string
  readonly id: string
}

async function* foldersIn(files: FileStore): AsyncGenerator<ExecutionFolder, undefined> {
  let last = ''
  for await (const { uri } of files.list('kestra:///')) {
    const [, folder = '', id = ''] = FOLDER.exec(uri) ?? []
    if (folder === last || !isId(id)) continue
    last = folder
    yield { uri: folder, id }
  }
}

async function isOrphan(id: string, { store, platform }: CollectFilesOptions): Promise<boolean> {
  if (createdMsOf(id) > platform.nowMs() - YOUNG_MS) return false
  return (await store.read.findExecution(id)) === undefined
}
