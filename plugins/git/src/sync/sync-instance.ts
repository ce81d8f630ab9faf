// A namespace, or all of them, and a folder of a repository are made alike, in the one way or the other. In the folder every namespace has one of its
// own, with `flows` and `files` in it; boards, which belong to nobody, lie in `_global/dashboards`.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TaskError, type LazyProperty, type RunContext } from '@batuta/plugin-sdk'
import { deleteBoard, listBoards, listFiles, listFlows, readFile as readStored, saveBoard } from '../home.ts'
import { pathIn, pushTree, type CommitProps, type PushedFile, type Pushing } from '../push/push-tree.ts'
import { folderOf, listTree } from '../tree-files.ts'
import { withTree, type OpenTree, type TreeProps } from '../with-tree.ts'
import { syncFilesInto } from './sync-files-into.ts'
import { syncFlowsInto } from './sync-flows-into.ts'
import { writeDiff } from './write-diff.ts'

const BOARDS = '_global/dashboards'

export type InstanceProps = TreeProps &
  CommitProps & {
    readonly gitDirectory: LazyProperty<string | undefined>
    readonly sourceOfTruth: LazyProperty<'GIT' | 'KESTRA'>
    readonly whenMissingInSource: LazyProperty<'DELETE' | 'KEEP' | 'FAIL'>
    readonly protectedNamespaces: LazyProperty<readonly string[]>
    readonly dryRun: LazyProperty<boolean>
    readonly onInvalidSyntax: LazyProperty<'SKIP' | 'WARN' | 'FAIL'>
  }

export interface Synced extends Readonly<Record<string, unknown>> {
  readonly diff: string
  readonly commitId?: string
  readonly commitURL?: string
}

interface Wish {
  readonly gitDirectory: string
  /** All of them without it. */
  readonly namespace: string | undefined
  readonly isDryRun: boolean
  readonly onMissing: 'DELETE' | 'KEEP' | 'FAIL'
  readonly onInvalid: 'SKIP' | 'WARN' | 'FAIL'
  readonly protectedOnes: ReadonlySet<string>
}

export async function syncInstance(ctx: RunContext, props: InstanceProps, namespace?: string): Promise<Synced> {
  const wish: Wish = {
    gitDirectory: (await props.gitDirectory.render()) ?? '',
    namespace,
    isDryRun: (await props.dryRun.render()) === true,
    onMissing: await props.whenMissingInSource.render(),
    onInvalid: await props.onInvalidSyntax.render(),
    protectedOnes: new Set(await props.protectedNamespaces.render()),
  }
  if ((await props.sourceOfTruth.render()) === 'GIT') {
    const rows = await withTree(ctx, props, opened => pull(ctx, opened, wish))
    return { diff: await writeDiff(ctx, rows) }
  }
  const what = namespace ?? 'all namespaces'
  const { rows, ...pushed } = await pushTree(ctx, props, opened => gather(ctx, opened, wish), `Update ${what}`)
  return { ...pushed, diff: await writeDiff(ctx, rows) }
}

async function gather(ctx: RunContext, { git, tree }: OpenTree, wish: Wish): Promise<Pushing> {
  const { gitDirectory, namespace, onMissing } = wish
  const files: PushedFile[] = []
  const namespaces = new Set(namespace === undefined ? [ctx.flow.namespace] : [namespace])
  for (const { namespace: of, id, source } of await listFlows(ctx, namespace === undefined ? {} : { namespace })) {
    namespaces.add(of)
    files.push({ path: `${of}/flows/${id}.yml`, content: source })
  }
  for (const of of namespaces)
    for (const [path, uri] of await listFiles(ctx, of))
      files.push({ path: `${of}/files/${path}`, content: await readStored(ctx, uri) })
  if (namespace === undefined)
    for (const { id, source } of await listBoards(ctx)) files.push({ path: `${BOARDS}/${id}.yml`, content: source })
  const there = new Set(files.map(({ path }) => path))
  const isGone = (path: string): boolean =>
    (namespace === undefined ? isOfInstance(path) : isOfInstance(path) && path.startsWith(`${namespace}/`)) &&
    !there.has(path)
  const placed = files.map(({ path, content }) => ({ path: pathIn(gitDirectory, path), content }))
  if (onMissing === 'KEEP') return { files: placed }
  const gone = ((await listTree(tree, gitDirectory)) ?? []).filter(isGone)
  if (onMissing === 'FAIL' && gone.length > 0)
    throw new TaskError(`${gone.join(', ')} of ${git.url} is not on this server`)
  const isFree = (path: string): boolean => isGone(path) && !wish.protectedOnes.has(path.split('/')[0] ?? '')
  return { files: placed, deletes: { folder: gitDirectory, isGone: isFree } }
}

function isOfInstance(path: string): boolean {
  return /^[^/]+\/(?:flows|files)\//.test(path) || path.startsWith(`${BOARDS}/`)
}

async function pull(ctx: RunContext, { tree }: OpenTree, wish: Wish): Promise<readonly object[]> {
  const { gitDirectory, namespace, isDryRun, onInvalid } = wish
  const paths = (await listTree(tree, gitDirectory)) ?? []
  const named = new Set(
    paths.filter(path => /^[^/_][^/]*\/(?:flows|files)\//.test(path)).map(path => path.split('/')[0] ?? ''),
  )
  const there = namespace === undefined ? (await listFlows(ctx, {})).map(flow => flow.namespace) : [namespace]
  const rows: object[] = []
  for (const of of new Set([...there, ...named])) {
    if (namespace !== undefined && of !== namespace) continue
    const onMissing = wish.protectedOnes.has(of) ? 'KEEP' : wish.onMissing
    const below = (kind: string): readonly string[] => {
      const start = `${of}/${kind}/`
      return paths.filter(path => path.startsWith(start)).map(path => path.slice(start.length))
    }
    const place = (kind: string): { folder: string; paths: readonly string[]; gitDirectory: string } => {
      const name = pathIn(gitDirectory, `${of}/${kind}`)
      return { folder: folderOf(tree, name), paths: below(kind), gitDirectory: name }
    }
    const common = { namespace: of, isDryRun, onMissing }
    rows.push(...(await syncFlowsInto(ctx, { ...place('flows'), ...common, withChildren: false, onInvalid })))
    rows.push(...(await syncFilesInto(ctx, { ...place('files'), ...common })))
  }
  if (namespace === undefined)
    rows.push(...(await pullBoards(ctx, folderOf(tree, pathIn(gitDirectory, BOARDS)), { paths, wish })))
  return rows
}

async function pullBoards(
  ctx: RunContext,
  folder: string,
  { paths, wish }: { readonly paths: readonly string[]; readonly wish: Wish },
): Promise<readonly object[]> {
  const rows: object[] = []
  const kept = new Set<string>()
  for (const path of paths.filter(one => one.startsWith(`${BOARDS}/`))) {
    const source = await readFile(join(folder, path.slice(BOARDS.length + 1)), 'utf8')
    const { id, state } = await saveBoard(ctx, source, wish.isDryRun)
    kept.add(id)
    rows.push({ gitPath: pathIn(wish.gitDirectory, path), dashboardId: id, syncState: state })
  }
  const gone = (await listBoards(ctx)).filter(({ id }) => !kept.has(id))
  if (wish.onMissing === 'KEEP') return rows
  if (wish.onMissing === 'FAIL' && gone.length > 0)
    throw new TaskError(`the repository has no dashboard ${gone.map(({ id }) => id).join(', ')}`)
  for (const { id } of gone) {
    if (!wish.isDryRun) await deleteBoard(ctx, id)
    rows.push({ gitPath: null, dashboardId: id, syncState: 'DELETED' })
  }
  return rows
}
