// Installs a plugin: fetched by the package manager as it is packed, unpacked into a folder of its own, with what it needs beside it and without running
// one script of anybody; described by a process of its own; then written into the lock, which is what a server looks at.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { BatutaError, trust } from '@batuta/core'
import { readConfig, type ServerOptions } from '../config/config.ts'
import { DESCRIBE_SCRIPT, PLUGINS_DIR } from '../platform/places.ts'
import { contentsOf, folderOf, keyOf, LOCK_FILE, MANIFEST_FILE, readLock, type LockEntry } from './installed.ts'
import { judgeTarball } from './judge-tarball.ts'
import { readManifests } from './manifests.ts'

export interface InstallReport {
  readonly name: string
  readonly version: string
  readonly integrity: string
  readonly folder: string
  readonly types: readonly string[]
  /** Of these types the program's own go on unless a task says `version`. */
  readonly shadowed: readonly string[]
}

export interface PluginPackage {
  readonly name: string
  readonly version: string
  /** The module with the definitions, relative to the package. */
  readonly entry: string
}

const NAME = /^(?:@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/
const VERSION = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z-.+]+)?$/
const SAID_MAX = 4_000
const PROGRAM_MS = 10 * 60_000

/** @param source a name, `name@version`, or the file of a packed package. */
export async function installPlugin(source: string, options: ServerOptions): Promise<InstallReport> {
  const folder = pluginsDirOf(options)
  mkdirSync(folder, { recursive: true })
  const work = mkdtempSync(join(folder, '.new-'))
  try {
    const tarball = await fetchPackage(source, work)
    await judgeTarball(tarball)
    const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
    const place = join(work, 'package')
    mkdirSync(place)
    await run('tar', ['-xzf', tarball, '-C', place, '--strip-components=1', '--no-same-owner'], work)
    const described = readPackage(place)
    const known = findSame(folder, described, integrity)
    if (known) return reportOf(folder, known)
    await addDependencies(place)
    const tasks = await describe(place, described)
    writeFileSync(join(place, MANIFEST_FILE), `${JSON.stringify({ ...described, tasks }, undefined, 2)}\n`)
    const entry = { ...described, source: isFile(source) ? 'file' : source, integrity, contents: contentsOf(place) }
    putInPlace(folder, place, entry)
    return reportOf(folder, entry)
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** @param wanted a name, for all its versions, or `name@version`. */
export function uninstallPlugin(wanted: string, options: ServerOptions): readonly string[] {
  const folder = pluginsDirOf(options)
  const entries = readLock(folder)
  const gone = entries.filter(entry => entry.name === wanted || keyOf(entry) === wanted)
  if (gone.length === 0)
    throw new BatutaError(
      'plugin-invalid',
      `No plugin "${wanted}" is installed; there are: ${entries.map(keyOf).join(', ') || 'none'}.`,
    )
  writeLock(
    folder,
    entries.filter(entry => !gone.includes(entry)),
  )
  for (const entry of gone) rmSync(join(folder, folderOf(entry)), { recursive: true, force: true, maxRetries: 3 })
  return gone.map(keyOf)
}

export function listInstalled(options: ServerOptions): readonly (LockEntry & { readonly isIntact: boolean })[] {
  const folder = pluginsDirOf(options)
  return readLock(folder).map(entry => {
    const place = join(folder, folderOf(entry))
    return { ...entry, isIntact: existsSync(place) && contentsOf(place) === entry.contents }
  })
}

function pluginsDirOf(options: ServerOptions): string {
  return readConfig(options, process.env, process.cwd()).pluginsDir
}

function isFile(source: string): boolean {
  return /\.t(?:ar\.)?gz$/.test(source) || isAbsolute(source) || source.startsWith('.')
}

/** The registry's own check of what it gives is the package manager's. */
async function fetchPackage(source: string, work: string): Promise<string> {
  if (isFile(source)) {
    const file = resolve(source)
    if (!existsSync(file)) throw new BatutaError('plugin-invalid', `There is no file "${source}".`)
    return file
  }
  const at = source.lastIndexOf('@')
  const [name, version] = at > 0 ? [source.slice(0, at), source.slice(at + 1)] : [source, 'latest']
  if (!NAME.test(name) || !/^[0-9A-Za-z-.+~^]+$/.test(version))
    throw new BatutaError('plugin-invalid', `"${source}" is neither a package (name@version) nor a file (.tgz).`)
  await run('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--pack-destination', work], work)
  const packed = readdirSync(work).find(file => file.endsWith('.tgz'))
  if (packed === undefined) throw new BatutaError('plugin-invalid', `The package manager gave nothing for "${source}".`)
  return join(work, packed)
}

function readPackage(place: string): PluginPackage {
  const file = join(place, 'package.json')
  const given = existsSync(file) ? trust<Readonly<Record<string, unknown>>>(JSON.parse(readFileSync(file, 'utf8'))) : {}
  const { name, version, batuta } = given
  if (typeof name !== 'string' || !NAME.test(name) || typeof version !== 'string' || !VERSION.test(version))
    throw new BatutaError('plugin-invalid', 'The package has no package.json with a name and a version.')
  const entry = typeof batuta === 'object' && batuta !== null && 'entry' in batuta ? batuta.entry : undefined
  if (typeof entry !== 'string')
    throw new BatutaError(
      'plugin-invalid',
      `"${name}" is no plugin: its package.json has no batuta.entry, the module with its definitions.`,
    )
  const inside = relative(place, resolve(place, entry))
  if (inside.startsWith('..') || isAbsolute(inside) || !existsSync(join(place, inside)))
    throw new BatutaError(
      'plugin-invalid',
      `The module "${entry}" of "${name}" is not in the package: build it before it is packed.`,
    )
  return { name, version, entry: inside }
}

function reportOf(folder: string, entry: LockEntry): InstallReport {
  const place = join(folder, folderOf(entry))
  const { tasks } = trust<{ readonly tasks: readonly DescribedType[] }>(
    JSON.parse(readFileSync(join(place, MANIFEST_FILE), 'utf8')),
  )
  const own = new Set(Object.keys(readManifests(PLUGINS_DIR).modules))
  const types = tasks.map(({ type }) => type)
  const { name, version, integrity } = entry
  return { name, version, integrity, folder: place, types, shadowed: types.filter(type => own.has(type)) }
}

/** The same version is the same package, whoever says so later. */
function findSame(folder: string, described: PluginPackage, integrity: string): LockEntry | undefined {
  const known = readLock(folder).find(entry => keyOf(entry) === keyOf(described))
  if (known === undefined) return undefined
  const place = join(folder, folderOf(known))
  if (known.integrity === integrity)
    return existsSync(place) && contentsOf(place) === known.contents ? known : undefined
  throw new BatutaError(
    'plugin-invalid',
    `${keyOf(described)} was installed with other content (${known.integrity.slice(0, 20)}…, now ${integrity.slice(0, 20)}…): if that is meant, uninstall it first.`,
  )
}

/** The SDK is lent by the host: what a package says of its peers is not fetched. */
async function addDependencies(place: string): Promise<void> {
  const { dependencies = {} } = trust<{ readonly dependencies?: Readonly<Record<string, string>> }>(
    JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')),
  )
  if (Object.keys(dependencies).length === 0) return
  const quiet = ['--ignore-scripts', '--omit=dev', '--legacy-peer-deps', '--no-audit', '--no-fund']
  await run('npm', [existsSync(join(place, 'npm-shrinkwrap.json')) ? 'ci' : 'install', ...quiet], place)
}

interface DescribedType {
  readonly type: string
}

async function describe(place: string, { name, entry }: PluginPackage): Promise<readonly DescribedType[]> {
  const said = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', DESCRIBE_SCRIPT, join(place, entry)],
    place,
    {},
  )
  const types = trust<readonly DescribedType[]>(JSON.parse(said.slice(said.lastIndexOf('\n', said.length - 2) + 1)))
  if (types.length === 0)
    throw new BatutaError(
      'plugin-invalid',
      `"${name}" defines nothing: its module exports no task, trigger or task runner.`,
    )
  return types
}

function putInPlace(folder: string, place: string, entry: LockEntry): void {
  const target = join(folder, folderOf(entry))
  rmSync(target, { recursive: true, force: true, maxRetries: 3 })
  renameSync(place, target)
  writeLock(folder, [...readLock(folder).filter(other => keyOf(other) !== keyOf(entry)), entry])
}

function writeLock(folder: string, plugins: readonly LockEntry[]): void {
  const sorted = [...plugins].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const file = join(folder, LOCK_FILE)
  writeFileSync(`${file}.new`, `${JSON.stringify({ lock: 1, plugins: sorted }, undefined, 2)}\n`)
  renameSync(`${file}.new`, file)
}

/** @throws {BatutaError} with the end of what the program said. */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const child = spawn(program, [...args], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROGRAM_MS,
  })
  const out: string[] = []
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-SAID_MAX)))
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', error => fail(new BatutaError('tool-missing', `${program} cannot be run: ${error.message}.`)))
    child.once('close', done)
  })
  if (code === 0) return out.join('')
  throw new BatutaError(
    'plugin-invalid',
    `The plugin cannot be installed: ${program.replace(/^.*[\\/]/, '')} said: ${said.trim()}`,
  )
}
