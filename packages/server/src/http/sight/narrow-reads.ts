// The reads of the store as far as they are in sight. A new read does not compile before it is said here what may be seen by it.
import { intersectScopes, type NamespaceScope } from '@batuta/core'
import type { AccessReads, BulkReads, DocumentReads, PolicyRow, Reads } from '../../storage/store.ts'
import type { Sight } from './sight.ts'

export function narrowReads(read: Reads, sight: Sight): Reads {
  return {
    ...openReads(read),
    ...flowReads(read, sight),
    ...executionReads(read, sight),
    ...keyReads(read, sight),
    ...documentReads(read, sight),
    ...accessReads(read, sight),
    listPolicies: async () => (await read.listPolicies()).filter(row => isPolicySeen(row, sight)),
    ...HIDDEN,
  }
}

type OpenReads = Pick<
  Reads,
  | 'findFence'
  | 'measureSpace'
  | 'findOperation'
  | 'listUserSettings'
  | 'findUserSetting'
  | 'findLink'
  | 'countFreeJobs'
  | 'listFreeQueues'
  | 'listLimitKeys'
  | 'listLimitMembers'
> &
  BulkReads

/** Tell nothing of a namespace, or are the caller's own, or are asked by a flow or limit that is seen: their routes look whose they are. */
function openReads(read: Reads): OpenReads {
  const { findFence, measureSpace, findOperation, listUserSettings, findUserSetting, findLink, countFreeJobs } = read
  const { listFreeQueues, listLimitKeys, listLimitMembers, findBulk, listBulks, listOpenBulks, listBulkChunks } = read
  return {
    ...{ findFence, measureSpace, findOperation, listUserSettings, findUserSetting, findLink, countFreeJobs },
    ...{ listFreeQueues, listLimitKeys, listLimitMembers },
    ...{ findBulk, listBulks, listOpenBulks, listBulkChunks },
  }
}

/** What the engine reads, and no route. */
const HIDDEN = {
  listReady: async () => [],
  listTimers: async () => [],
  listSignals: async () => [],
  listLostJobs: async () => [],
  listHeldJobs: async () => [],
  listKilledJobs: async () => [],
  listFreePayloads: async () => [],
  listFreeJobs: async () => [],
  // Of the keeping of secrets, which has rooms of its own.
  listDataKeys: async () => [],
  findToken: async () => undefined,
  listTokens: async () => [],
} satisfies Partial<Reads>

/** They bind whoever saves a flow, seen or not; routes about them show those that may be read. */
function isPolicySeen({ namespace }: PolicyRow, { about, scope, sees }: Sight): boolean {
  if (about !== 'POLICY') return true
  return namespace === '' ? scope('POLICY').all : sees('POLICY', namespace)
}

type FlowReads = Pick<
  Reads,
  | 'findFlow'
  | 'listRevisions'
  | 'listFlows'
  | 'listTriggers'
  | 'listDueTriggers'
  | 'listDisabledTriggers'
  | 'listWindows'
  | 'listReasons'
>

function flowReads(read: Reads, sight: Sight): FlowReads {
  const isSeen = ({ namespace }: { readonly namespace: string }): boolean => sight.seesFlow(namespace)
  const hasTriggersSeen = ({ namespace }: { readonly namespace: string }): boolean => sight.sees('TRIGGER', namespace)
  return {
    findFlow: async (key, revision) => (isSeen(key) ? await read.findFlow(key, revision) : undefined),
    listRevisions: async key => (isSeen(key) ? await read.listRevisions(key) : []),
    listFlows: async (after, limit) => (await read.listFlows(after, limit)).filter(isSeen),
    listTriggers: async flow => {
      if (flow && !isSeen(flow) && !hasTriggersSeen(flow)) return []
      const rows = await read.listTriggers(flow)
      // What stands in a flow that is seen is no secret when it is asked for by the flow.
      return flow ? rows : rows.filter(hasTriggersSeen)
    },
    listDueTriggers: async beforeMs => (await read.listDueTriggers(beforeMs)).filter(hasTriggersSeen),
    listDisabledTriggers: async () => (await read.listDisabledTriggers()).filter(hasTriggersSeen),
    listWindows: async flow => (await read.listWindows(flow)).filter(hasTriggersSeen),
    listReasons: async (key, limit) => (hasTriggersSeen(key) ? await read.listReasons(key, limit) : []),
  }
}

type ExecutionReads = Pick<
  Reads,
  | 'findExecution'
  | 'journalOf'
  | 'journalsOf'
  | 'findSnapshot'
  | 'snapshotPartsOf'
  | 'listExecutions'
  | 'latestExecutions'
  | 'latestLogs'
  | 'countExecutions'
  | 'tallyExecutions'
  | 'logsOf'
  | 'logChunks'
  | 'metricsOf'
  | 'metricsAmong'
>

function executionReads(read: Reads, sight: Sight): ExecutionReads {
  const scoped = <Query extends { readonly scope?: NamespaceScope }>(query: Query): Query => ({
    ...query,
    scope: intersectScopes(query.scope ?? { all: true }, sight.scope('EXECUTION')),
  })
  return {
    findExecution: async id => {
      const row = await read.findExecution(id)
      if (!row || !sight.sees('EXECUTION', row.namespace)) return undefined
      sight.note([row])
      return row
    },
    journalOf: async (id, page) => ((await sight.seesExecution(id)) ? await read.journalOf(id, page) : []),
    journalsOf: async ids => {
      const seen = await Promise.all(ids.map(async id => ((await sight.seesExecution(id)) ? [id] : [])))
      return await read.journalsOf(seen.flat())
    },
    findSnapshot: async id => ((await sight.seesExecution(id)) ? await read.findSnapshot(id) : undefined),
    snapshotPartsOf: async (id, turn, page) =>
      (await sight.seesExecution(id)) ? await read.snapshotPartsOf(id, turn, page) : [],
    listExecutions: async query => {
      const rows = await read.listExecutions(scoped(query))
      sight.note(rows)
      return rows
    },
    latestExecutions: async ({ flows, ...query }) => {
      const isSeen = ({ namespace }: { readonly namespace: string }): boolean => sight.sees('EXECUTION', namespace)
      const found = (await read.latestExecutions({ ...query, flows: flows.filter(isSeen) })).values()
      return flows.map(flow => (isSeen(flow) ? (found.next().value ?? []) : []))
    },
    latestLogs: async ({ executionIds, levelMin }) => {
      const seen: string[] = []
      for (const id of executionIds) if (await sight.seesExecution(id, 'LOG')) seen.push(id)
      const found = await read.latestLogs({ executionIds: seen, levelMin })
      const lines = new Map(seen.map((id, index) => [id, found[index]]))
      return executionIds.map(id => lines.get(id))
    },
    countExecutions: async query => await read.countExecutions(scoped(query)),
    tallyExecutions: async query => await read.tallyExecutions(scoped(query)),
    logsOf: async query => ((await sight.seesExecution(query.executionId, 'LOG')) ? await read.logsOf(query) : []),
    logChunks: async query =>
      (await sight.seesExecution(query.executionId, 'LOG')) ? await read.logChunks(query) : [],
    metricsAmong: async ids => {
      const seen: string[] = []
      for (const id of ids) if (await sight.seesExecution(id, 'METRIC')) seen.push(id)
      return await read.metricsAmong(seen)
    },
    metricsOf: async id => ((await sight.seesExecution(id, 'METRIC')) ? await read.metricsOf(id) : []),
  }
}

type KeyReads = Pick<
  Reads,
  'findKey' | 'listKeys' | 'listKeyNamespaces' | 'listKeyVersions' | 'findSecret' | 'listSecrets' | 'listNamespaces'
>

function keyReads(read: Reads, sight: Sight): KeyReads {
  const hasKeysSeen = (namespace: string): boolean => sight.sees('KVSTORE', namespace)
  const hasSecretsSeen = (namespace: string): boolean => sight.sees('SECRET', namespace)
  return {
    findKey: async (tenant, namespace, key) =>
      hasKeysSeen(namespace) ? await read.findKey(tenant, namespace, key) : undefined,
    listKeys: async (tenant, namespace) => (hasKeysSeen(namespace) ? await read.listKeys(tenant, namespace) : []),
    listKeyNamespaces: async tenant =>
      (await read.listKeyNamespaces(tenant)).filter(
        namespace => hasKeysSeen(namespace) || sight.sees('NAMESPACE', namespace),
      ),
    listKeyVersions: async key => (hasKeysSeen(key.namespace) ? await read.listKeyVersions(key) : []),
    findSecret: async (tenant, namespace, key) =>
      hasSecretsSeen(namespace) ? await read.findSecret(tenant, namespace, key) : undefined,
    listSecrets: async (tenant, namespace) =>
      (await read.listSecrets(tenant, namespace)).filter(row => hasSecretsSeen(row.namespace)),
    listNamespaces: async tenant =>
      (await read.listNamespaces(tenant)).filter(({ namespace }) => sight.sees('NAMESPACE', namespace)),
  }
}

type OfDocuments = Omit<DocumentReads, 'listUserSettings' | 'findUserSetting' | 'findLink'>

function documentReads(read: Reads, sight: Sight): OfDocuments {
  const isApp = ({ namespace }: { readonly namespace: string }): boolean =>
    sight.sees('APP', namespace) || sight.sees('APPEXECUTION', namespace)
  // A suite that is run does what its flow does.
  const isTest = ({ namespace }: { readonly namespace: string }): boolean =>
    sight.sees('TEST', namespace) && (sight.about !== 'EXECUTION' || sight.isMeant(namespace))
  return {
    findApp: async key => {
      const row = await read.findApp(key)
      return row && isApp(row) ? row : undefined
    },
    listApps: async tenant => (await read.listApps(tenant)).filter(isApp),
    findTestSuite: async key => (isTest(key) ? await read.findTestSuite(key) : undefined),
    listTestSuites: async tenant => (await read.listTestSuites(tenant)).filter(isTest),
    findTestResult: async (tenant, id) => {
      const row = await read.findTestResult(tenant, id)
      return row && isTest(row) ? row : undefined
    },
    listTestResults: async query =>
      await read.listTestResults({
        ...query,
        scope: intersectScopes(query.scope ?? { all: true }, sight.scope('TEST')),
      }),
    countTestResults: async query =>
      await read.countTestResults({
        ...query,
        scope: intersectScopes(query.scope ?? { all: true }, sight.scope('TEST')),
      }),
  }
}

/** Who there is, is asked of the book; what people did, of the audit trail. */
function accessReads(read: Reads, sight: Sight): AccessReads {
  const scope = sight.grants.scope('AUDITLOG', 'READ')
  const narrowed = (asked: NamespaceScope | undefined): NamespaceScope => intersectScopes(asked ?? { all: true }, scope)
  return {
    listAccess: async () => ({ version: 0, floor: 0, rows: [] }),
    listAudit: async query => await read.listAudit({ ...query, scope: narrowed(query.scope) }),
    findAuditEnd: async tenant => (scope.all ? await read.findAuditEnd(tenant) : undefined),
    countAudit: async (filter, limit) => await read.countAudit({ ...filter, scope: narrowed(filter.scope) }, limit),
  }
}
