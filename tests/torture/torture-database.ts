// A PostgreSQL that is killed and comes back: on the same data and the same port, after as many attempts as the rest of the one before needs
// to let go of its shared memory. It writes to the disk as one in earnest does, for a server refuses any other.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './database-client.ts'
import { startPostgres, type Postgres } from '../services/postgres.mjs'

const START_TIMEOUT_MS = 60_000
const RETRY_MS = 200
const SETTINGS = { max_connections: 150, log_min_messages: 'error' }

export class TortureDatabase implements Database {
  readonly home: string
  readonly #ownsHome: boolean
  #postgres: Postgres | undefined
  #port = 0
  /** How long the last start took until connections were accepted. */
  startMs = 0

  /** `home`: a folder to use instead of a temporary one. */
  constructor(home?: string) {
    this.#ownsHome = home === undefined
    this.home = home ?? mkdtempSync(join(tmpdir(), 'batuta-torture-pg-'))
  }

  get port(): number {
    return this.#port
  }

  get isUp(): boolean {
    return this.#postgres !== undefined
  }

  async start(settings: Readonly<Record<string, string | number>> = {}): Promise<void> {
    const startedMs = performance.now()
    for (;;) {
      try {
        const options = { dir: this.home, port: this.#port, fsync: true, settings: { ...SETTINGS, ...settings } }
        this.#postgres = await startPostgres(options)
        break
      } catch (error) {
        if (performance.now() - startedMs > START_TIMEOUT_MS) throw error
        await sleep(RETRY_MS)
      }
    }
    this.#port = this.#postgres.port
    this.startMs = performance.now() - startedMs
  }

  /** kill -9 of the first process: the others find out and go. */
  async kill(): Promise<void> {
    this.#postgres = undefined
    const [postmaster] = this.#processes()
    if (postmaster !== undefined) process.kill(postmaster, 'SIGKILL')
    await sleep(0)
  }

  /** kill -9 of one that serves a connection: PostgreSQL ends all the others and recovers. False when there is none. */
  killBackend(random: () => number): boolean {
    const backends = this.#backends()
    const victim = backends[Math.floor(random() * backends.length)]
    if (victim === undefined) return false
    process.kill(victim, 'SIGKILL')
    return true
  }

  async stop(): Promise<void> {
    await this.#postgres?.stop()
    this.#postgres = undefined
    if (this.#ownsHome) rmSync(this.home, { recursive: true, force: true })
  }

  /** By the id that it wrote down, if that is still its own. */
  #processes(): readonly number[] {
    try {
      const id = Number(readFileSync(join(this.home, 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0])
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(this.home) ? [id] : []
    } catch {
      return [] // It is not up.
    }
  }

  #backends(): readonly number[] {
    const [postmaster] = this.#processes()
    if (postmaster === undefined) return []
    const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(postmaster)], { encoding: 'utf8' })
    return stdout.split('\n').flatMap(line => {
      const match = /^\s*(\d+) .*postgres 127\.0\.0\.1\(/.exec(line)
      return match ? [Number(match[1])] : []
    })
  }
}
