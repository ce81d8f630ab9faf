import { routes } from '@batuta/api'
import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, apiUrl } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import { showToast } from '../../widgets/toast.tsx'
import { nameOf, outermost, type FileEntry } from './file-tree.ts'
import { t } from './messages.ts'

const UNDO_MS = 30_000
/** More than that is not kept for an undo. */
const KEPT_FILES_MAX = 200
const KEPT_BYTES_MAX = 20 * 2 ** 20
const LOOK_AGAIN_MS = 15_000
const ALL: readonly string[] = ['files']

export interface Folders {
  readonly folders: ReadonlyMap<string, readonly FileEntry[]>
  readonly error: Error | null
  readonly isPending: boolean
  retry(): void
}

/** What is in the root and in the folders that are open. */
export function useFolders(namespace: string, open: ReadonlySet<string>): Folders {
  const paths = ['', ...open]
  const found = useQueries({
    queries: paths.map(path => ({
      queryKey: [...ALL, namespace, 'folder', path],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        api.namespaceFiles.directory({ params: { namespace }, query: { path: path === '' ? '/' : path }, signal }),
      refetchInterval: LOOK_AGAIN_MS,
    })),
  })
  const entries = found.map(({ data }, index) => [paths[index] ?? '', data ?? []] as const)
  return {
    folders: useMemo(() => new Map(entries), [entries]),
    error: found[0]?.error ?? null,
    isPending: found[0]?.isPending ?? true,
    retry: () => void refresh(namespace),
  }
}

export function useFoundFiles(namespace: string, text: string): UseQueryResult<readonly string[]> {
  return useQuery({
    queryKey: [...ALL, namespace, 'search', text],
    queryFn: ({ signal }) => api.namespaceFiles.search({ params: { namespace }, query: { q: text }, signal }),
    enabled: text !== '',
    placeholderData: before => before,
  })
}

export function useContent(namespace: string, path: string, revision?: number): UseQueryResult<ArrayBuffer> {
  return useQuery({
    queryKey: [...ALL, namespace, 'content', path, revision ?? 'newest'],
    queryFn: ({ signal }) =>
      api.namespaceFiles.get({
        params: { namespace },
        query: { path, ...(revision === undefined ? {} : { revision }) },
        signal,
      }),
    // A text that is being edited must not change under the hands.
    staleTime: Infinity,
  })
}

export function useRevisions(
  namespace: string,
  path: string,
): UseQueryResult<readonly { readonly revision: number; readonly updated: string }[]> {
  return useQuery({
    queryKey: [...ALL, namespace, 'revisions', path],
    queryFn: async ({ signal }) =>
      (await api.namespaceFiles.revisions({ params: { namespace }, query: { path }, signal })).toReversed(),
  })
}

export function downloadUrl(namespace: string, path: string): string {
  return apiUrl(routes.namespaceFiles.get, { params: { namespace }, query: { path } })
}

export function exportUrl(namespace: string): string {
  return apiUrl(routes.namespaceFiles.export, { params: { namespace } })
}

export async function writeFile(namespace: string, path: string, content: Blob | string): Promise<void> {
  const form = new FormData()
  form.append('fileContent', typeof content === 'string' ? new Blob([content]) : content, nameOf(path))
  await api.namespaceFiles.put({ params: { namespace }, query: { path }, body: form })
}

/** Saves a text; the undo puts back what was there. */
export async function saveText(
  namespace: string,
  path: string,
  text: string,
  before: ArrayBuffer | undefined,
): Promise<boolean> {
  return await attempt(namespace, async () => {
    await writeFile(namespace, path, text)
    showToast({
      kind: 'success',
      text: t('saved', { name: nameOf(path) }),
      ...(before === undefined
        ? {}
        : { lastsMs: UNDO_MS, action: undo(namespace, () => writeFile(namespace, path, new Blob([before]))) }),
    })
  })
}

export async function makeFolder(namespace: string, path: string): Promise<boolean> {
  return await attempt(namespace, () => api.namespaceFiles.createDirectory({ params: { namespace }, query: { path } }))
}

export interface Move {
  readonly from: string
  readonly to: string
}

export async function moveFiles(namespace: string, moves: readonly Move[]): Promise<boolean> {
  return await attempt(namespace, async () => {
    for (const query of moves) await api.namespaceFiles.move({ params: { namespace }, query: { ...query } })
    const [only] = moves
    showToast({
      kind: 'success',
      text: moves.length === 1 && only ? t('moved', { path: only.to }) : t('movedMany', { count: moves.length }),
      lastsMs: UNDO_MS,
      action: undo(namespace, async () => {
        for (const { from, to } of moves.toReversed())
          await api.namespaceFiles.move({ params: { namespace }, query: { from: to, to: from } })
      }),
    })
  })
}

interface Kept {
  readonly path: string
  readonly content: ArrayBuffer
}

/** Whether they can be put back once they are gone. */
export async function keepable(namespace: string, paths: readonly string[]): Promise<readonly Kept[] | undefined> {
  const all = await api.namespaceFiles.search({ params: { namespace }, query: { q: '' } })
  const files = all.filter(file => paths.some(path => file === path || file.startsWith(`${path}/`)))
  if (files.length > KEPT_FILES_MAX) return undefined
  const kept: Kept[] = []
  let bytes = 0
  for (const path of files) {
    const content = await api.namespaceFiles.get({ params: { namespace }, query: { path } })
    bytes += content.byteLength
    if (bytes > KEPT_BYTES_MAX) return undefined
    kept.push({ path, content })
  }
  return kept
}

export async function deleteFiles(
  namespace: string,
  paths: readonly string[],
  kept: readonly Kept[] | undefined,
): Promise<boolean> {
  const doomed = outermost(paths)
  return await attempt(namespace, async () => {
    for (const path of doomed) await api.namespaceFiles.delete({ params: { namespace }, query: { path } })
    const [only] = doomed
    showToast({
      kind: 'success',
      text:
        doomed.length === 1 && only ? t('deleted', { name: nameOf(only) }) : t('deletedMany', { count: doomed.length }),
      ...(kept === undefined
        ? {}
        : {
            lastsMs: UNDO_MS,
            action: undo(namespace, async () => {
              for (const { path, content } of kept) await writeFile(namespace, path, new Blob([content]))
            }),
          }),
    })
  })
}

export interface Upload {
  readonly path: string
  readonly file: File
}

/** So many at a time; a browser keeps six connections, and the page needs some for itself. */
const TOGETHER = 4

export async function uploadFiles(
  namespace: string,
  uploads: readonly Upload[],
  onProgress: (done: number) => void,
): Promise<boolean> {
  return await attempt(namespace, async () => {
    for (let done = 0; done < uploads.length; done += TOGETHER) {
      onProgress(done)
      await Promise.all(uploads.slice(done, done + TOGETHER).map(({ path, file }) => writeFile(namespace, path, file)))
    }
    showToast({ kind: 'success', text: t('uploaded', { count: uploads.length }) })
  })
}

function undo(namespace: string, run: () => Promise<void>): { readonly title: string; run(): void } {
  return { title: t('undo'), run: () => void attempt(namespace, run) }
}

async function attempt(namespace: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    showToast({ kind: 'error', text: t('notDone'), detail: error instanceof Error ? error.message : String(error) })
    return false
  } finally {
    await refresh(namespace)
  }
}

function refresh(namespace: string): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [...ALL, namespace] })
}
