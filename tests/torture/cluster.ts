// Servers over one PostgreSQL, each behind a proxy of its own, with one storage folder and one folder of flows.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../../bench/harness/server-process.ts'
import { ClusterNode } from './cluster-node.ts'
import { ask, urlOf, type Database } from './database-client.ts'
import { DatabaseProxy } from './database-proxy.ts'
import type { TortureFlow } from './flows.ts'
import { TortureDatabase } from './torture-database.ts'

export interface ClusterOptions {
  /** Name → role: the word after `batuta server`. */
  readonly nodes: Readonly<Record<string, string>>
  readonly flows: (mark: string, folder: string) => readonly TortureFlow[]
  readonly database?: Database
  /** What else is in the environment of that node. */
  readonly envOf?: (name: string) => Readonly<Record<string, string>>
}

/** Each role alone, and a server with all of them. */
export const CLUSTER_NODES: Readonly<Record<string, string>> = {
  first: 'engine',
  second: 'engine',
  door: 'web',
  hand: 'worker',
  all: 'standalone',
}

/** As few processes as there can be with two engines, two doors and a worker alone, for small machines. */
export const SMALL_CLUSTER_NODES: Readonly<Record<string, string>> = {
  a: 'standalone',
  b: 'standalone',
  hand: 'worker',
}

const LOOK_MS = 250
/** Scripts wait most of their time: more of them than there are processors. */
const SLOTS = '24'
const COUNT_OPEN = 'select count(*)::integer as n from executions where waits_for is not null'

export class TortureCluster {
  readonly folder: string
  /** In the environment of every script. */
  readonly mark: string
  readonly flows: readonly TortureFlow[]
  readonly database: Database
  readonly nodes: readonly ClusterNode[]

  private constructor(parts: Pick<TortureCluster, 'folder' | 'mark' | 'flows' | 'database' | 'nodes'>) {
    this.folder = parts.folder
    this.mark = parts.mark
    this.flows = parts.flows
    this.database = parts.database
    this.nodes = parts.nodes
  }

  /** All nodes are up. */
  static async open(options: ClusterOptions): Promise<TortureCluster> {
    const work = join(ROOT, 'tests', '.work')
    mkdirSync(work, { recursive: true })
    const folder = mkdtempSync(join(work, 'cluster-'))
    const mark = folder.slice(folder.lastIndexOf('/') + 1)
    const flows = options.flows(mark, folder)
    const flowsDir = join(folder, 'flows')
    mkdirSync(flowsDir)
    for (const { id, source } of flows) writeFileSync(join(flowsDir, `${id}.yaml`), source)
    const database = options.database ?? new TortureDatabase()
    if (!database.isUp) await database.start()
    const nodes: ClusterNode[] = []
    for (const [name, role] of Object.entries(options.nodes)) {
      const proxy = await DatabaseProxy.open(database.port)
      const env = {
        ...options.envOf?.(name),
        BATUTA_DATABASE_URL: `${urlOf(proxy)}?application_name=${name}`,
        BATUTA_STORAGE: join(folder, 'storage'),
        BATUTA_SLOTS: SLOTS,
      }
      nodes.push(new ClusterNode({ name, proxy, role, env, dataDir: join(folder, `data-${name}`), flowsDir }))
    }
    const cluster = new TortureCluster({ folder, mark, flows, database, nodes })
    for (const node of nodes) node.start()
    try {
      for (const node of nodes) await node.whenUp()
    } catch (error) {
      await cluster.close()
      throw error
    }
    return cluster
  }

  node(name: string): ClusterNode {
    const found = this.nodes.find(node => node.name === name)
    if (!found) throw new Error(`no node "${name}" in this cluster`)
    return found
  }

  /** The port of one that answers, by chance. */
  port(random: () => number): number | undefined {
    const ports = this.nodes.flatMap(({ server }) => (server?.port ? [server.port] : []))
    return ports[Math.floor(random() * ports.length)]
  }

  async countOpen(): Promise<number> {
    return (await ask<{ n: number }>(this.database, COUNT_OPEN))[0]?.n ?? 0
  }

  /** How many are still open after so long. */
  async waitForEnd(timeoutMs: number): Promise<number> {
    const startMs = performance.now()
    for (;;) {
      const open = await this.countOpen()
      if (open === 0 || performance.now() - startMs > timeoutMs) return open
      await sleep(LOOK_MS)
    }
  }

  async stopNodes(): Promise<void> {
    await Promise.all(this.nodes.map(async node => await node.stop()))
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(async node => await node.kill()))
    for (const { proxy } of this.nodes) await proxy.close()
    await this.database.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
