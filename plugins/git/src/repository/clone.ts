import { mkdir, readdir } from 'node:fs/promises'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineTask, p, PRIVATE_FOLDER, TaskError } from '@batuta/plugin-sdk'
import { auth, connectionProperties, submodules } from '../git-properties.ts'
import { openGit, type Git } from './open-git.ts'
import { checkName, headsOf, updateSubmodules } from './work-tree.ts'

const TYPE = 'io.kestra.plugin.git.Clone'

const EXAMPLE = `id: git_clone
namespace: company.team

tasks:
  - id: wdir
    type: io.kestra.plugin.core.flow.WorkingDirectory
    tasks:
      - id: clone
        type: ${TYPE}
        url: https://github.com/dbt-labs/jaffle-shop
        branch: main
      - id: list
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        commands:
          - ls
`

const PRIVATE_EXAMPLE = `id: git_clone_private
namespace: company.team

tasks:
  - id: clone
    type: ${TYPE}
    url: https://github.com/example/private
    username: git
    password: "{{ secret('GITHUB_ACCESS_TOKEN') }}"
    directory: sources
`

export const clone = defineTask({
  type: TYPE,
  title: 'Clone a repository into the working directory.',
  description:
    'Without `depth` the newest commit is fetched without its past. The clone knows where it came from; credentials are not kept in it.',
  properties: {
    ...connectionProperties,
    ...submodules,
    ...auth,
    directory: p
      .string()
      .dynamic()
      .title('A folder of the working directory; the working directory itself without it.'),
    branch: p.string().dynamic().group('main').title('The branch; the default one without it.'),
    depth: p.integer().dynamic().default(1).title('How many commits of the past; 0 for all.'),
    commit: p.string().dynamic().title('A certain commit, in full.'),
    tag: p.string().dynamic().title('A tag.'),
    cloneAllBranches: p.boolean().dynamic().default(true).title('Fetch the other branches, too.'),
    noTags: p.boolean().dynamic().default(false).title('Fetch no tags.'),
  },
  outputs: [{ name: 'directory', type: 'string', description: 'Where the files are.' }],
  examples: [
    { title: 'Clone a repository and list its files.', full: true, code: EXAMPLE },
    { title: 'Clone with a token.', full: true, code: PRIVATE_EXAMPLE },
  ],
  async run(ctx, props) {
    const directory = await props.directory.render()
    const folder = directory === undefined ? await ctx.workingDir.path() : await ctx.workingDir.resolve(directory)
    await mkdir(folder, { recursive: true })
    if ((await readdir(folder)).includes('.git'))
      throw new TaskError(`the folder "${directory ?? '.'}" is a clone already`)
    const git = await openGit(ctx, props)
    try {
      await git.run(folder, 'init', '--quiet')
      await appendFile(join(folder, '.git', 'info', 'exclude'), `/${PRIVATE_FOLDER}/\n`)
      await git.run(folder, 'remote', 'add', 'origin', git.address())
      const wish = {
        folder,
        branch: await props.branch.render(),
        tag: await props.tag.render(),
        commit: await props.commit.render(),
        depth: await props.depth.render(),
        isWhole: await props.cloneAllBranches.render(),
        noTags: await props.noTags.render(),
      }
      await fetchAll(git, wish)
      await checkOut(git, wish)
      if ((await props.cloneSubmodules.render()) === true) await updateSubmodules(ctx, git, folder)
      const commit = (await git.run(folder, 'rev-parse', 'HEAD')).trim()
      ctx.logger.info(`cloned ${git.url} at ${commit}`)
    } finally {
      await git.close()
    }
    return { directory: folder }
  },
})

interface Wish {
  readonly folder: string
  readonly branch: string | undefined
  readonly tag: string | undefined
  readonly commit: string | undefined
  readonly depth: number
  readonly isWhole: boolean
  readonly noTags: boolean
}

async function fetchAll(git: Git, { folder, branch, tag, commit, depth, isWhole, noTags }: Wish): Promise<void> {
  if (branch !== undefined) checkName('branch', branch)
  if (tag !== undefined) checkName('tag', tag)
  const { branches, defaultBranch } = await headsOf(git, folder)
  if (branch !== undefined && !branches.has(branch))
    throw new TaskError(`the repository ${git.url} has no branch "${branch}"`)
  const wanted = branch ?? defaultBranch
  if (wanted === undefined) throw new TaskError(`the repository ${git.url} is empty`)
  const heads = isWhole ? '+refs/heads/*:refs/remotes/origin/*' : `+refs/heads/${wanted}:refs/remotes/origin/${wanted}`
  // A commit of the past is reached by the past.
  const bounds = depth > 0 && commit === undefined ? ['--depth', String(depth)] : []
  const tags = tag === undefined ? [] : [`+refs/tags/${tag}:refs/tags/${tag}`]
  await git.run(folder, 'fetch', '--quiet', ...bounds, ...(noTags ? ['--no-tags'] : []), 'origin', heads, ...tags)
  if (branches.has(wanted)) await git.run(folder, 'remote', 'set-branches', 'origin', isWhole ? '*' : wanted)
  await git.run(folder, 'symbolic-ref', 'refs/remotes/origin/HEAD', `refs/remotes/origin/${wanted}`)
}

async function checkOut(git: Git, { folder, branch, tag, commit }: Wish): Promise<void> {
  if (commit !== undefined) {
    if (!/^[0-9a-f]{4,64}$/i.test(commit)) throw new TaskError(`property "commit" must be a hash, not "${commit}"`)
    return void (await git.run(folder, 'checkout', '--quiet', '--detach', commit))
  }
  if (tag !== undefined) return void (await git.run(folder, 'checkout', '--quiet', '--detach', `refs/tags/${tag}`))
  const head = (await git.run(folder, 'rev-parse', '--abbrev-ref', 'origin/HEAD')).trim().replace(/^origin\//, '')
  const name = branch ?? head
  await git.run(folder, 'checkout', '--quiet', '-B', name, '--track', `refs/remotes/origin/${name}`)
}
