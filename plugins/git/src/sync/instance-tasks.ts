import { defineTask, p } from '@batuta/plugin-sdk'
import { auth, commit, connectionProperties, dryRun, submodules, tokenAuth } from '../git-properties.ts'
import { syncInstance } from './sync-instance.ts'

const instanceProperties = {
  ...connectionProperties,
  ...submodules,
  ...dryRun,
  ...commit,
  branch: p.string().dynamic().required().group('main').title('The branch; one that is not there is made.'),
  gitDirectory: p.string().dynamic().group('main').title('The folder of the repository; its root without it.'),
  sourceOfTruth: p
    .enum('GIT', 'KESTRA')
    .dynamic()
    .default('KESTRA')
    .group('main')
    .title('What the other side is made like.'),
  whenMissingInSource: p
    .enum('DELETE', 'KEEP', 'FAIL')
    .dynamic()
    .default('DELETE')
    .title('What happens to what only the other side has.'),
  protectedNamespaces: p
    .list(p.string())
    .dynamic()
    .default(['system'])
    .title('Namespaces of which nothing is deleted.'),
  onInvalidSyntax: p
    .enum('SKIP', 'WARN', 'FAIL')
    .dynamic()
    .default('FAIL')
    .title('What happens to files that are no valid flows.'),
} as const

const OUTPUTS = [
  { name: 'diff', type: 'uri', description: 'What changed, a row each.' },
  { name: 'commitId', type: 'string', description: 'The commit, where one was made.' },
  { name: 'commitURL', type: 'string', description: 'Where the host of the repository shows it.' },
] as const

const LAYOUT =
  'In the folder every namespace has one of its own, with `flows` and `files` in it; dashboards lie in `_global/dashboards`.'

const NAMESPACE = 'io.kestra.plugin.git.NamespaceSync'

export const namespaceSync = defineTask({
  type: NAMESPACE,
  title: 'Make a namespace and a folder of a repository alike.',
  description: LAYOUT,
  properties: {
    ...instanceProperties,
    ...auth,
    namespace: p.string().dynamic().required().group('main').title('The namespace.'),
  },
  outputs: OUTPUTS,
  examples: [
    {
      title: 'What is here is kept in a branch.',
      full: true,
      code: example(NAMESPACE, 'namespace: company.team\n    branch: main'),
    },
  ],
  run: async (ctx, props) => await syncInstance(ctx, props, await props.namespace.render()),
})

const TENANT = 'io.kestra.plugin.git.TenantSync'

export const tenantSync = defineTask({
  type: TENANT,
  title: 'Make all namespaces and a repository alike.',
  description: LAYOUT,
  properties: { ...instanceProperties, ...tokenAuth },
  outputs: OUTPUTS,
  examples: [
    {
      title: 'What is in the branch comes here.',
      full: true,
      code: example(TENANT, 'branch: main\n    sourceOfTruth: GIT\n    auth:\n      auto: true'),
    },
  ],
  run: async (ctx, props) => await syncInstance(ctx, props),
})

function example(type: string, lines: string): string {
  return `id: sync_all
namespace: system

tasks:
  - id: sync
    type: ${type}
    url: https://github.com/example/flows
    username: git
    password: "{{ secret('GITHUB_ACCESS_TOKEN') }}"
    ${lines}
`
}
