// Files of this server become a commit of a branch. Whoever pushed meanwhile is followed: the commit is made anew on top of theirs.
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf, TaskError, type LazyProperty, type RunContext } from '@batuta/plugin-sdk'
import type { Git } from '../repository/open-git.ts'
import { folderOf, listTree } from '../tree-files.ts'
import { withTree, type OpenTree, type TreeProps } from '../with-tree.ts'

export interface PushedFile {
  /** From the root of the repository. */
  readonly path: string
  readonly content: string | Uint8Array
}

export interface Pushing {
  readonly files: readonly PushedFile[]
  /** Which files of a folder are deleted; none without it. */
  readonly deletes?: {
    readonly folder: string
    /** Of a path below the folder. */
    readonly isGone: (path: string) => boolean
  }
}

export interface CommitProps {
  readonly commitMessage: LazyProperty<string | undefined>
  readonly authorName: LazyProperty<string | undefined>
  readonly authorEmail: LazyProperty<string | undefined>
  readonly dryRun?: LazyProperty<boolean | undefined>
}

export interface Pushed {
  /** Absent when there was nothing to push. */
  readonly commitId?: string
  readonly commitURL?: string
  readonly rows: readonly PushedRow[]
}

interface PushedRow {
  readonly file: string
  readonly additions: string
  readonly deletions: string
  readonly changes: string
}

const TRIES_MAX = 3
const SOMEBODY_WAS_FASTER = /rejected|fetch first|non-fast-forward|cannot lock ref|failed to update ref/i

export async function pushTree(
  ctx: RunContext,
  props: TreeProps & CommitProps,
  fill: (opened: OpenTree) => Promise<Pushing>,
  fallbackMessage: string,
): Promise<Pushed> {
  for (let tries = 1; ; tries++) {
    try {
      return await withTree(ctx, props, opened => commitAndPush(ctx, props, { opened, fill, fallbackMessage }), {
        mayBeNew: true,
      })
    } catch (error) {
      if (tries === TRIES_MAX || !(error instanceof TaskError) || !SOMEBODY_WAS_FASTER.test(error.message)) throw error
      ctx.logger.info(`somebody else pushed meanwhile: once more (${messageOf(error)})`)
    }
  }
}

interface Push {
  readonly opened: OpenTree
  fill(opened: OpenTree): Promise<Pushing>
  readonly fallbackMessage: string
}

async function commitAndPush(
  ctx: RunContext,
  props: CommitProps,
  { opened, fill, fallbackMessage }: Push,
): Promise<Pushed> {
  const { git, tree, branch } = opened
  await writeTree(opened, await fill(opened))
  const { folder } = tree
  await git.run(folder, 'add', '--all', '--force')
  const rows = rowsOf(await git.run(folder, 'diff', '--cached', '--numstat', '--no-renames', '-z'))
  if ((await props.dryRun?.render()) === true) {
    ctx.logger.info(`${rows.length} files would change`)
    return { rows }
  }
  if (rows.length === 0) {
    ctx.logger.info('nothing has changed: there is nothing to push')
    return { rows }
  }
  const message = (await props.commitMessage.render()) ?? fallbackMessage
  const name = (await props.authorName.render()) ?? 'Batuta'
  const email = (await props.authorEmail.render()) ?? 'batuta@localhost'
  const author = ['-c', `user.name=${name}`, '-c', `user.email=${email}`]
  await git.feed(folder, message, ...author, 'commit', '--quiet', '--no-verify', '--allow-empty-message', '--file=-')
  await git.run(folder, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`)
  const commitId = (await git.run(folder, 'rev-parse', 'HEAD')).trim()
  ctx.logger.info(`pushed ${rows.length} files to ${branch} as ${commitId}`)
  const commitURL = commitUrl(git, commitId)
  return { commitId, ...(commitURL === undefined ? {} : { commitURL }), rows }
}

async function writeTree({ tree }: OpenTree, { files, deletes }: Pushing): Promise<void> {
  if (deletes !== undefined) {
    const { folder, isGone } = deletes
    for (const path of (await listTree(tree, folder)) ?? [])
      if (isGone(path)) await rm(folderOf(tree, pathIn(folder, path)))
  }
  for (const { path, content } of files) {
    const target = folderOf(tree, path)
    if (!existsSync(dirname(target))) await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
  }
}

/** `additions TAB deletions TAB path`, parted by zeros; binary files have dashes. */
function rowsOf(text: string): readonly PushedRow[] {
  return text
    .split('\0')
    .filter(line => line !== '')
    .map(line => {
      const [added = '0', deleted = '0', ...path] = line.split('\t')
      const changes = (Number(added) || 0) + (Number(deleted) || 0)
      return { file: path.join('\t'), additions: `+${added}`, deletions: `-${deleted}`, changes: String(changes) }
    })
}

/** Where the well-known hosts show a commit. */
function commitUrl({ url }: Git, commitId: string): string | undefined {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(url)
  const page = scp ? `https://${scp[1]}/${scp[2]}` : url.replace(/^ssh:\/\/(?:[^@/]+@)?/, 'https://')
  if (!/^https?:/.test(page)) return undefined
  const base = page.replace(/\/$/, '').replace(/\.git$/, '')
  if (/\/\/[^/]*gitlab/.test(base)) return `${base}/-/commit/${commitId}`
  return /\/\/[^/]*bitbucket/.test(base) ? `${base}/commits/${commitId}` : `${base}/commit/${commitId}`
}

/** A folder and a name as a path of the repository. */
export function pathIn(folder: string, name: string): string {
  return join('/', folder, name).slice(1)
}
