import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineTask, p } from '@batuta/plugin-sdk'
import { auth, branch, connectionProperties, dryRun, submodules, tokenAuth } from '../git-properties.ts'
import { deleteBoard, listBoards, saveBoard, saveFlow } from '../home.ts'
import { folderOf } from '../tree-files.ts'
import { pathsIn, withTree } from '../with-tree.ts'
import { inNamespace, isFlowFile } from './flow-source.ts'
import { syncFilesInto } from './sync-files-into.ts'
import { syncFlowsInto } from './sync-flows-into.ts'
import { writeDiff } from './write-diff.ts'

const syncProperties = {
  ...connectionProperties,
  ...submodules,
  ...auth,
  ...branch,
  ...dryRun,
  failOnMissingDirectory: p
    .boolean()
    .dynamic()
    .default(true)
    .title('Whether a repository without the folder fails the task.'),
} as const

const SYNC_FLOWS = 'io.kestra.plugin.git.SyncFlows'

export const syncFlows = defineTask({
  type: SYNC_FLOWS,
  title: 'Make flows out of the files of a repository.',
  description:
    'Every YAML file of `gitDirectory` becomes a flow of `targetNamespace`, whatever namespace it names; files that `.kestraignore` names are passed over. All are judged before the first is saved. The flow that runs this task is never deleted.',
  properties: {
    ...syncProperties,
    targetNamespace: p.string().dynamic().required().group('main').title('The namespace of the flows.'),
    gitDirectory: p.string().dynamic().default('_flows').group('main').title('The folder of the repository.'),
    includeChildNamespaces: p
      .boolean()
      .dynamic()
      .default(false)
      .title('Take folders as namespaces below: sub/a.yml is of targetNamespace.sub.'),
    delete: p.boolean().dynamic().default(false).title('Delete flows of the namespace that the repository has not.'),
    ignoreInvalidFlows: p.boolean().dynamic().default(false).title('Pass over files that are no valid flows.'),
  },
  outputs: [
    { name: 'flows', type: 'uri', description: 'What changed: gitPath, syncState, flowId, namespace, revision.' },
  ],
  examples: [
    {
      title: 'Every hour, from the branch main.',
      full: true,
      code: syncExample(SYNC_FLOWS, 'targetNamespace: company.team\n    includeChildNamespaces: true'),
    },
  ],
  run: (ctx, props) =>
    withTree(ctx, props, async opened => {
      const gitDirectory = await props.gitDirectory.render()
      const rows = await syncFlowsInto(ctx, {
        folder: folderOf(opened.tree, gitDirectory),
        paths: await pathsIn(opened, gitDirectory, await props.failOnMissingDirectory.render()),
        gitDirectory,
        namespace: await props.targetNamespace.render(),
        withChildren: await props.includeChildNamespaces.render(),
        isDryRun: await props.dryRun.render(),
        onInvalid: (await props.ignoreInvalidFlows.render()) ? 'WARN' : 'FAIL',
        onMissing: (await props.delete.render()) ? 'DELETE' : 'KEEP',
      })
      return { flows: await writeDiff(ctx, rows) }
    }),
})

const SYNC_FLOW = 'io.kestra.plugin.git.SyncFlow'

export const syncFlow = defineTask({
  type: SYNC_FLOW,
  title: 'Make one flow out of a file of a repository.',
  properties: {
    ...connectionProperties,
    ...tokenAuth,
    ...branch,
    ...dryRun,
    targetNamespace: p.string().dynamic().required().group('main').title('The namespace of the flow.'),
    flowPath: p.string().dynamic().required().group('main').title('The file, from the root of the repository.'),
  },
  outputs: [
    { name: 'flowId', type: 'string', description: 'The flow.' },
    { name: 'namespace', type: 'string', description: 'Its namespace.' },
    { name: 'revision', type: 'int', description: 'Its revision.' },
  ],
  examples: [
    {
      title: 'One file.',
      full: true,
      code: syncExample(
        SYNC_FLOW,
        'targetNamespace: company.team\n    flowPath: _flows/load.yml\n    auth:\n      auto: true',
      ),
    },
  ],
  run: (ctx, props) =>
    withTree(ctx, props, async ({ tree }) => {
      const text = await readFile(folderOf(tree, await props.flowPath.render()), 'utf8')
      const source = inNamespace(text, await props.targetNamespace.render())
      const { id, namespace, revision } = await saveFlow(ctx, source, await props.dryRun.render())
      return { flowId: id, namespace, revision }
    }),
})

const SYNC_FILES = 'io.kestra.plugin.git.SyncNamespaceFiles'

export const syncNamespaceFiles = defineTask({
  type: SYNC_FILES,
  title: 'Make files of a namespace out of those of a repository.',
  properties: {
    ...syncProperties,
    namespace: p.string().dynamic().default('{{ flow.namespace }}').group('main').title('The namespace.'),
    gitDirectory: p.string().dynamic().default('_files').group('main').title('The folder of the repository.'),
    delete: p.boolean().dynamic().default(false).title('Delete files of the namespace that the repository has not.'),
  },
  outputs: [{ name: 'files', type: 'uri', description: 'What changed: gitPath, kestraPath, syncState.' }],
  examples: [
    {
      title: 'Every hour, from the branch main.',
      full: true,
      code: syncExample(SYNC_FILES, 'namespace: company.team'),
    },
  ],
  run: (ctx, props) =>
    withTree(ctx, props, async opened => {
      const gitDirectory = await props.gitDirectory.render()
      const rows = await syncFilesInto(ctx, {
        folder: folderOf(opened.tree, gitDirectory),
        paths: await pathsIn(opened, gitDirectory, await props.failOnMissingDirectory.render()),
        gitDirectory,
        namespace: await props.namespace.render(),
        isDryRun: await props.dryRun.render(),
        onMissing: (await props.delete.render()) ? 'DELETE' : 'KEEP',
      })
      return { files: await writeDiff(ctx, rows) }
    }),
})

const SYNC_BOARDS = 'io.kestra.plugin.git.SyncDashboards'

export const syncDashboards = defineTask({
  type: SYNC_BOARDS,
  title: 'Make dashboards out of the files of a repository.',
  properties: {
    ...syncProperties,
    gitDirectory: p.string().dynamic().default('_dashboards').group('main').title('The folder of the repository.'),
    delete: p.boolean().dynamic().default(false).title('Delete dashboards that the repository has not.'),
  },
  outputs: [{ name: 'dashboards', type: 'uri', description: 'What changed: gitPath, syncState, dashboardId.' }],
  examples: [
    { title: 'Every hour, from the branch main.', full: true, code: syncExample(SYNC_BOARDS, 'delete: true') },
  ],
  run: (ctx, props) =>
    withTree(ctx, props, async opened => {
      const gitDirectory = await props.gitDirectory.render()
      const isDryRun = await props.dryRun.render()
      const folder = folderOf(opened.tree, gitDirectory)
      const rows: object[] = []
      const kept = new Set<string>()
      for (const path of await pathsIn(opened, gitDirectory, await props.failOnMissingDirectory.render())) {
        if (!isFlowFile(path)) continue
        const { id, state } = await saveBoard(ctx, await readFile(join(folder, path), 'utf8'), isDryRun)
        kept.add(id)
        rows.push({ gitPath: `${gitDirectory}/${path}`, syncState: state, dashboardId: id })
      }
      if (await props.delete.render())
        for (const { id } of (await listBoards(ctx)).filter(board => !kept.has(board.id))) {
          if (!isDryRun) await deleteBoard(ctx, id)
          rows.push({ gitPath: null, syncState: 'DELETED', dashboardId: id })
        }
      return { dashboards: await writeDiff(ctx, rows) }
    }),
})

function syncExample(type: string, lines: string): string {
  return `id: sync_from_git
namespace: system

tasks:
  - id: sync
    type: ${type}
    url: https://github.com/example/flows
    branch: main
    username: git
    password: "{{ secret('GITHUB_ACCESS_TOKEN') }}"
    ${lines}

triggers:
  - id: hourly
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 * * * *"
`
}
