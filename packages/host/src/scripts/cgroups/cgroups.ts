// Limits of scripts that the kernel holds: each attempt gets a group of its own, with so much memory, so many processes, so much of the processors, and
// whoever is left in it when the attempt is over is killed with it. Where groups cannot be made scripts run without, and everybody is told why.
//
// In version 2 a group that hands out controllers may hold no processes: the server's own ones move to a leaf beside the scripts, which is what a
// service with `Delegate=yes` does. Processes of others are never moved.
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, TaskError, type ScriptSettings } from '@batuta/plugin-sdk'
import type { Argv } from '../bubblewrap.ts'
import { runOnce } from '../run-once.ts'
import { controllersOf, describeLimits, readComplaint, settingsOf, writeSettings } from './cgroup-files.ts'
import { findCgroups, type CgroupPlace, type Controller } from './find-cgroups.ts'

export interface CgroupsOptions {
  readonly settings: Pick<ScriptSettings, 'limits' | 'cgroup'>
  /** Tells us from others on the machine, and stays the same when we start again. */
  readonly name: string
  readonly onNotice: (message: string) => void
  /** What the kernel tells of itself; for tests. */
  readonly proc?: { readonly mountInfo: string; readonly ownGroups: string }
}

/** The group of one attempt. */
export interface Cgroup {
  /** The command, which goes into the group before it begins. */
  enter(argv: Argv): Argv
  /** @throws {TaskError} when the process cannot be put into it. */
  add(processId: number): Promise<void>
  /** What the attempt came to, in words for its log. */
  readComplaints(): Promise<readonly string[]>
  /** Kills whoever is left in it. */
  close(): Promise<void>
}

interface Bases {
  /** One folder for each controller; in version 2 it is always the same. */
  readonly folders: ReadonlyMap<Controller, { readonly folder: string; readonly version: CgroupPlace['version'] }>
}

/** Where the server's own processes stay when its scripts have groups beside them. */
const LEAF = 'batuta-server'
const MOVES_MAX = 20
const REMOVALS_MAX = 50
const REMOVAL_WAIT_MS = 20
/** Each file is told the number of the shell, which then becomes the command. */
const ENTER = 'while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done; shift; exec "$@"'

export class Cgroups {
  readonly #options: CgroupsOptions
  #opened: Promise<Bases | string> | undefined
  #count = 0
  /** Groups that could not be removed, since somebody in them took long to die. */
  readonly #stale = new Set<string>()

  constructor(options: CgroupsOptions) {
    this.#options = options
  }

  get #isWanted(): boolean {
    return controllersOf(this.#options.settings.limits).length > 0
  }

  /** For the log of an attempt; empty where nothing is to be limited. */
  async describe(): Promise<string> {
    if (!this.#isWanted) return ''
    const bases = await this.#open()
    return typeof bases === 'string' ? 'no limits can be held' : describeLimits(this.#options.settings.limits)
  }

  /** Undefined where there are no limits, or none can be held. */
  async create(): Promise<Cgroup | undefined> {
    if (!this.#isWanted) return undefined
    const bases = await this.#open()
    if (typeof bases === 'string') return undefined
    await this.#sweep()
    return await this.#createIn(bases)
  }

  /** To be called when no group is in use any more. */
  async close(): Promise<void> {
    const bases = await this.#opened?.catch(() => undefined)
    if (bases === undefined || typeof bases === 'string') return
    await this.#sweep()
    for (const folder of foldersOf(bases)) await rmdir(folder).catch(() => undefined)
  }

  #open(): Promise<Bases | string> {
    this.#opened ??= this.#openBases()
      .catch((error: unknown) => messageOf(error))
      .then(bases => {
        if (typeof bases === 'string')
          this.#options.onNotice(
            `the limits of scripts (script.limits) cannot be held here, and scripts run without: ${bases}`,
          )
        return bases
      })
    return this.#opened
  }

  async #openBases(): Promise<Bases | string> {
    const { settings, name, proc } = this.#options
    if (process.platform !== 'linux') return 'it needs Linux'
    const wanted = controllersOf(settings.limits)
    const places = findCgroups(
      wanted,
      proc?.mountInfo ?? readFileSync('/proc/self/mountinfo', 'utf8'),
      proc?.ownGroups ?? readFileSync('/proc/self/cgroup', 'utf8'),
    )
    const folders = new Map<Controller, { folder: string; version: CgroupPlace['version'] }>()
    for (const controller of wanted) {
      const place = places.get(controller)
      if (place === undefined) return `the kernel offers no cgroups for "${controller}"`
      const parent = settings.cgroup === undefined ? homeOf(place) : join(place.top, settings.cgroup)
      folders.set(controller, { folder: join(parent, name), version: place.version })
    }
    const tree = [...places.values()].find(({ version }) => version === 2)
    const base = [...folders.values()].find(({ version }) => version === 2)?.folder
    if (tree !== undefined && base !== undefined) {
      const hindrance = await prepareTree(tree, {
        base,
        wanted: wanted.filter(each => places.get(each)?.version === 2),
      })
      if (hindrance !== undefined) return hindrance
    }
    for (const { folder } of folders.values()) await mkdir(folder, { recursive: true })
    const bases = { folders }
    await removeLeft(bases)
    return (await this.#probe(bases)) ?? bases
  }

  /** With the very steps that every attempt takes. */
  async #probe(bases: Bases): Promise<string | undefined> {
    const group = await this.#createIn(bases)
    try {
      return await runOnce(group.enter(['/bin/sh', '-c', ':']))
    } finally {
      await group.close()
    }
  }

  async #createIn(bases: Bases): Promise<Cgroup> {
    const { limits } = this.#options.settings
    const name = `${process.pid}-${++this.#count}`
    const own = [...bases.folders].map(([controller, { folder, version }]) => ({
      controller,
      version,
      folder: join(folder, name),
    }))
    const folders = [...new Set(own.map(({ folder }) => folder))]
    try {
      for (const folder of folders) await mkdir(folder)
      for (const { controller, version, folder } of own)
        await writeSettings(folder, settingsOf(controller, version, limits))
    } catch (cause) {
      for (const folder of folders) await rmdir(folder).catch(() => undefined)
      throw new TaskError(`the limits of the script (script.limits) cannot be set: ${messageOf(cause)}`, { cause })
    }
    const files = folders.map(folder => join(folder, 'cgroup.procs'))
    return {
      enter: argv => ['/bin/sh', '-c', ENTER, 'sh', ...files, '--', ...argv],
      add: async processId => {
        for (const file of files)
          await writeFile(file, String(processId)).catch((cause: unknown) => {
            throw new TaskError(`the script cannot be put under its limits: ${messageOf(cause)}`, { cause })
          })
      },
      readComplaints: async () => {
        const said = []
        for (const { controller, ...place } of own) said.push(await readComplaint(controller, place, limits))
        return said.filter(line => line !== '')
      },
      close: async () => {
        for (const folder of folders) if (!(await removeGroup(folder))) this.#stale.add(folder)
      },
    }
  }

  async #sweep(): Promise<void> {
    for (const folder of this.#stale) if (await isRemoved(folder)) this.#stale.delete(folder)
  }
}

function foldersOf({ folders }: Bases): readonly string[] {
  return [...new Set([...folders.values()].map(({ folder }) => folder))]
}

/** A host that is started again is in the leaf already. */
function homeOf({ version, own, top }: CgroupPlace): string {
  return version === 2 && own !== top && basename(own) === LEAF ? dirname(own) : own
}

interface TreeWish {
  /** The folder in which the groups of attempts are to lie. */
  readonly base: string
  readonly wanted: readonly Controller[]
}

/** Makes the folder and lets it hand out the controllers. @returns why that cannot be. */
async function prepareTree(place: CgroupPlace, { base, wanted }: TreeWish): Promise<string | undefined> {
  const home = dirname(base)
  await mkdir(base, { recursive: true })
  const offered = await readWords(join(place.top, 'cgroup.controllers'))
  const missing = wanted.find(each => !offered.includes(each))
  if (missing !== undefined) return `the kernel offers no cgroups for "${missing}"`
  const hindrance = home === place.own ? await leaveHome(home) : undefined
  if (hindrance !== undefined) {
    await rmdir(base).catch(() => undefined)
    return hindrance
  }
  for (const folder of waysDown(place.top, base)) {
    const open = await readWords(join(folder, 'cgroup.subtree_control'))
    const asked = wanted.filter(each => !open.includes(each))
    if (asked.length === 0) continue
    await writeFile(join(folder, 'cgroup.subtree_control'), asked.map(each => `+${each}`).join(' ')).catch(
      (cause: unknown) => {
        throw new TaskError(
          `${folder} does not hand out ${asked.join(' and ')} (${messageOf(cause)}): give the service Delegate=yes, or name another cgroup in script.cgroup`,
        )
      },
    )
  }
  return undefined
}

/** From the top to the folder itself. */
function waysDown(top: string, folder: string): readonly string[] {
  const names = relative(top, folder).split(sep).filter(Boolean)
  return [top, ...names.map((_name, index) => join(top, ...names.slice(0, index + 1)))]
}

/** Moves the server with all that descends from it to a leaf. */
async function leaveHome(home: string): Promise<string | undefined> {
  const leaf = join(home, LEAF)
  await mkdir(leaf, { recursive: true })
  for (let move = 0; move < MOVES_MAX; move++) {
    const ids = (await readWords(join(home, 'cgroup.procs'))).map(Number)
    if (ids.length === 0) return undefined
    const stranger = ids.find(id => !isOurs(id))
    if (stranger !== undefined) {
      await rmdir(leaf).catch(() => undefined)
      return `other processes are in the same cgroup (${home}, process ${stranger}): run the server as a service with Delegate=yes, or name another cgroup in script.cgroup`
    }
    // One that has ended meanwhile is no loss.
    for (const id of ids) await writeFile(join(leaf, 'cgroup.procs'), String(id)).catch(passEnded)
  }
  return `processes come into ${home} faster than they can be moved out of it`
}

function passEnded(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return
  throw error
}

const ANCESTORS_MAX = 64

/** The server, whose host we are, what descends from it, and the first process of a container. */
function isOurs(id: number): boolean {
  if (!existsSync(`/proc/${id}`)) return true
  let each = id
  for (let step = 0; step < ANCESTORS_MAX && each > 1; step++) {
    if (each === process.ppid || each === process.pid) return true
    each = parentOf(each)
  }
  return id === 1
}

/** 0 for a process that has ended, as for one without a parent. */
function parentOf(id: number): number {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'latin1')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

/** What an earlier host has left, with the processes in it. */
async function removeLeft(bases: Bases): Promise<void> {
  for (const base of foldersOf(bases))
    for (const entry of await readdir(base, { withFileTypes: true }))
      if (entry.isDirectory()) await removeGroup(join(base, entry.name))
}

/** Kills whoever is in it, again and again for those who are just being born. */
async function removeGroup(folder: string): Promise<boolean> {
  for (let removal = 0; removal < REMOVALS_MAX; removal++) {
    for (const id of await readWords(join(folder, 'cgroup.procs'))) tryKill(Number(id))
    if (await isRemoved(folder)) return true
    await sleep(REMOVAL_WAIT_MS)
  }
  return false
}

async function isRemoved(folder: string): Promise<boolean> {
  return rmdir(folder).then(
    () => true,
    (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT',
  )
}

function tryKill(id: number): void {
  try {
    // 0 stands for a process of another namespace, and would be our own group.
    if (id > 1) process.kill(id, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** Empty for a file that is not there, or of a group that has gone. */
async function readWords(path: string): Promise<readonly string[]> {
  return (await readFile(path, 'latin1').catch(() => '')).split(/\s+/).filter(Boolean)
}
