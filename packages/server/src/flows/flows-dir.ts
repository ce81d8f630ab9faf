// The folder of flows, live in both ways. Every YAML file in it is a flow, or several: saved when the server starts and whenever the file changes,
// deleted when the file is gone. A flow that is saved or deleted elsewhere is written back to its file; one that has none gets one where the folder was
// named by somebody. A file that is no valid flow is told in the log and leaves what was saved before as it is.
import { watch, type FSWatcher } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join, relative, sep } from 'node:path'
import { splitDocuments } from '@batuta/core'
import type { FlowKey, Store } from '../storage/store.ts'
import type { Log } from '../telemetry/log.ts'
import { deleteFlow, judgeFlow, withTaskFiles, saveFlow, type SaveWorld } from './save-flow.ts'

const FILES_MAX = 20_000
/** An editor writes in several steps. */
const SETTLE_MS = 20
/** Longer than it takes an editor to put a new file in the place of the old one. */
const GONE_MS = 400

export interface FlowsDirOptions {
  readonly folder: string
  /** Flows that have no file get one. */
  readonly isNamed: boolean
  readonly log: Log
}

export interface FlowsDir {
  /** A flow was saved or deleted, here or elsewhere. */
  mirror(key: FlowKey): Promise<void>
  /** What was no valid flow may be one now: a type of it was installed. */
  readFaulty(): Promise<void>
  stop(): void
}

/** `world.onChanged` may call `mirror`, but must not wait for it. */
export async function watchFlows(world: SaveWorld, options: FlowsDirOptions): Promise<FlowsDir> {
  const dir = new WatchedFolder(world, options)
  await dir.load()
  dir.watch()
  return dir
}

class WatchedFolder implements FlowsDir {
  readonly #world: SaveWorld
  readonly #options: FlowsDirOptions
  readonly #pending = new Map<string, NodeJS.Timeout>()
  /** What each file held when it was last read or written, by its name. */
  readonly #contents = new Map<string, string>()
  /** The flows of each file. */
  readonly #flows = new Map<string, readonly FlowKey[]>()
  /** Files that hold what is no valid flow. */
  readonly #faulty = new Set<string>()
  #watcher: FSWatcher | undefined
  #queue: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(world: SaveWorld, options: FlowsDirOptions) {
    this.#world = world
    this.#options = options
  }

  async load(): Promise<void> {
    const { folder } = this.#options
    await this.#inTurn(async () => {
      const known = await storedSources(this.#world.store)
      for (const file of await listFiles(folder)) await this.#loadFile(relative(folder, file), known)
    })
  }

  watch(): void {
    const { folder, log } = this.#options
    try {
      this.#watcher = watch(folder, { recursive: true }, (_event, name) => this.#onChange(name))
      this.#watcher.on('error', error => log.warn(`the folder "${folder}" is watched no longer`, error))
    } catch (error) {
      log.warn(`the folder "${folder}" cannot be watched: changed flows are read at the next start`, error)
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#watcher?.close()
    for (const timer of this.#pending.values()) clearTimeout(timer)
  }

  mirror(key: FlowKey): Promise<void> {
    return this.#inTurn(() => this.#mirror(key))
  }

  readFaulty(): Promise<void> {
    return this.#inTurn(async () => {
      for (const name of [...this.#faulty]) {
        this.#contents.delete(name)
        await this.#loadFile(name)
      }
    })
  }

  #onChange(name: string | null, afterMs: number = SETTLE_MS): void {
    if (name === null || !isFlowFile(name) || this.#isStopped) return
    clearTimeout(this.#pending.get(name))
    const read = (): void => {
      this.#pending.delete(name)
      void this.#inTurn(() => this.#loadFile(name))
    }
    this.#pending.set(name, setTimeout(read, afterMs).unref())
  }

  /** One thing at a time: a file that is written back is not read half way. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(task).catch((error: unknown) => {
      this.#options.log.warn(`the folder "${this.#options.folder}" could not be kept up`, error)
    })
    return this.#queue
  }

  async #loadFile(name: string, known?: ReadonlySet<string>): Promise<void> {
    const { folder, log } = this.#options
    try {
      const text = await readFile(join(folder, name), 'utf8')
      if (this.#contents.get(name) === text) return
      this.#contents.set(name, text)
      const before = this.#flows.get(name) ?? []
      const keys: FlowKey[] = []
      for (const document of splitDocuments(text)) {
        const key = await this.#loadDocument(withNamespace(document, name), { name, known })
        if (key) keys.push(key)
      }
      // With a mistake in it a file says nothing of what it no longer has.
      if (keys.length < splitDocuments(text).length) return void this.#faulty.add(name)
      this.#faulty.delete(name)
      this.#flows.set(name, keys)
      for (const key of before) if (!keys.some(other => isSame(key, other))) await this.#delete(key, name)
    } catch (error) {
      if (isMissing(error)) await this.#onGone(name)
      else log.warn(`the flow file "${name}" could not be read`, error)
    }
  }

  /** Undefined for what is no valid flow. */
  async #loadDocument(
    source: string,
    { name, known }: { readonly name: string; readonly known?: ReadonlySet<string> | undefined },
  ): Promise<FlowKey | undefined> {
    const { log } = this.#options
    const { tenant } = this.#world
    if (known?.has(source) === true) {
      const { id, namespace } = namesIn(source)
      return id === undefined || namespace === undefined ? undefined : { tenant, namespace, flowId: id }
    }
    const { flow, diagnostics } = judgeFlow(source, await withTaskFiles(source, this.#world))
    if (flow) {
      const before = this.#world.flows.newest({ tenant, namespace: flow.namespace, flowId: flow.id })?.revision
      const row = await saveFlow(source, flow, this.#world)
      if (known === undefined && row.revision !== before)
        log.info(`${name}: ${flow.namespace}.${flow.id} is revision ${row.revision}`)
      return row
    }
    for (const { message, line, column, severity } of diagnostics)
      if (severity === 'error') log.warn(`${name}:${line ?? 1}:${column ?? 1} ${message}`)
    return undefined
  }

  /** Looked at twice: many editors remove a file and put another one in its place. */
  async #onGone(name: string): Promise<void> {
    if (!this.#contents.has(name)) return
    if (this.#contents.get(name) !== GONE) {
      this.#contents.set(name, GONE)
      this.#onChange(name, GONE_MS)
      return
    }
    this.#contents.delete(name)
    this.#faulty.delete(name)
    const keys = this.#flows.get(name) ?? []
    this.#flows.delete(name)
    for (const key of keys) await this.#delete(key, name)
  }

  async #delete(key: FlowKey, name: string): Promise<void> {
    const isElsewhere = [...this.#flows.values()].some(keys => keys.some(other => isSame(key, other)))
    if (isElsewhere || !(await deleteFlow(key, this.#world))) return
    this.#options.log.info(`${name}: ${key.namespace}.${key.flowId} is deleted with its file`)
  }

  async #mirror(key: FlowKey): Promise<void> {
    if (this.#isStopped) return
    const row = await this.#world.store.read.findFlow(key)
    const name = this.#fileOf(key)
    if (row) await this.#writeBack(key, row.source, name)
    else if (name !== undefined) await this.#remove(key, name)
  }

  #fileOf(key: FlowKey): string | undefined {
    for (const [name, keys] of this.#flows) if (keys.some(other => isSame(key, other))) return name
    return undefined
  }

  async #writeBack(key: FlowKey, source: string, known: string | undefined): Promise<void> {
    if (known === undefined && !this.#options.isNamed) return
    const name = known ?? join(...key.namespace.split('.'), `${key.flowId}.yaml`)
    const documents = known === undefined ? [] : splitDocuments(this.#contents.get(name) ?? '')
    const at = documents.findIndex(document => isOf(withNamespace(document, name), key))
    if (at >= 0 && withNamespace(documents[at] ?? '', name) === source) return
    const all = at < 0 ? [...documents, source] : documents.with(at, source)
    await this.#write(name, all)
    if (known === undefined) this.#flows.set(name, [key])
  }

  async #remove(key: FlowKey, name: string): Promise<void> {
    const rest = splitDocuments(this.#contents.get(name) ?? '').filter(
      document => !isOf(withNamespace(document, name), key),
    )
    this.#flows.set(
      name,
      (this.#flows.get(name) ?? []).filter(other => !isSame(key, other)),
    )
    if (rest.length > 0) return await this.#write(name, rest)
    this.#flows.delete(name)
    this.#contents.delete(name)
    await rm(join(this.#options.folder, name), { force: true })
  }

  /** Whole or not at all; that it changed is no news to us. */
  async #write(name: string, documents: readonly string[]): Promise<void> {
    const path = join(this.#options.folder, name)
    const text = documents.length === 1 ? (documents[0] ?? '') : documents.map(text => text.trimEnd()).join('\n---\n')
    this.#contents.set(name, text)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(`${path}.writing`, text)
    await rename(`${path}.writing`, path)
  }
}

/** No file holds this. */
const GONE = '\0'

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

const NAMESPACE = /^namespace[ \t]*:[ \t]*["']?([\w.-]+)/m
const ID = /^id[ \t]*:[ \t]*["']?([\w.-]+)/m

/** What the flow says itself counts; else its folder does. The line comes last, so that mistakes keep their places. */
function withNamespace(source: string, name: string): string {
  const folders = name.split(sep).slice(0, -1)
  if (folders.length === 0 || /^namespace[ \t]*:/m.test(source)) return source
  return `${source.trimEnd()}\nnamespace: ${folders.join('.')}\n`
}

function namesIn(source: string): { readonly id: string | undefined; readonly namespace: string | undefined } {
  return { id: ID.exec(source)?.[1], namespace: NAMESPACE.exec(source)?.[1] }
}

function isOf(source: string, { namespace, flowId }: FlowKey): boolean {
  const names = namesIn(source)
  return names.id === flowId && names.namespace === namespace
}

function isSame(a: FlowKey, b: FlowKey): boolean {
  return a.tenant === b.tenant && a.namespace === b.namespace && a.flowId === b.flowId
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
