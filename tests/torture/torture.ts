// Kills a server again and again while clients use it, then judges what is left. A round is one life of the server: it starts on the data of
// the ones before, is used, and is killed with SIGKILL at a moment of chance; some die before they are ready. Each round is a check: the
// server came up, what was acknowledged in the round before is there, and no script that belonged to it lives on after two seconds.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../packages/core/src/index.ts'
import { getExecution } from '../../bench/harness/api.ts'
import { databaseFile } from '../../bench/harness/database-figures.ts'
import { ROOT, spawnServer, startServer, type ServerProcess } from '../../bench/harness/server-process.ts'
import { Clients } from './clients.ts'
import { tortureFlows } from './flows.ts'
import { checkHistory, type Check } from './history-checker.ts'
import { Ledger, type Acknowledged } from './ledger.ts'
import { countOpen, openSqliteHistory } from './sqlite-history.ts'
import { findChildren, findScripts, stillAlive, type KnownProcess } from './survivors.ts'

export interface TortureOptions {
  readonly kills: number
  readonly seed: string
  /** A life lasts at least and at most so long after the server is ready. */
  readonly lifeMs: readonly [min: number, max: number]
  readonly clients: number
  say(line: string): void
}

export interface TortureReport {
  readonly checks: readonly Check[]
  readonly facts: Readonly<Record<string, number>>
}

/** This share of the lives ends before the server is ready. */
const EARLY_SHARE = 0.1
const EARLY_MS = 250
const SCRIPT_SURVIVES_MS = 2_000
/** The host buries its scripts before it ends; on a machine under load it may only just be starting. */
const HOST_SURVIVES_MS = 10_000
const SAMPLES = 20
const END_TIMEOUT_MS = 120_000

export async function runTorture(options: TortureOptions): Promise<TortureReport> {
  const work = join(ROOT, 'tests', '.work')
  mkdirSync(work, { recursive: true })
  const folder = mkdtempSync(join(work, 'torture-'))
  try {
    return await new Torture(folder, options).run()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

class Torture {
  readonly #folder: string
  readonly #options: TortureOptions
  readonly #random: () => number
  readonly #mark: string
  readonly #ledger = new Ledger()
  readonly #checks: Check[] = []
  /** Looks for survivors that are still to come. */
  readonly #looks: Promise<void>[] = []
  readonly #readyMs: number[] = []
  #server: ServerProcess | undefined
  #told = 0

  constructor(folder: string, options: TortureOptions) {
    this.#folder = folder
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#mark = folder.slice(folder.lastIndexOf('/') + 1)
  }

  async run(): Promise<TortureReport> {
    const flows = tortureFlows(this.#mark, this.#folder)
    mkdirSync(this.#flowsDir)
    for (const { id, source } of flows) writeFileSync(join(this.#flowsDir, `${id}.yaml`), source)
    const clients = new Clients({
      flows,
      ledger: this.#ledger,
      clients: this.#options.clients,
      port: () => this.#server?.port,
      random: this.#random,
      wordsOf: () => this.#server?.stderr ?? '',
    })
    const isDone = clients.run()
    for (let round = 1; round <= this.#options.kills; round++) await this.#round(round)
    clients.stop()
    await isDone
    await this.#settle()
    await Promise.all(this.#looks)
    return { checks: [...this.#checks, ...(await this.#judge())], facts: this.#facts() }
  }

  async #judge(): Promise<readonly Check[]> {
    const history = openSqliteHistory(this.#file)
    try {
      return await checkHistory(history, this.#ledger)
    } finally {
      await history.close()
    }
  }

  get #flowsDir(): string {
    return join(this.#folder, 'flows')
  }

  get #dataDir(): string {
    return join(this.#folder, 'data')
  }

  get #file(): string {
    return databaseFile(this.#dataDir)
  }

  async #round(round: number): Promise<void> {
    const isEarly = round > 1 && this.#random() < EARLY_SHARE
    const problems: string[] = []
    try {
      if (isEarly) await this.#dieEarly(problems)
      else await this.#live(problems)
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
    }
    this.#checks.push({ name: `round ${round}`, problems })
    if (round % 10 === 0 || problems.length > 0) this.#tell(round, problems)
  }

  #tell(round: number, problems: readonly string[]): void {
    const { acknowledged, unanswered } = this.#ledger
    this.#options.say(`${round} kills, ${acknowledged.length} acknowledged, ${unanswered.size} unanswered`)
    for (const problem of problems) this.#options.say(`  ${problem}`)
  }

  async #live(problems: string[]): Promise<void> {
    const server = await this.#start()
    problems.push(...(await this.#missing(server)))
    const [min, max] = this.#options.lifeMs
    await sleep(min + this.#random() * (max - min))
    this.#server = undefined
    await this.#kill(server, problems)
  }

  async #start(): Promise<ServerProcess> {
    const server = await startServer({ dataDir: this.#dataDir, flowsDir: this.#flowsDir })
    this.#readyMs.push(server.readyMs)
    this.#server = server
    return server
  }

  async #dieEarly(problems: string[]): Promise<void> {
    const started = spawnServer({ dataDir: this.#dataDir, flowsDir: this.#flowsDir })
    await sleep(this.#random() * EARLY_MS)
    await this.#kill(started, problems)
  }

  async #kill(server: Pick<ServerProcess, 'pid' | 'kill'>, problems: string[]): Promise<void> {
    const children = findChildren(server.pid)
    await server.kill()
    const scripts = findScripts(this.#mark)
    this.#looks.push(lookAgain(scripts, SCRIPT_SURVIVES_MS, problems), lookAgain(children, HOST_SURVIVES_MS, problems))
  }

  /** A sample of what was acknowledged since the last look: it is there, and no state has gone back. */
  async #missing(server: ServerProcess): Promise<readonly string[]> {
    const fresh = this.#ledger.acknowledged.slice(this.#told)
    this.#told = this.#ledger.acknowledged.length
    const step = Math.max(1, Math.floor(fresh.length / SAMPLES))
    const sample = fresh.filter((_entry, index) => index % step === 0 || index === fresh.length - 1)
    const answers = await Promise.all(sample.map(entry => judgeOne(server, entry)))
    return answers.flatMap(answer => answer ?? [])
  }

  /** The last life: everything that is pending comes to its end. */
  async #settle(): Promise<void> {
    this.#options.say('the last start: waiting until everything has ended')
    const server = await this.#start()
    const startMs = performance.now()
    const problems = [...(await this.#missing(server))]
    while (countOpen(this.#file) > 0 && performance.now() - startMs < END_TIMEOUT_MS) await sleep(250)
    const open = countOpen(this.#file)
    if (open > 0) problems.push(`${open} executions have not ended ${END_TIMEOUT_MS / 1000} s after the last start`)
    await server.stop()
    this.#checks.push({ name: 'what was pending has ended', problems })
  }

  #facts(): Readonly<Record<string, number>> {
    const { acknowledged, unanswered, refused, killed } = this.#ledger
    const overlaps = join(this.#folder, 'overlaps')
    const sorted = [...this.#readyMs].sort((a, b) => a - b)
    return {
      kills: this.#options.kills,
      acknowledged: acknowledged.length,
      unanswered: unanswered.size,
      refused: [...refused.values()].reduce((sum, count) => sum + count, 0),
      killsAcknowledged: killed.size,
      overlappingAttempts: existsSync(overlaps) ? readFileSync(overlaps, 'utf8').trim().split('\n').length : 0,
      readyMsMedian: Math.round(sorted[sorted.length >> 1] ?? 0),
      readyMsMax: Math.round(sorted.at(-1) ?? 0),
    }
  }
}

async function judgeOne(server: ServerProcess, { id, flowId, state }: Acknowledged): Promise<string | undefined> {
  const found = await getExecution(server, id)
  if (!found) return `${flowId} ${id} was acknowledged and is gone after the restart`
  const isTold = state === 'SUCCESS' || state === 'FAILED'
  return isTold && found.state.current !== state ? `${id} was ${state} and is ${found.state.current}` : undefined
}

async function lookAgain(left: readonly KnownProcess[], afterMs: number, problems: string[]): Promise<void> {
  await sleep(afterMs)
  for (const { id, command } of stillAlive(left))
    problems.push(`process ${id} outlived its server by ${afterMs / 1000} s: ${command.slice(0, 200)}`)
}
