// Several servers on one PostgreSQL, each a process with its part of the roles and a folder of its own; flows come from the folder of the first
// one that has the role for it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { openBenchDatabase, type BenchDatabase } from './bench-database.ts'
import { readProcessTree } from './process-figures.ts'
import type { Ask } from './question.ts'
import { startServer, type ServerProcess } from './server-process.ts'

export interface NodePlan {
  readonly name: string
  /** The word after `batuta server`. */
  readonly role: string
  readonly env?: Readonly<Record<string, string>>
}

export interface BenchCluster {
  readonly database: BenchDatabase
  readonly nodes: ReadonlyMap<string, ServerProcess>
  /** The address of the first node that answers to HTTP. */
  readonly address: string
  start(plan: NodePlan): Promise<ServerProcess>
  stop(name: string): Promise<void>
  sql(text: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}

export async function startCluster(
  { folder }: Pick<Ask, 'folder'>,
  flows: Readonly<Record<string, string>>,
  plans: readonly NodePlan[],
): Promise<BenchCluster> {
  const database = await openBenchDatabase('postgres', folder)
  const client = new Client({ connectionString: database.env['BATUTA_DATABASE_URL'] })
  const nodes = new Map<string, ServerProcess>()
  const flowsDir = join(folder, 'flows')
  mkdirSync(flowsDir, { recursive: true })
  for (const [name, source] of Object.entries(flows)) writeFileSync(join(flowsDir, `${name}.yaml`), source)
  const emptyDir = join(folder, 'no-flows')
  mkdirSync(emptyDir, { recursive: true })
  const start = async ({ name, role, env = {} }: NodePlan): Promise<ServerProcess> => {
    const isFirst = ![...nodes.values()].some(({ port }) => !Number.isNaN(port))
    // Blobs that are too large for a message are handed on by a folder that all nodes have.
    const shared = { ...database.env, BATUTA_STORAGE: join(folder, 'storage'), ...env }
    const dirs = { dataDir: join(folder, name), flowsDir: isFirst ? flowsDir : emptyDir }
    const node = await startServer({ ...dirs, env: shared, role })
    nodes.set(name, node)
    return node
  }
  const close = async (): Promise<void> => {
    await Promise.all([...nodes.values()].map(async node => await node.stop()))
    await client.end()
    await database.close()
  }
  try {
    await client.connect()
    for (const plan of plans) await start(plan)
  } catch (error) {
    await close()
    throw error
  }
  return {
    database,
    nodes,
    get address() {
      const node = [...nodes.values()].find(({ port }) => !Number.isNaN(port))
      if (!node) throw new Error('no node answers to HTTP')
      return node.address
    },
    start,
    stop: async name => {
      await nodes.get(name)?.stop()
      nodes.delete(name)
    },
    sql: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
    close,
  }
}

/** Time on the CPU since they began: of each node with its children, and of the database. */
export function readCpu({ nodes, database }: BenchCluster): ReadonlyMap<string, number> {
  const used = new Map<string, number>()
  for (const [name, { pid }] of nodes) used.set(name, readProcessTree(pid).cpuMicros)
  used.set('database', database.readProcesses()?.cpuMicros ?? 0)
  return used
}
