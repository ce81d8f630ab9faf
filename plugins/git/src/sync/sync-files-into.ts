// Files of a folder of a repository become those of a namespace.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TaskError, type RunContext } from '@batuta/plugin-sdk'
import { deleteFile, listFiles, putFile, readFile as readStored } from '../home.ts'

export interface FileDiff {
  readonly gitPath: string | null
  readonly kestraPath: string
  readonly syncState: 'ADDED' | 'UPDATED' | 'UNCHANGED' | 'DELETED'
}

export interface FileSync {
  readonly folder: string
  readonly paths: readonly string[]
  readonly gitDirectory: string
  readonly namespace: string
  /** Before their paths, in the namespace. */
  readonly target?: string
  readonly isDryRun: boolean
  readonly onMissing: 'DELETE' | 'KEEP' | 'FAIL'
}

export async function syncFilesInto(ctx: RunContext, sync: FileSync): Promise<readonly FileDiff[]> {
  const { folder, paths, gitDirectory, namespace, target = '', isDryRun, onMissing } = sync
  const there = await listFiles(ctx, namespace)
  const rows: FileDiff[] = []
  for (const path of paths) {
    const name = `${target}/${path}`.replace(/^\/+/, '')
    const content = await readFile(join(folder, path))
    const uri = there.get(name)
    const isSame = uri !== undefined && (await readStored(ctx, uri)).equals(content)
    const syncState = uri === undefined ? 'ADDED' : isSame ? 'UNCHANGED' : 'UPDATED'
    if (!isSame && !isDryRun) await putFile(ctx, namespace, name, content)
    rows.push({ gitPath: `${gitDirectory}/${path}`.replace(/^\/+/, ''), kestraPath: `/${name}`, syncState })
  }
  if (onMissing === 'KEEP') return rows
  const kept = new Set(rows.map(({ kestraPath }) => kestraPath.slice(1)))
  const missing = [...there.keys()].filter(
    name => !kept.has(name) && name.startsWith(target === '' ? '' : `${target}/`),
  )
  if (onMissing === 'FAIL' && missing.length > 0)
    throw new TaskError(`the repository has no file ${missing.join(', ')} of the namespace "${namespace}"`)
  for (const name of missing) if (!isDryRun) await deleteFile(ctx, namespace, name)
  return [
    ...rows,
    ...missing.map((name): FileDiff => ({ gitPath: null, kestraPath: `/${name}`, syncState: 'DELETED' })),
  ]
}
