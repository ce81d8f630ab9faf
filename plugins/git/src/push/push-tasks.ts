import {
  defineTask,
  isMap,
  isStorageUri,
  mapEntries,
  p,
  printValue,
  storeOutputFiles,
  TaskError,
} from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import { auth, branch, commit, connectionProperties, dryRun, submodules } from '../git-properties.ts'
import { listBoards, listFiles, listFlows, readFile, type HomeFlow } from '../home.ts'
import { inNamespace, isFlowFile, pathOfNamespace } from '../sync/flow-source.ts'
import { writeDiff } from '../sync/write-diff.ts'
import { isNamed, patternsOf } from '../tree-files.ts'
import { pathIn, pushTree, type PushedFile } from './push-tree.ts'

const pushProperties = {
  ...connectionProperties,
  ...submodules,
  ...auth,
  ...branch,
  ...dryRun,
  ...commit,
  delete: p.boolean().dynamic().default(true).title('Delete files of the folder that are not here any more.'),
} as const

const COMMIT_OUTPUTS = [
  { name: 'commitId', type: 'string', description: 'The commit; absent when nothing has changed.' },
  { name: 'commitURL', type: 'string', description: 'Where the host of the repository shows it.' },
] as const
const CHANGES = 'file, additions, deletions, changes.'

const PUSH_FLOWS = 'io.kestra.plugin.git.PushFlows'

export const pushFlows = defineTask({
  type: PUSH_FLOWS,
  title: 'Commit flows of a namespace to a repository.',
  description:
    'Each flow is a file `<id>.yml` of `gitDirectory`, those of namespaces below in folders of their own. A branch that is not there is made. Without a change there is no commit.',
  properties: {
    ...pushProperties,
    gitDirectory: p.string().dynamic().default('_flows').group('main').title('The folder of the repository.'),
    sourceNamespace: p
      .string()
      .dynamic()
      .default('{{ flow.namespace }}')
      .group('main')
      .title('The namespace of the flows.'),
    targetNamespace: p.string().dynamic().title('The namespace that the files shall name; the own one without it.'),
    flows: p.any().dynamic().group('main').title('Only flows whose id matches: a pattern or a list of them.'),
    includeChildNamespaces: p.boolean().dynamic().default(false).title('Also of the namespaces below.'),
  },
  outputs: [...COMMIT_OUTPUTS, { name: 'flows', type: 'uri', description: `What changed: ${CHANGES}` }],
  examples: [
    {
      title: 'Keep the flows of a namespace in a branch.',
      full: true,
      code: pushExample(PUSH_FLOWS, 'sourceNamespace: company.team\n    includeChildNamespaces: true'),
    },
  ],
  async run(ctx, props) {
    const namespace = await props.sourceNamespace.render()
    const target = (await props.targetNamespace.render()) ?? namespace
    const gitDirectory = await props.gitDirectory.render()
    const patterns = patternsOf(await props.flows.render())
    const withChildren = await props.includeChildNamespaces.render()
    const isDeleting = await props.delete.render()
    const { rows, ...pushed } = await pushTree(
      ctx,
      props,
      async () => {
        const flows = await listFlows(ctx, { namespace, includeChildNamespaces: withChildren })
        const named = flows.filter(({ id }) => isNamed(id, patterns) || isNamed(`${id}.yml`, patterns))
        const nameOf = ({ namespace: of, id }: HomeFlow): string => `${pathOfNamespace(of, namespace)}${id}.yml`
        const files = named.map((flow): PushedFile => {
          const { namespace: of, source } = flow
          const renamed = target === namespace ? source : inNamespace(source, `${target}${of.slice(namespace.length)}`)
          return { path: pathIn(gitDirectory, nameOf(flow)), content: renamed }
        })
        const there = new Set(flows.map(nameOf))
        const isGone = (path: string): boolean =>
          isFlowFile(path) && (withChildren || !path.includes('/')) && !there.has(path)
        return isDeleting ? { files, deletes: { folder: gitDirectory, isGone } } : { files }
      },
      `Update flows of ${namespace}`,
    )
    return { ...pushed, flows: await writeDiff(ctx, rows) }
  },
})

const PUSH_FILES = 'io.kestra.plugin.git.PushNamespaceFiles'

export const pushNamespaceFiles = defineTask({
  type: PUSH_FILES,
  title: 'Commit files of a namespace to a repository.',
  properties: {
    ...pushProperties,
    namespace: p.string().dynamic().default('{{ flow.namespace }}').group('main').title('The namespace.'),
    gitDirectory: p.string().dynamic().default('_files').group('main').title('The folder of the repository.'),
    files: p.any().dynamic().group('main').title('Only files whose path matches: a pattern or a list of them.'),
    errorOnMissing: p.boolean().dynamic().default(false).title('Fail when no file matches.'),
  },
  outputs: [...COMMIT_OUTPUTS, { name: 'files', type: 'uri', description: `What changed: ${CHANGES}` }],
  examples: [
    {
      title: 'Keep the scripts of a namespace in a branch.',
      full: true,
      code: pushExample(PUSH_FILES, 'namespace: company.team\n    files: "*.py"'),
    },
  ],
  async run(ctx, props) {
    const namespace = await props.namespace.render()
    const gitDirectory = await props.gitDirectory.render()
    const patterns = patternsOf(await props.files.render())
    const isDeleting = await props.delete.render()
    const { rows, ...pushed } = await pushTree(
      ctx,
      props,
      async () => {
        const all = await listFiles(ctx, namespace)
        const found = [...all].filter(([path]) => isNamed(path, patterns))
        if (found.length === 0 && (await props.errorOnMissing.render()))
          throw new TaskError(`the namespace "${namespace}" has no file that matches`)
        const files: PushedFile[] = []
        for (const [path, uri] of found)
          files.push({ path: pathIn(gitDirectory, path), content: await readFile(ctx, uri) })
        const isGone = (path: string): boolean => !all.has(path)
        return isDeleting ? { files, deletes: { folder: gitDirectory, isGone } } : { files }
      },
      `Update files of ${namespace}`,
    )
    return { ...pushed, files: await writeDiff(ctx, rows) }
  },
})

const PUSH_BOARDS = 'io.kestra.plugin.git.PushDashboards'

export const pushDashboards = defineTask({
  type: PUSH_BOARDS,
  title: 'Commit dashboards to a repository.',
  properties: {
    ...pushProperties,
    gitDirectory: p.string().dynamic().default('_dashboards').group('main').title('The folder of the repository.'),
    dashboards: p.any().dynamic().group('main').title('Only those whose id matches: a pattern or a list of them.'),
  },
  outputs: [...COMMIT_OUTPUTS, { name: 'dashboards', type: 'uri', description: `What changed: ${CHANGES}` }],
  examples: [
    { title: 'Keep all dashboards in a branch.', full: true, code: pushExample(PUSH_BOARDS, 'gitDirectory: boards') },
  ],
  async run(ctx, props) {
    const gitDirectory = await props.gitDirectory.render()
    const patterns = patternsOf(await props.dashboards.render())
    const isDeleting = await props.delete.render()
    const { rows, ...pushed } = await pushTree(
      ctx,
      props,
      async () => {
        const boards = await listBoards(ctx)
        const files = boards
          .filter(({ id }) => isNamed(id, patterns))
          .map(({ id, source }) => ({ path: pathIn(gitDirectory, `${id}.yml`), content: source }))
        const there = new Set(boards.map(({ id }) => `${id}.yml`))
        const isGone = (path: string): boolean => isFlowFile(path) && !there.has(path)
        return isDeleting ? { files, deletes: { folder: gitDirectory, isGone } } : { files }
      },
      'Update dashboards',
    )
    return { ...pushed, dashboards: await writeDiff(ctx, rows) }
  },
})

const REPORT = `  - id: report
    type: io.kestra.plugin.core.storage.Write
    content: "a,b"

`

const PUSH_EXECUTION = 'io.kestra.plugin.git.PushExecutionFiles'

export const pushExecutionFiles = defineTask({
  type: PUSH_EXECUTION,
  title: 'Commit files of an execution to a repository.',
  properties: {
    ...pushProperties,
    gitDirectory: p.string().dynamic().default('_outputs').group('main').title('The folder of the repository.'),
    files: p.any().group('main').title('Patterns of files in the working directory.'),
    filesMap: p.any().group('main').title('Stored files: a map from the path in the repository to the URI.'),
    errorOnMissing: p.boolean().dynamic().default(false).title('Fail when there is no such file.'),
  },
  outputs: [...COMMIT_OUTPUTS, { name: 'files', type: 'uri', description: `What changed: ${CHANGES}` }],
  examples: [
    {
      title: 'Keep a report in a branch.',
      full: true,
      code: pushExample(PUSH_EXECUTION, 'filesMap:\n      report.csv: "{{ outputs.report.uri }}"', REPORT),
    },
  ],
  async run(ctx, props) {
    const gitDirectory = await props.gitDirectory.render()
    const rendered = async (value: Value | undefined): Promise<Value | undefined> =>
      value === undefined ? undefined : await ctx.renderDeep(value)
    const patterns = patternsOf(await rendered(await props.files.render()))
    const stored = patterns === undefined ? {} : await storeOutputFiles(ctx, patterns)
    const named = filesOf(await rendered(await props.filesMap.render()))
    const isDeleting = await props.delete.render()
    const found = [...Object.entries(stored), ...named]
    if (found.length === 0 && (await props.errorOnMissing.render())) throw new TaskError('there is no file to push')
    const { rows, ...pushed } = await pushTree(
      ctx,
      props,
      async () => {
        const files: PushedFile[] = []
        for (const [path, source] of found)
          files.push({ path: pathIn(gitDirectory, path), content: await contentOf(ctx, source) })
        const there = new Set(found.map(([path]) => path))
        const isGone = (path: string): boolean => !there.has(path)
        return isDeleting ? { files, deletes: { folder: gitDirectory, isGone } } : { files }
      },
      `Update files of ${ctx.execution.id}`,
    )
    return { ...pushed, files: await writeDiff(ctx, rows) }
  },
})

async function contentOf(ctx: RunContext, source: string): Promise<string | Uint8Array> {
  return isStorageUri(source.trim()) ? await readFile(ctx, source.trim()) : source
}

function filesOf(written: Value | undefined): readonly (readonly [string, string])[] {
  const parsed: Value | undefined = typeof written === 'string' && written.trim() !== '' ? JSON.parse(written) : written
  if (parsed === undefined || parsed === null || parsed === '') return []
  if (typeof parsed !== 'object' || !isMap(parsed))
    throw new TaskError('property "filesMap" must be a map from path to URI')
  return [...mapEntries(parsed)].map(([path, uri]) => [path, printValue(uri)])
}

function pushExample(type: string, lines: string, before = ''): string {
  return `id: push_to_git
namespace: system

tasks:
${before}  - id: push
    type: ${type}
    url: https://github.com/example/flows
    branch: main
    username: git
    password: "{{ secret('GITHUB_ACCESS_TOKEN') }}"
    commitMessage: "Changes of {{ execution.startDate }}"
    ${lines}
`
}
