// A server of its own for a question: a fresh data folder, the flows of the question, and profiles when they are asked for.
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBenchDatabase, type BenchDatabase } from './bench-database.ts'
import type { Ask } from './question.ts'
import { startServer, type ServerProcess } from './server-process.ts'

export interface BenchServer {
  readonly server: ServerProcess
  readonly database: BenchDatabase
  /** The server first, then its database. */
  stop(): Promise<void>
}

/** `flows`: file name → YAML; `more`: what the question itself puts into the environment of the server. */
export async function startBenchServer(
  { folder, profileDir, store }: Pick<Ask, 'folder' | 'profileDir' | 'store'>,
  flows: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const flowsDir = join(folder, 'flows')
  const dataDir = join(folder, 'data')
  mkdirSync(flowsDir, { recursive: true })
  for (const [name, source] of Object.entries(flows)) writeFileSync(join(flowsDir, `${name}.yaml`), source)
  const options = process.env['NODE_OPTIONS'] ?? ''
  const profile = profileDir === undefined ? {} : { NODE_OPTIONS: `${options} --cpu-prof --cpu-prof-dir=${profileDir}` }
  const database = await openBenchDatabase(store, dataDir)
  const server = await startServer({ dataDir, flowsDir, env: { ...database.env, ...profile, ...more } }).catch(
    async (error: unknown) => {
      await database.close()
      throw error
    },
  )
  const stop = async (): Promise<void> => {
    await server.stop()
    await database.close()
  }
  return { server, database, stop }
}

export function readFlow(name: string): string {
  return readFileSync(join(import.meta.dirname, '..', 'flows', `${name}.yaml`), 'utf8')
}
