// What git was before each way had a task of its own; flows still use them.
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyNamespaceFiles, defineTask, p, TaskError, writeInputFiles } from '@batuta/plugin-sdk'
import { auth, connectionProperties, submodules } from './git-properties.ts'
import { listFlows, saveFlow } from './home.ts'
import { pathIn, pushTree, type PushedFile } from './push/push-tree.ts'
import { isFlowFile, pathOfNamespace } from './sync/flow-source.ts'
import { syncFilesInto } from './sync/sync-files-into.ts'
import { folderOf, isNamed, listTree } from './tree-files.ts'
import { withTree } from './with-tree.ts'

const FLOWS = '_flows'
const SYNC = 'io.kestra.plugin.git.Sync'
const PUSH = 'io.kestra.plugin.git.Push'

export const sync = defineTask({
  type: SYNC,
  deprecated: 'Use SyncFlows and SyncNamespaceFiles.',
  title: 'Make flows and files of the own namespace out of those of a repository.',
  description: 'What lies in `_flows` becomes flows, of the namespaces that they name; everything else becomes files.',
  properties: {
    ...connectionProperties,
    ...submodules,
    ...auth,
    gitDirectory: p.string().dynamic().title('The folder of the repository; its root without it.'),
    namespaceFilesDirectory: p.string().dynamic().title('The folder of the namespace; its root without it.'),
    branch: p.string().dynamic().group('main').title('The branch; main without it.'),
    dryRun: p.boolean().dynamic().title('Only tell what would change.'),
  },
  examples: [{ title: 'From the branch main.', full: true, code: example(SYNC, 'branch: main') }],
  run: (ctx, props) =>
    withTree(ctx, props, async ({ tree }) => {
      const gitDirectory = (await props.gitDirectory.render()) ?? ''
      const isDryRun = (await props.dryRun.render()) === true
      const folder = folderOf(tree, gitDirectory)
      const paths = await listTree(tree, gitDirectory)
      if (paths === undefined) throw new TaskError(`the repository has no folder "${gitDirectory}"`)
      const flows = paths.filter(path => path.startsWith(`${FLOWS}/`) && isFlowFile(path))
      for (const path of flows) {
        const { state, namespace, id } = await saveFlow(ctx, await readFile(join(folder, path), 'utf8'), isDryRun)
        ctx.logger.info(`${state}: the flow ${namespace}.${id}`)
      }
      const rows = await syncFilesInto(ctx, {
        ...{ folder, gitDirectory, namespace: ctx.flow.namespace, isDryRun, onMissing: 'KEEP' },
        paths: paths.filter(path => !path.startsWith(`${FLOWS}/`)),
        target: ((await props.namespaceFilesDirectory.render()) ?? '').replace(/^\/+|\/+$/g, ''),
      })
      for (const { syncState, kestraPath } of rows) ctx.logger.info(`${syncState}: the file ${kestraPath}`)
    }),
})

const namespaceFiles = p.object({
  enabled: p.boolean().dynamic().default(true),
  include: p.list(p.string()).dynamic().default([]),
  exclude: p.list(p.string()).dynamic().default([]),
  namespaces: p.list(p.string()).dynamic(),
  folderPerNamespace: p.boolean().dynamic().default(false),
  ifExists: p.enum('OVERWRITE', 'FAIL', 'WARN', 'IGNORE').dynamic().default('OVERWRITE'),
})

export const push = defineTask({
  type: PUSH,
  deprecated: 'Use PushFlows, PushNamespaceFiles and PushExecutionFiles.',
  title: 'Commit flows of the own namespace and files to a repository.',
  properties: {
    ...connectionProperties,
    ...submodules,
    ...auth,
    directory: p.string().dynamic().title('A folder of the working directory that is pushed as well.'),
    branch: p.string().dynamic().required().group('main').title('The branch; one that is not there is made.'),
    commitMessage: p.string().dynamic().required().group('main').title('The message of the commit.'),
    namespaceFiles: namespaceFiles.title('Files of the namespace to push.'),
    flows: p
      .object({
        enabled: p.boolean().dynamic().default(true).title('Whether flows are pushed.'),
        childNamespaces: p.boolean().dynamic().default(true).title('Those of the namespaces below, too.'),
        gitDirectory: p.string().dynamic().default(FLOWS).title('Their folder in the repository.'),
      })
      .default({})
      .title('Which flows to push.'),
    inputFiles: p.any().dynamic().title('Files to push: a map from path to content or URI.'),
    addFilesPattern: p.list(p.string()).dynamic().default(['.']).title('Only files whose path matches.'),
    author: p
      .object({
        name: p.string().dynamic().title('The name of the author.'),
        email: p.string().dynamic().title('The address of the author.'),
      })
      .title('Who makes the commit.'),
  },
  outputs: [{ name: 'commitId', type: 'string', description: 'The commit; absent when nothing has changed.' }],
  examples: [
    {
      title: 'To the branch develop.',
      full: true,
      code: example(PUSH, 'branch: develop\n    commitMessage: "Changes of {{ flow.id }}"'),
    },
  ],
  async run(ctx, props) {
    const patterns = await props.addFilesPattern.render()
    const isAdded = (path: string): boolean => patterns.includes('.') || isNamed(path, patterns)
    const author = await props.author.render()
    const constant = (value: string | undefined) => ({
      isSet: true,
      raw: undefined,
      render: () => Promise.resolve(value),
    })
    const inputFiles = await props.inputFiles.render()
    const files = await props.namespaceFiles.render()
    const directory = await props.directory.render()
    const { enabled, childNamespaces, gitDirectory } = await props.flows.render()
    const { commitId } = await pushTree(
      ctx,
      { ...props, authorName: constant(author?.name), authorEmail: constant(author?.email) },
      async ({ tree }) => {
        const namespace = ctx.flow.namespace
        const flows = enabled ? await listFlows(ctx, { namespace, includeChildNamespaces: childNamespaces }) : []
        const pushed = flows.map(({ namespace: of, id, source }): PushedFile => ({
          path: pathIn(gitDirectory, `${pathOfNamespace(of, namespace)}${id}.yml`),
          content: source,
        }))
        const before = new Set(await listTree(tree, ''))
        if (directory !== undefined) await copyFolder(await ctx.workingDir.resolve(directory), tree.folder)
        const { namespaces, ...rest } = files ?? {
          enabled: false,
          include: [],
          exclude: [],
          namespaces: undefined,
          folderPerNamespace: false,
          ifExists: 'OVERWRITE' as const,
        }
        const inTree = {
          ...ctx,
          workingDir: {
            ...ctx.workingDir,
            path: () => Promise.resolve(tree.folder),
            resolve: (name: string) => Promise.resolve(folderOf(tree, name)),
          },
        }
        await copyNamespaceFiles(inTree, { ...rest, ...(namespaces === undefined ? {} : { namespaces }) })
        if (inputFiles !== undefined) await writeInputFiles(inTree, inputFiles)
        const isGone = (path: string): boolean => !before.has(path) && !isAdded(path)
        return { files: pushed.filter(({ path }) => isAdded(path)), deletes: { folder: '', isGone } }
      },
      '',
    )
    return commitId === undefined ? {} : { commitId }
  },
})

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await cp(from, to, {
    recursive: true,
    filter: source => !/\/\.(?:git|batuta)(?:\/|$)/.test(source.slice(from.length)),
  })
}

function example(type: string, lines: string): string {
  return `id: old_git
namespace: company.team

tasks:
  - id: git
    type: ${type}
    url: https://github.com/example/flows
    username: git
    password: "{{ secret('GITHUB_ACCESS_TOKEN') }}"
    ${lines}
`
}
