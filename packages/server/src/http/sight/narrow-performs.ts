// The rare writes, each with what it takes to be allowed. One that no route should make by itself is refused to whoever does not see everything.
import type { Action, Resource } from '@batuta/core'
import type { FlowCatalogue } from '../../flows/flow-catalogue.ts'
import type { FlowKey, Operations, PolicyKey, Store } from '../../storage/store.ts'
import { RequestError } from '../request-error.ts'
import { missing, type Sight } from './sight.ts'

type Judges = { readonly [Name in keyof Operations]: (args: Operations[Name]['args']) => void | Promise<void> }

const WRITE: readonly Action[] = ['CREATE', 'UPDATE']

export function narrowPerform(
  store: Store,
  sight: Sight,
  flows: Pick<FlowCatalogue, 'newest'>,
): Pick<Store, 'perform'> {
  const judges: Judges = {
    ...flowJudges(sight, flows),
    ...namespaceJudges(sight),
    ...executionJudges(sight),
    ...documentJudges(store, sight),
    savePolicy: row => expectPolicy(row, ['CREATE', 'UPDATE'], sight),
    deletePolicy: row => expectPolicy(row, ['DELETE'], sight),
    ...FREE,
    ...REFUSED,
  }
  return {
    perform: async (name, args) => {
      await judges[name](args)
      return await store.perform(name, args)
    },
  }
}

function flowJudges(
  sight: Sight,
  flows: Pick<FlowCatalogue, 'newest'>,
): Pick<
  Judges,
  | 'saveFlow'
  | 'reviseFlow'
  | 'deleteFlow'
  | 'deleteRevisions'
  | 'saveTriggers'
  | 'setTriggerDisabled'
  | 'changeTrigger'
  | 'deleteReasons'
> {
  const save = (key: FlowKey): void => sight.expect('FLOW', [flows.newest(key) ? 'UPDATE' : 'CREATE'], key.namespace)
  return {
    saveFlow: save,
    reviseFlow: save,
    deleteFlow: ({ namespace }) => sight.expect('FLOW', ['DELETE'], namespace),
    deleteRevisions: ({ namespace }) => sight.expect('FLOW', ['DELETE'], namespace),
    saveTriggers: ({ flow }) => sight.expect('FLOW', WRITE, flow.namespace),
    setTriggerDisabled: ({ namespace }) => sight.expect('TRIGGER', ['UPDATE'], namespace),
    changeTrigger: ({ namespace }) => sight.expect('TRIGGER', ['UPDATE'], namespace),
    deleteReasons: ({ namespace }) => sight.expect('LOG', ['DELETE'], namespace),
  }
}

function namespaceJudges(
  sight: Sight,
): Pick<
  Judges,
  'setKey' | 'deleteKey' | 'purgeKeyVersions' | 'saveSecret' | 'deleteSecret' | 'saveNamespace' | 'deleteNamespace'
> {
  const may =
    (resource: Resource, actions: readonly Action[]) =>
    ({ namespace }: { readonly namespace: string }): void =>
      sight.expect(resource, actions, namespace)
  return {
    setKey: may('KVSTORE', WRITE),
    deleteKey: may('KVSTORE', ['DELETE']),
    purgeKeyVersions: may('KVSTORE', ['DELETE']),
    saveSecret: may('SECRET', WRITE),
    deleteSecret: may('SECRET', ['DELETE']),
    saveNamespace: may('NAMESPACE', WRITE),
    deleteNamespace: may('NAMESPACE', ['DELETE']),
  }
}

function executionJudges(sight: Sight): Pick<Judges, 'purgeLogs' | 'purgeMetrics' | 'deleteExecution' | 'saveLink'> {
  return {
    purgeLogs: async ({ executionId }) => await sight.expectExecution(executionId, 'LOG', ['DELETE']),
    purgeMetrics: async ({ executionId }) => await sight.expectExecution(executionId, 'METRIC', ['DELETE']),
    deleteExecution: async ({ id }) => await sight.expectExecution(id, 'EXECUTION', ['DELETE']),
    saveLink: async ({ executionId, appUid }) => {
      if (appUid === '') await sight.expectExecution(executionId, 'EXECUTION', ['UPDATE'])
    },
  }
}

function documentJudges(
  store: Store,
  sight: Sight,
): Pick<Judges, 'saveApp' | 'deleteApp' | 'saveTestSuite' | 'deleteTestSuite' | 'saveTestResult'> {
  return {
    saveApp: async row => {
      const known = await store.read.findApp(row)
      sight.expect('APP', [known ? 'UPDATE' : 'CREATE'], row.namespace)
      // One that moves is taken away from where it was.
      if (known && known.namespace !== row.namespace) sight.expect('APP', ['DELETE'], known.namespace)
    },
    deleteApp: async key => {
      const known = await store.read.findApp(key)
      if (known) sight.expect('APP', ['DELETE'], known.namespace)
    },
    saveTestSuite: ({ namespace }) => sight.expect('TEST', WRITE, namespace),
    deleteTestSuite: ({ namespace }) => sight.expect('TEST', ['DELETE'], namespace),
    saveTestResult: ({ namespace }) => sight.expect('TEST', ['READ'], namespace),
  }
}

/** One of all namespaces is for whoever may say it of all. */
function expectPolicy({ namespace }: PolicyKey, actions: readonly Action[], { grants, expect }: Sight): void {
  if (namespace !== '') return expect('POLICY', actions, namespace)
  if (!actions.some(action => grants.may('POLICY', action))) throw missing('POLICY', actions[0] ?? 'UPDATE')
}

const free = (): void => {}

/** Belong to whoever asks: the route has looked whose they are. */
const FREE = {
  saveUserSetting: free,
  deleteUserSetting: free,
  reviseUserSetting: free,
  claimOperation: free,
  changeOperation: free,
  createBulk: free,
  saveBulk: free,
  claimBulk: free,
  wishBulk: free,
  noteReasons: free,
} satisfies Partial<Judges>

const refuse = (): void => {
  throw new RequestError(403, 'permission-missing', 'This is for the server itself.')
}

const REFUSED = {
  joinNode: refuse,
  claimJobs: refuse,
  appendLogs: refuse,
  purgeExecutions: refuse,
  purgeOperations: refuse,
  purgeBulks: refuse,
  changeAccess: refuse,
  appendAudit: refuse,
  addDataKey: refuse,
  rewrapDataKey: refuse,
  resealSecret: refuse,
  saveTokens: refuse,
  resealToken: refuse,
  purgeTokens: refuse,
  saveSnapshotPart: refuse,
} satisfies Partial<Judges>
