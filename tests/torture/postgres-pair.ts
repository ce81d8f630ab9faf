// A primary and a synchronous standby: what the primary has acknowledged is on both. When the primary is lost the standby takes its place, and
// gets a standby of its own. Needs the programs of PostgreSQL's own packages (Debian: apt-get install postgresql), for pg_basebackup.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Database } from './database-client.ts'
import { findDescendants } from './survivors.ts'

interface Member {
  readonly port: number
  readonly dataDir: string
  readonly process: ChildProcess
  readonly exited: Promise<void>
}

const DEBIAN_FOLDER = '/usr/lib/postgresql'
/** PostgreSQL refuses to run as root. */
const NOBODY = 65534
const READY_TIMEOUT_MS = 60_000
const LOOK_MS = 20
const SETTINGS = ['max_connections=150', 'log_min_messages=error', 'unix_socket_directories=']

export class PostgresPair implements Database {
  readonly #home: string
  readonly #bin: string
  #primary: Member | undefined
  #standby: Member | undefined
  #count = 0

  /** @throws when the programs are not installed. */
  constructor() {
    this.#bin = findPrograms()
    this.#home = mkdtempSync(join(tmpdir(), 'batuta-pair-'))
    if (isRoot()) chownSync(this.#home, NOBODY, NOBODY)
  }

  get port(): number {
    return this.#primary?.port ?? 0
  }

  get isUp(): boolean {
    return this.#primary !== undefined
  }

  async start(): Promise<void> {
    const dataDir = this.#nextDir()
    this.#run('initdb', ['-D', dataDir, '--auth=trust', '--encoding=UTF8', '--locale=C', '--username=postgres'])
    this.#primary = await this.#launch(dataDir)
    await this.addStandby()
  }

  /** From here on nothing is acknowledged that the standby has not. */
  async addStandby(): Promise<void> {
    const dataDir = this.#nextDir()
    const from = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres']
    this.#run('pg_basebackup', [...from, '-D', dataDir, '-R', '-X', 'stream', '-c', 'fast'])
    this.#standby = await this.#launch(dataDir)
    await ask(this, "alter system set synchronous_standby_names = '*'")
    await ask(this, 'select pg_reload_conf()')
    while (!(await this.#isInStep())) await sleep(LOOK_MS)
  }

  /** The machine of the primary is gone, with everything on it. */
  async losePrimary(): Promise<void> {
    const lost = this.#primary
    if (!lost) throw new Error('there is no primary to lose')
    const family = findDescendants(lost.process.pid ?? -1)
    for (const id of [lost.process.pid ?? -1, ...family.map(known => known.id)]) killIfThere(id)
    await lost.exited
    rmSync(lost.dataDir, { recursive: true, force: true })
    this.#primary = undefined
  }

  async promote(): Promise<void> {
    const standby = this.#standby
    if (!standby) throw new Error('there is no standby to promote')
    this.#run('pg_ctl', ['promote', '-D', standby.dataDir, '-w'])
    this.#primary = standby
    this.#standby = undefined
  }

  async stop(): Promise<void> {
    for (const member of [this.#primary, this.#standby]) {
      member?.process.kill('SIGQUIT')
      await member?.exited
    }
    rmSync(this.#home, { recursive: true, force: true })
  }

  #nextDir(): string {
    return join(this.#home, `member-${++this.#count}`)
  }

  async #isInStep(): Promise<boolean> {
    const rows = await ask(this, "select 1 from pg_stat_replication where sync_state = 'sync' and state = 'streaming'")
    return rows.length > 0
  }

  #run(program: string, args: readonly string[]): void {
    const { status, stderr } = spawnSync(join(this.#bin, program), args, { ...asNobody(), encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
  }

  async #launch(dataDir: string): Promise<Member> {
    const port = await findFreePort()
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', ...SETTINGS].flatMap(setting => ['-c', setting])
    const child = spawn(join(this.#bin, 'postgres'), ['-D', dataDir, ...settings], { ...asNobody(), stdio: 'ignore' })
    const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
    const member = { port, dataDir, process: child, exited }
    for (const startMs = performance.now(); performance.now() - startMs < READY_TIMEOUT_MS; await sleep(LOOK_MS)) {
      if (await answers(member)) return member
      if (child.exitCode !== null) break
    }
    child.kill('SIGKILL')
    throw new Error(`PostgreSQL in "${dataDir}" does not come up`)
  }
}

async function answers(member: Member): Promise<boolean> {
  try {
    await ask(member, 'select 1')
    return true
  } catch {
    return false // It is just starting.
  }
}

function findPrograms(): string {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : []
  const folders = versions.sort((a, b) => Number(b) - Number(a)).map(version => join(DEBIAN_FOLDER, version, 'bin'))
  const found = folders.find(bin => existsSync(join(bin, 'pg_basebackup')) && existsSync(join(bin, 'postgres')))
  if (found === undefined)
    throw new Error(
      `no PostgreSQL with pg_basebackup in ${DEBIAN_FOLDER}: install one (Debian: apt-get install postgresql)`,
    )
  return found
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

function killIfThere(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function asNobody(): { readonly uid?: number; readonly gid?: number; readonly cwd: string } {
  return isRoot() ? { uid: NOBODY, gid: NOBODY, cwd: '/' } : { cwd: '/' }
}
