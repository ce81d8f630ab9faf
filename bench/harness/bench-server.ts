// A server of its own for a question: a fresh data folder, the flows of the question, and profiles when they are asked for.
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseFile } from './database-figures.ts'
import type { Ask } from './question.ts'
import { startServer, type ServerProcess } from './server-process.ts'

export interface BenchServer {
  readonly server: ServerProcess
  /** The file of its database. */
  readonly file: string
}

/** `flows`: file name → YAML. */
export async function startBenchServer(
  { folder, profileDir }: Pick<Ask, 'folder' | 'profileDir'>,
  flows: Readonly<Record<string, string>>,
): Promise<BenchServer> {
  const flowsDir = join(folder, 'flows')
  const dataDir = join(folder, 'data')
  mkdirSync(flowsDir, { recursive: true })
  for (const [name, source] of Object.entries(flows)) writeFileSync(join(flowsDir, `${name}.yaml`), source)
  const options = process.env['NODE_OPTIONS'] ?? ''
  const env = profileDir === undefined ? {} : { NODE_OPTIONS: `${options} --cpu-prof --cpu-prof-dir=${profileDir}` }
  const server = await startServer({ dataDir, flowsDir, env })
  return { server, file: databaseFile(dataDir) }
}

export function readFlow(name: string): string {
  return readFileSync(join(import.meta.dirname, '..', 'flows', `${name}.yaml`), 'utf8')
}
