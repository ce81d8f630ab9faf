// The folder of flows: every YAML file in it is a flow, saved when the server starts and whenever the file changes. A file that is no valid
// flow is told in the log and leaves what was saved before as it is.
import { watch, type FSWatcher } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { splitDocuments } from '@batuta/core'
import type { FlowKey, Store } from '../storage/store.ts'
import type { Log } from '../telemetry/log.ts'
import { judgeFlow, saveFlow, type SaveWorld } from './save-flow.ts'

const FILES_MAX = 20_000
const SETTLE_MS = 200

export interface FlowsDir {
  stop(): void
}

export async function watchFlows(folder: string, world: SaveWorld, log: Log): Promise<FlowsDir> {
  const known = await storedSources(world.store)
  for (const file of await listFiles(folder)) await loadFile(file, { folder, world, log, known })
  const pending = new Map<string, NodeJS.Timeout>()
  const onChange = (name: string | null): void => {
    if (name === null || !isFlowFile(name)) return
    clearTimeout(pending.get(name))
    pending.set(name, setTimeout(() => void loadFile(join(folder, name), { folder, world, log }), SETTLE_MS).unref())
  }
  const watcher = openWatcher(folder, onChange, log)
  return {
    stop: () => {
      watcher?.close()
      for (const timer of pending.values()) clearTimeout(timer)
    },
  }
}

function openWatcher(folder: string, onChange: (name: string | null) => void, log: Log): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { recursive: true }, (_event, name) => onChange(name))
    watcher.on('error', error => log.warn(`the folder "${folder}" is watched no longer`, error))
    return watcher
  } catch (error) {
    log.warn(`the folder "${folder}" cannot be watched: changed flows are read at the next start`, error)
    return undefined
  }
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter(entry => entry.isFile() && isFlowFile(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
  return files.sort().slice(0, FILES_MAX)
}

function isFlowFile(name: string): boolean {
  return extname(name) === '.yaml' || extname(name) === '.yml'
}

const PAGE = 500

/** A file that says what the newest revision of its flow says is passed over: reading and judging nine flows is half of a start. */
async function storedSources(store: Store): Promise<ReadonlySet<string>> {
  const sources = new Set<string>()
  for (let after: FlowKey | undefined; ;) {
    const rows = await store.read.listFlows(after, PAGE)
    for (const { source } of rows) sources.add(source)
    if (rows.length < PAGE) return sources
    after = rows.at(-1)
  }
}

interface Loading {
  readonly folder: string
  readonly world: SaveWorld
  readonly log: Log
  readonly known?: ReadonlySet<string>
}

async function loadFile(file: string, { folder, world, log, known }: Loading): Promise<void> {
  const name = relative(folder, file)
  try {
    for (const source of splitDocuments(await readFile(file, 'utf8')))
      if (known?.has(source) !== true) await loadDocument(source, { name, world, log })
  } catch (error) {
    if (isMissing(error)) return
    log.warn(`the flow file "${name}" could not be read`, error)
  }
}

async function loadDocument(
  source: string,
  { name, world, log }: { readonly name: string; readonly world: SaveWorld; readonly log: Log },
): Promise<void> {
  const { flow, diagnostics } = judgeFlow(source, world)
  if (flow) {
    await saveFlow(source, flow, world)
    return
  }
  for (const { message, line, column, severity } of diagnostics) {
    if (severity === 'error') log.warn(`${name}:${line ?? 1}:${column ?? 1} ${message}`)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
