// Where one peer is run: its installation, a fresh folder for its data, and every process that was started for it. Closing the stage ends
// those processes and what they started, and nothing else.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, copyFileSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type Postgres } from '../../tests/services/postgres.mjs'
import { SETTINGS } from '../harness/postgres-database.ts'
import { endTree, listTree, residentBytes } from './process-tree.ts'

const POLL_MS = 20
const READY_TIMEOUT_MS = 120_000
const LOG_KEPT_CHARS = 2_000

export interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export class Stage {
  /** Of the installation. */
  readonly folder: string
  readonly dataDir: string
  readonly #children: { readonly program: Program; readonly child: ChildProcess; readonly log: string }[] = []
  #postgres: Postgres | undefined
  #startedMs: number | undefined

  constructor(folder: string, dataDir: string) {
    this.folder = folder
    this.dataDir = dataDir
  }

  /** The moment the first process of the peer itself was started: a database is there before. */
  get startedMs(): number {
    return this.#startedMs ?? performance.now()
  }

  /** Durable as one in production, with the same settings for every peer. */
  async postgres(): Promise<Postgres> {
    this.#postgres ??= await startPostgres({ fsync: true, settings: SETTINGS })
    return this.#postgres
  }

  run(program: Program): number {
    this.#startedMs ??= performance.now()
    const log = join(this.dataDir, `${program.name}.log`)
    const output = openSync(log, 'a')
    const child = spawn(program.command, program.args, {
      cwd: this.dataDir,
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...program.env },
    })
    closeSync(output)
    child.once('error', () => undefined)
    this.#children.push({ program, child, log })
    return child.pid ?? -1
  }

  /** A program of ours that needs the packages of the installation must lie beside them. */
  place(app: string): string {
    const target = join(this.folder, basename(app))
    copyFileSync(app, target)
    return target
  }

  /** Asks again and again until it is answered with something; fails when a process of the peer ends meanwhile. */
  async until<T>(what: string, look: () => Promise<T | undefined>, everyMs = POLL_MS): Promise<T> {
    const endMs = performance.now() + READY_TIMEOUT_MS
    for (;;) {
      const seen = await look().catch(() => undefined)
      if (seen !== undefined) return seen
      const gone = this.#children.find(({ child }) => child.exitCode !== null || child.pid === undefined)
      if (gone) throw new Error(`${gone.program.name} ended while waiting for ${what}: ${lastLineOf(gone.log)}`)
      if (performance.now() > endMs) throw new Error(`${what}: not within ${READY_TIMEOUT_MS} ms`)
      await sleep(everyMs)
    }
  }

  tails(): string {
    return this.#children.map(({ program, log }) => `[${program.name}] ${tailOf(log)}`).join('\n')
  }

  /** Of all processes together, a page that several of them share counted once. */
  residentBytes(): number {
    return residentBytes(this.#roots().flatMap(listTree))
  }

  async close(): Promise<void> {
    for (const { child } of this.#children.toReversed()) if (child.pid !== undefined) await endTree(child.pid)
    await this.#postgres?.stop()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  #roots(): readonly number[] {
    const own = this.#children.flatMap(({ child }) => child.pid ?? [])
    if (this.#postgres === undefined) return own
    return [...own, Number(readFileSync(join(this.#postgres.dataDir, 'postmaster.pid'), 'utf8').split('\n', 1)[0])]
  }
}

export async function findFreePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** For `until`: an answer, or nothing. */
export async function answers(url: string): Promise<true | undefined> {
  const response = await fetch(url)
  await response.body?.cancel()
  return response.ok ? true : undefined
}

function tailOf(log: string): string {
  return readFileSync(log, 'utf8').slice(-LOG_KEPT_CHARS).trim()
}

function lastLineOf(log: string): string {
  return tailOf(log).split('\n').at(-1) ?? ''
}
