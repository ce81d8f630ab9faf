// The nodes as services: Kestra has one for each thing that a process does.
import type { MaintenanceMode } from '../../inbox/maintenance-mode.ts'
import type { Announcement, NodeRow, Role } from '../../storage/cluster.ts'
import type { Store } from '../../storage/store.ts'

export interface Service {
  readonly isLive: boolean
  readonly document: ServiceDocument
}

export interface ServiceDocument {
  readonly id: string
  readonly type: string
  readonly state: string
  readonly server: {
    readonly id: string
    readonly type: string
    readonly version: string
    readonly hostname: string
    readonly props: Readonly<Record<string, unknown>>
  }
  readonly createdAt: string
  readonly props: Readonly<Record<string, unknown>>
}

export interface ServicesPlace {
  readonly store: Store
  /** What this node tells of itself. */
  announcement(): NodeRow
  readonly mode: MaintenanceMode
}

const TYPES: Readonly<Record<Role, readonly string[]>> = {
  engine: ['EXECUTOR', 'SCHEDULER'],
  web: ['WEBSERVER'],
  worker: ['WORKER'],
}

/** Those at work first, then those that are gone. */
export async function listServices({ store, announcement, mode }: ServicesPlace): Promise<readonly Service[]> {
  const nodes = (await store.cluster?.listNodes()) ?? [announcement()]
  const services = nodes.flatMap(node =>
    node.roles.flatMap(role => TYPES[role].map(type => serviceOf(node, { role, type, isPaused: mode.isOn }))),
  )
  return [...services.filter(({ isLive }) => isLive), ...services.filter(({ isLive }) => !isLive)]
}

interface Part {
  readonly role: Role
  readonly type: string
  readonly isPaused: boolean
}

function serviceOf(node: NodeRow, { role, type, isPaused }: Part): Service {
  const { isLive, roles, host, processId, version } = node
  const isWhole = roles.length > 1
  return {
    isLive,
    document: {
      id: `${node.node}-${node.incarnation}-${type.toLowerCase()}`,
      type,
      state: stateOf(isLive, isPaused && role !== 'web'),
      server: {
        id: node.node,
        type: isWhole ? 'STANDALONE' : type,
        version,
        hostname: host,
        props: { 'process.id': processId, incarnation: node.incarnation },
      },
      createdAt: new Date(node.startedMs).toISOString(),
      props: propsOf(role, node),
    },
  }
}

function stateOf(isLive: boolean, isPaused: boolean): string {
  if (!isLive) return 'DISCONNECTED'
  return isPaused ? 'MAINTENANCE' : 'RUNNING'
}

function propsOf(role: Role, { slots, jobs, shards, worker }: NodeRow & Announcement): ServiceDocument['props'] {
  switch (role) {
    case 'engine':
      return { shards }
    case 'worker':
      return { 'num.threads': slots, jobs, 'worker.group': worker.group ?? null, tags: worker.tags }
    case 'web':
      return {}
  }
}
