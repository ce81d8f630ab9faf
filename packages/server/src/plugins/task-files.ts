// Tasks from files of namespaces, as far as a flow that is judged needs them: what each file defines is read by a process without environment, which
// may read nothing but the file and the program, and is known from then on for as long as the file stays as it is.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  BatutaError,
  isList,
  isMap,
  isTaskFile,
  mapEntries,
  mapGet,
  parseYaml,
  pathOfTaskFile,
  printValue,
  taskFileType,
  trust,
  type Catalogue,
  type ResolvedType,
  type Value,
} from '@batuta/core'
import { stageTaskFile, type FileStore } from '@batuta/plugin-sdk'
import { DESCRIBE_FILE_SCRIPT, PROGRAM_DIR } from '../platform/places.ts'
import { readTaskFile } from './read-task-file.ts'

interface Described {
  readonly type?: { readonly schema: unknown; readonly outputsSchema: unknown; readonly deprecated?: string }
  readonly problem?: string
}

export interface TaskFilesOptions {
  readonly files: FileStore
  readonly cacheDir: string
}

const KNOWN_MAX = 1_000
const DESCRIBE_MS = 60_000
const SAID_CHARS_MAX = 1024 * 1024
const MEANT = /\btype["']?\s*:\s*["']?\.\//

export class TaskFiles {
  readonly #options: TaskFilesOptions
  /** By the hash of the code. */
  readonly #known = new Map<string, Promise<Described>>()

  constructor(options: TaskFilesOptions) {
    this.#options = options
  }

  /** With the files that tasks of the flow name, as they are now. */
  async catalogueFor(source: string, catalogue: Catalogue): Promise<Catalogue> {
    const wanted = MEANT.test(source) ? wantedIn(source) : undefined
    if (wanted === undefined) return catalogue
    const types = new Map<string, ResolvedType>()
    for (const [type, versions] of wanted.versions) {
      const [version] = versions
      // Where tasks of a flow want several versions of a file each finds out when it runs.
      if (versions.size === 1) types.set(type, await this.#typeOf(wanted.namespace, type, version))
    }
    return { ...catalogue, resolve: name => types.get(name) ?? catalogue.resolve(name) }
  }

  async #typeOf(namespace: string, type: string, revision: string | undefined): Promise<ResolvedType> {
    const unread = taskFileType(type)
    try {
      const code = await readTaskFile(this.#options.files, { namespace, path: pathOfTaskFile(type), revision })
      const { folder, hash } = await stageTaskFile(this.#options.cacheDir, code)
      const { type: described, problem } = await this.#describe(hash, folder, code.path)
      if (described === undefined) return { ...unread, problem: `${problem ?? 'It defines nothing'}.` }
      const { schema, outputsSchema, deprecated } = described
      return { ...unread, isStrict: true, isDeprecated: deprecated !== undefined, schema, outputsSchema }
    } catch (error) {
      if (error instanceof BatutaError) return { ...unread, problem: error.message }
      throw error
    }
  }

  #describe(hash: string, folder: string, path: string): Promise<Described> {
    const known = this.#known.get(hash)
    if (known) return known
    const described = describe(folder, path)
    this.#known.set(hash, described)
    // A process that could not be run says nothing about the file.
    described.catch(() => this.#known.delete(hash))
    const [oldest] = this.#known.keys()
    if (this.#known.size > KNOWN_MAX && oldest !== undefined) this.#known.delete(oldest)
    return described
  }
}

interface Wanted {
  readonly namespace: string
  /** By type, each version that some task names; undefined where it names none. */
  readonly versions: ReadonlyMap<string, ReadonlySet<string | undefined>>
}

function wantedIn(source: string): Wanted | undefined {
  const flow = parseYaml(source).value
  const namespace = flow !== undefined && flow !== null && isMap(flow) ? mapGet(flow, 'namespace') : undefined
  if (flow === undefined || typeof namespace !== 'string') return undefined
  const versions = new Map<string, Set<string | undefined>>()
  collect(flow, versions)
  return versions.size === 0 ? undefined : { namespace, versions }
}

function collect(value: Value, versions: Map<string, Set<string | undefined>>): void {
  if (isList(value)) return value.forEach(item => collect(item, versions))
  if (value === null || !isMap(value)) return
  const type = mapGet(value, 'type')
  if (typeof type === 'string' && isTaskFile(type)) {
    const version = mapGet(value, 'version')
    const named = versions.get(type) ?? new Set()
    versions.set(type, named.add(version === undefined || version === null ? undefined : printValue(version)))
  }
  for (const [, item] of mapEntries(value)) collect(item, versions)
}

/** @throws {BatutaError} when it does not say anything in time. */
async function describe(folder: string, path: string): Promise<Described> {
  const readable = [folder, PROGRAM_DIR].map(place => `--allow-fs-read=${place}`)
  const flags = ['--permission', ...readable, '--max-old-space-size=128', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, DESCRIBE_FILE_SCRIPT, folder, path], {
    cwd: folder,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DESCRIBE_MS,
    killSignal: 'SIGKILL',
  })
  let [out, said] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out = (out + text).slice(-SAID_CHARS_MAX)))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-500)))
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done))
  // What the file prints while it is read comes before it.
  const last = out.trimEnd().slice(out.trimEnd().lastIndexOf('\n') + 1)
  if (code === 0 && last.startsWith('{')) return trust<Described>(JSON.parse(last))
  if (!existsSync(join(folder, path))) throw new BatutaError('file-not-found', `${path} was taken away meanwhile.`)
  return { problem: `${path} could not be read: its process ended with ${code ?? 'a signal'} ${said.trim()}`.trim() }
}
