// All that a handler is given, as far as it is in the caller's sight.
import { isMap, mapGet, type Action, type Ask, type Resource } from '@batuta/core'
import type { FlowCatalogue } from '../../flows/flow-catalogue.ts'
import { TriggerRefusal } from '../../flows/trigger-desk.ts'
import type { Inbox, LookAtLive } from '../../inbox/inbox.ts'
import type { FlowKey, TriggerKey } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { narrowFiles } from './narrow-files.ts'
import { narrowPerform } from './narrow-performs.ts'
import { narrowReads } from './narrow-reads.ts'
import { missing, type RouteRight, type Sight } from './sight.ts'

export function narrow(dependencies: HttpDependencies, sight: Sight, right: RouteRight | undefined): HttpDependencies {
  const { store, saveWorld, pools, tallies, look, large, tryFlow } = dependencies
  const narrowedStore = {
    ...store,
    read: narrowReads(store.read, sight),
    ...narrowPerform(store, sight, dependencies.flows),
  }
  const flows = narrowFlows(dependencies.flows, sight)
  return {
    ...dependencies,
    store: narrowedStore,
    flows,
    seesFlow: namespace => sight.seesFlow(namespace),
    saveWorld: { ...saveWorld, store: narrowedStore, flows },
    files: narrowFiles(dependencies.files, sight),
    inbox: narrowInbox(dependencies.inbox, sight, right),
    triggerDesk: narrowDesk(dependencies.triggerDesk, sight),
    namespaces: narrowNamespaces(dependencies.namespaces, sight),
    ask: asker => narrowAsk(dependencies.ask(asker), asker.namespace, { sight, right }),
    ...(tryFlow && {
      tryFlow: async options => {
        sight.expect('EXECUTION', ['CREATE'], options.flow.namespace)
        return await tryFlow(options)
      },
    }),
    ...(pools && { pools: narrowPools(pools, sight) }),
    ...(tallies && { tallies: narrowTallies(tallies, sight) }),
    ...(look && { look: narrowLook(look, sight) }),
    ...(large && { large: narrowLarge(large, dependencies, sight) }),
  }
}

/** Those that are looked up are those behind what is seen; those that are listed are seen themselves. */
function narrowFlows(flows: FlowCatalogue, sight: Sight): FlowCatalogue {
  const isSeen = ({ namespace }: Pick<FlowKey, 'namespace'>): boolean => sight.seesFlow(namespace)
  return {
    ...flows,
    newest: key => (isSeen(key) ? flows.newest(key) : undefined),
    flowOf: key => (isSeen(key) ? flows.flowOf(key) : undefined),
    findPlan: (key, revision) => (isSeen(key) ? flows.findPlan(key, revision) : undefined),
    // Whoever may see an execution sees what it runs.
    loadPlan: async (key, revision) =>
      isSeen(key) || sight.sees('EXECUTION', key.namespace) ? await flows.loadPlan(key, revision) : undefined,
    all: function* () {
      for (const entry of flows.all()) if (isSeen(entry)) yield entry
    },
  }
}

/** What a route may do to executions it says by its own right: a launch of an app is no other start. */
function narrowInbox(inbox: Inbox, sight: Sight, right: RouteRight | undefined): Inbox {
  const isLaunch = right?.resource === 'APPEXECUTION'
  const resource: Resource = isLaunch ? 'APPEXECUTION' : 'EXECUTION'
  const actions: readonly Action[] = right?.resource === resource ? [right.action] : ['UPDATE']
  return {
    submit: async (signal, options) => {
      if (signal.type === 'create') sight.expect(resource, ['CREATE'], signal.birth.namespace)
      else await sight.expectExecution(signal.executionId, resource, actions)
      return await inbox.submit(signal, options)
    },
  }
}

type Desk = HttpDependencies['triggerDesk']

function narrowDesk(desk: Desk, sight: Sight): Desk {
  const change = (key: TriggerKey, action: Action = 'UPDATE'): void => {
    if (!sight.sees('TRIGGER', key.namespace) && !sight.seesFlow(key.namespace))
      throw new TriggerRefusal(
        404,
        `There is no trigger "${key.triggerId}" in the flow "${key.namespace}.${key.flowId}".`,
      )
    sight.expect('TRIGGER', [action], key.namespace)
  }
  return {
    isWebhookOff: key => desk.isWebhookOff(key),
    triggerOf: key => (sight.sees('TRIGGER', key.namespace) ? desk.triggerOf(key) : undefined),
    get: async key => {
      change(key, 'READ')
      return await desk.get(key)
    },
    setDisabled: async (key, isDisabled, wish) => {
      change(key)
      return await desk.setDisabled(key, isDisabled, wish)
    },
    missedBy: async (key, passes) => {
      change(key, 'READ')
      return await desk.missedBy(key, passes)
    },
    unlock: async (key, isLocked) => {
      change(key)
      await desk.unlock(key, isLocked)
    },
    restart: async key => {
      change(key)
      await desk.restart(key)
    },
    forget: async key => {
      change(key, 'DELETE')
      await desk.forget(key)
    },
    createBackfill: async (key, request) => {
      change(key)
      await desk.createBackfill(key, request)
    },
    pauseBackfill: async (key, isPaused) => {
      change(key)
      await desk.pauseBackfill(key, isPaused)
    },
    deleteBackfill: async key => {
      change(key)
      await desk.deleteBackfill(key)
    },
  }
}

type Namespaces = HttpDependencies['namespaces']

function narrowNamespaces(namespaces: Namespaces, sight: Sight): Namespaces {
  const isSeen = (namespace: string): boolean => sight.sees('NAMESPACE', namespace)
  return {
    load: () => namespaces.load(),
    get variables() {
      return new Map([...namespaces.variables].filter(([namespace]) => isSeen(namespace)))
    },
    names: () => namespaces.names().filter(isSeen),
    find: namespace => (isSeen(namespace) ? namespaces.find(namespace) : undefined),
    save: async (namespace, given) => {
      sight.expect('NAMESPACE', ['CREATE', 'UPDATE'], namespace)
      return await namespaces.save(namespace, given)
    },
    delete: async namespace => {
      sight.expect('NAMESPACE', ['DELETE'], namespace)
      return await namespaces.delete(namespace)
    },
  }
}

/** Whoever may not read keys learns none by rendering an expression. What a flow asks when it is started is the flow's own affair. */
function narrowAsk(
  ask: Ask,
  ownNamespace: string,
  { sight, right }: { readonly sight: Sight; readonly right: RouteRight | undefined },
): Ask {
  if (right !== undefined && right.action !== 'READ') return ask
  return async request => {
    const named = isMap(request.args) ? mapGet(request.args, 'namespace') : undefined
    const namespace = typeof named === 'string' ? named : ownNamespace
    const resource: Resource | undefined = Object.hasOwn(ASKED, request.name) ? ASKED[request.name] : undefined
    if (resource && !sight.grants.may(resource, 'READ', namespace)) throw missing(resource, 'READ', namespace)
    return await ask(request)
  }
}

const ASKED: Readonly<Record<string, Resource>> = {
  kv: 'KVSTORE',
  secret: 'SECRET',
  read: 'FILE',
  fileSize: 'FILE',
  fileExists: 'FILE',
  isFileEmpty: 'FILE',
  namespaceFiles: 'FILE',
}

type Pools = NonNullable<HttpDependencies['pools']>

function narrowPools(pools: Pools, sight: Sight): Pools {
  return {
    get isEmpty() {
      return pools.isEmpty
    },
    namespacesOver: namespace => pools.namespacesOver(namespace),
    ownerOf: (namespace, pool) => pools.ownerOf(namespace, pool),
    limitOf: shared => pools.limitOf(shared),
    all: function* () {
      for (const limit of pools.all()) if (sight.seesFlow(limit.namespace)) yield limit
    },
  }
}

type Tallies = NonNullable<HttpDependencies['tallies']>

/** They are counted by namespace for everybody; those of a flow are counted for its namespace alone. */
function narrowTallies(tallies: Tallies, sight: Sight): Tallies {
  return {
    tally: async (query, range) => {
      const { rows, ...rest } = await tallies.tally({ ...query, by: 'namespace' }, range)
      const seen = rows.filter(row => {
        const namespace = row.namespace ?? (query.flowId === undefined ? undefined : query.namespace)
        return namespace !== undefined && sight.sees('EXECUTION', namespace)
      })
      return { ...rest, rows: seen }
    },
  }
}

function narrowLook(look: LookAtLive, sight: Sight): LookAtLive {
  return async (executionId, view) => {
    if (!(await sight.seesExecution(executionId))) return undefined
    return await look(executionId, view)
  }
}

type Large = NonNullable<HttpDependencies['large']>

/** They are kept for everybody, and read with the rooms as they are. */
function narrowLarge(large: Large, dependencies: HttpDependencies, sight: Sight): Large {
  return {
    read: async id => ((await sight.seesExecution(id)) ? await large.read(id, dependencies) : { type: 'unknown' }),
  }
}
