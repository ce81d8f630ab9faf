// A working copy of one branch, for tasks that carry flows or files between a repository and this server.
import { mkdir, rm } from 'node:fs/promises'
import { PRIVATE_FOLDER, TaskError, type RunContext } from '@batuta/plugin-sdk'
import type { Git } from './open-git.ts'

export interface WorkTree {
  readonly folder: string
  /** False for a branch that is to be made. */
  readonly exists: boolean
}

export interface WorkTreeOptions {
  readonly branch: string
  readonly withSubmodules: boolean
  /** A branch that is not there begins where the default branch is, or empty. */
  readonly mayBeNew: boolean
}

const NAME = /^(?!-)[^\s~^:?*[\\\0]+$/

/** Of the branch as it is now, without its past. */
export async function openWorkTree(ctx: RunContext, git: Git, options: WorkTreeOptions): Promise<WorkTree> {
  const { branch, withSubmodules, mayBeNew } = options
  checkName('branch', branch)
  const folder = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/tree-${crypto.randomUUID().slice(0, 8)}`)
  await mkdir(folder, { recursive: true })
  await git.run(folder, 'init', '--quiet')
  await git.run(folder, 'remote', 'add', 'origin', git.address())
  const heads = await headsOf(git, folder)
  const exists = heads.branches.has(branch)
  if (!exists && !mayBeNew) throw new TaskError(`the repository ${git.url} has no branch "${branch}"`)
  const start = exists ? branch : heads.defaultBranch
  if (start === undefined) {
    await git.run(folder, 'symbolic-ref', 'HEAD', `refs/heads/${branch}`)
    return { folder, exists }
  }
  const refs = `+refs/heads/${start}:refs/remotes/origin/${start}`
  await git.run(folder, 'fetch', '--quiet', '--depth', '1', '--no-tags', 'origin', refs)
  await git.run(folder, 'checkout', '--quiet', '-B', branch, `refs/remotes/origin/${start}`)
  if (withSubmodules) await updateSubmodules(ctx, git, folder)
  return { folder, exists }
}

export async function closeWorkTree({ folder }: WorkTree): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

export interface Heads {
  readonly branches: ReadonlySet<string>
  readonly defaultBranch: string | undefined
}

export async function headsOf(git: Git, folder: string): Promise<Heads> {
  const text = await git.run(folder, 'ls-remote', '--symref', 'origin', 'HEAD', 'refs/heads/*')
  const branches = [...text.matchAll(/^[0-9a-f]+\trefs\/heads\/(.+)$/gm)].map(match => match[1] ?? '')
  const named = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(text)?.[1]
  return {
    branches: new Set(branches),
    defaultBranch: named !== undefined && branches.includes(named) ? named : branches[0],
  }
}

/** Names come from flows and must not be taken for options. */
export function checkName(property: string, name: string): void {
  if (!NAME.test(name)) throw new TaskError(`property "${property}" must be a name that git takes, not "${name}"`)
}

/** Where they are is said by the repository: nobody judges it, so that it must not matter. */
export async function updateSubmodules(ctx: RunContext, git: Git, folder: string): Promise<void> {
  const { mode, isPrivateOpen, isLoopbackOpen } = ctx.egress.rules
  if (mode !== 'open' || !isPrivateOpen || !isLoopbackOpen)
    throw new TaskError(
      'submodules are not fetched where tasks may not connect to everybody: set cloneSubmodules to false',
    )
  await git.run(folder, 'submodule', '--quiet', 'update', '--init', '--recursive', '--depth', '1')
}
