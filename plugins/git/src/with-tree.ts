import { TaskError, type LazyProperties, type LazyProperty, type RunContext } from '@batuta/plugin-sdk'
import type { connectionProperties } from './git-properties.ts'
import { openGit, type Git } from './repository/open-git.ts'
import { closeWorkTree, openWorkTree, type WorkTree } from './repository/work-tree.ts'
import { listTree } from './tree-files.ts'

export type TreeProps = LazyProperties<typeof connectionProperties> & {
  readonly branch: LazyProperty<string | undefined>
  readonly cloneSubmodules?: LazyProperty<boolean | undefined>
}

export interface OpenTree {
  readonly git: Git
  readonly tree: WorkTree
  readonly branch: string
}

/** Gives a copy of the branch to read from, and takes it away again. */
export async function withTree<T>(
  ctx: RunContext,
  props: TreeProps,
  use: (opened: OpenTree) => Promise<T>,
  { mayBeNew = false }: { readonly mayBeNew?: boolean } = {},
): Promise<T> {
  const git = await openGit(ctx, props)
  let tree: WorkTree | undefined
  try {
    const branch = (await props.branch.render()) ?? 'main'
    const withSubmodules = (await props.cloneSubmodules?.render()) === true
    tree = await openWorkTree(ctx, git, { branch, withSubmodules, mayBeNew })
    return await use({ git, tree, branch })
  } finally {
    if (tree) await closeWorkTree(tree)
    await git.close()
  }
}

/** Of a folder that must be there, or is as good as empty. */
export async function pathsIn({ git, tree }: OpenTree, name: string, mustBeThere: boolean): Promise<readonly string[]> {
  const paths = await listTree(tree, name)
  if (paths === undefined && mustBeThere)
    throw new TaskError(
      `the repository ${git.url} has no folder "${name}" (with failOnMissingDirectory: false that is no failure)`,
    )
  return paths ?? []
}
