// Kills a server again and again while a source produces numbered events, and compares what was produced with what executions were given: each number
// once. Every round is one life of the server on the data of the ones before; it is killed with SIGKILL at a moment of chance.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { seededRandom } from '../../../packages/core/src/index.ts'
import { databaseFile } from '../../../bench/harness/database-figures.ts'
import { ROOT, startServer, type ServerProcess } from '../../../bench/harness/server-process.ts'
import type { Check } from '../history-checker.ts'
import type { TortureReport } from '../torture.ts'
import type { Counterpart, Ground } from './counterpart.ts'
import { compareEvents, eventsGiven } from './compare-events.ts'

export interface TriggerTortureOptions {
  readonly kind: string
  readonly events: number
  readonly kills: number
  readonly seed: string
  /** A life lasts at least and at most so long after the server is ready. */
  readonly lifeMs: readonly [min: number, max: number]
  open(ground: Ground): Promise<Counterpart>
  say(line: string): void
}

const LOOK_MS = 100
const FIRST_LOOK_MAX_MS = 60_000
/** The last life ends when all has come, or when nothing more came for so long. */
const QUIET_MAX_MS = 120_000
const BATCH_MAX = 100
/** This share of the lives. */
const BUSY_SHARE = 0.75
const BUSY_MAX_MS = 10_000
const BUSY_LOOK_MS = 3
const AFTER_BIRTH_MS = 300

export async function runTriggerTorture(options: TriggerTortureOptions): Promise<TortureReport> {
  const work = join(ROOT, 'tests', '.work')
  mkdirSync(work, { recursive: true })
  const folder = mkdtempSync(join(work, `triggers-${options.kind}-`))
  const flowId = options.kind
  const counterpart = await options.open({ folder, flowId })
  try {
    return await new TriggerTorture(folder, counterpart, options).run()
  } finally {
    await counterpart.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

class TriggerTorture {
  readonly #counterpart: Counterpart
  readonly #options: TriggerTortureOptions
  readonly #random: () => number
  readonly #dataDir: string
  readonly #flowsDir: string
  readonly #produced: number[] = []
  #kills = 0
  #failure: unknown

  constructor(folder: string, counterpart: Counterpart, options: TriggerTortureOptions) {
    this.#counterpart = counterpart
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#dataDir = join(folder, 'data')
    this.#flowsDir = join(folder, 'flows')
    mkdirSync(this.#flowsDir)
    writeFileSync(join(this.#flowsDir, `${options.kind}.yaml`), counterpart.flow)
  }

  async run(): Promise<TortureReport> {
    const startedMs = performance.now()
    const { kind, events, kills, say } = this.#options
    let server = await this.#start()
    if (this.#counterpart.looksFirst === true) await this.#firstLook()
    const isProduced = this.#produce().catch((error: unknown) => void (this.#failure = error))
    while (this.#kills < kills) {
      await this.#live()
      this.#counterpart.onServer?.(undefined)
      await server.kill()
      this.#kills++
      if (this.#kills % 10 === 0) say(`${kind}: ${this.#kills} kills, ${this.#produced.length} events`)
      server = await this.#start()
    }
    await isProduced
    await this.#quiet(say)
    await server.stop()
    const given = eventsGiven(databaseFile(this.#dataDir))
    const { lost, doubled, foreign, unfinished } = compareEvents(this.#produced, given)
    const checks: Check[] = [
      { name: `${kind}: all events were produced`, problems: this.#failure ? [String(this.#failure)] : [] },
      { name: `${kind}: no event is lost`, problems: lost },
      { name: `${kind}: no event is doubled`, problems: doubled },
      { name: `${kind}: no event comes from nowhere`, problems: foreign },
      { name: `${kind}: every execution has succeeded`, problems: unfinished },
    ]
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    const facts = {
      events: this.#produced.length,
      wanted: events,
      kills: this.#kills,
      executions: given.length,
      seconds,
    }
    return { checks, facts }
  }

  async #start(): Promise<ServerProcess> {
    const { env } = this.#counterpart
    const server = await startServer({ dataDir: this.#dataDir, flowsDir: this.#flowsDir, ...(env ? { env } : {}) })
    this.#counterpart.onServer?.(server)
    return server
  }

  /** Most lives end soon after something was born, where a death hurts most; the others anywhere. */
  async #live(): Promise<void> {
    const [min, max] = this.#options.lifeMs
    const lifeMs = min + this.#random() * (max - min)
    if (this.#random() > BUSY_SHARE) return await sleep(lifeMs)
    const file = databaseFile(this.#dataDir)
    const before = countExecutions(file)
    const endMs = performance.now() + BUSY_MAX_MS
    while (countExecutions(file) === before && performance.now() < endMs) await sleep(BUSY_LOOK_MS)
    await sleep(this.#random() * Math.min(lifeMs, AFTER_BIRTH_MS))
  }

  /** As evenly as the kills, a few at a time. */
  async #produce(): Promise<void> {
    const { events, kills } = this.#options
    let next = 1
    while (next <= events && this.#failure === undefined) {
      const due = Math.ceil((events * (this.#kills + 1)) / (kills + 1))
      const batchMax = Math.min(BATCH_MAX, Math.ceil(events / (kills + 1) / 4))
      const count = Math.min(1 + Math.floor(this.#random() * batchMax), Math.min(due, events) - next + 1)
      const numbers = Array.from({ length: Math.max(count, 0) }, (_, at) => next + at)
      if (numbers.length > 0) await this.#counterpart.produce(numbers)
      this.#produced.push(...numbers)
      next += numbers.length
      await sleep(this.#random() * LOOK_MS)
    }
  }

  async #firstLook(): Promise<void> {
    for (const endMs = performance.now() + FIRST_LOOK_MAX_MS; performance.now() < endMs; await sleep(LOOK_MS))
      if (hasMark(databaseFile(this.#dataDir))) return
    throw new Error('the trigger has not looked at its source')
  }

  async #quiet(say: (line: string) => void): Promise<void> {
    const file = databaseFile(this.#dataDir)
    let quietSinceMs = performance.now()
    for (let last = -1; performance.now() - quietSinceMs < QUIET_MAX_MS; await sleep(LOOK_MS * 5)) {
      const given = eventsGiven(file)
      const count = given.reduce((sum, { numbers }) => sum + numbers.length, 0)
      if (count >= this.#produced.length && given.every(({ state }) => state === 'SUCCESS')) return
      if (count === last) continue
      last = count
      quietSinceMs = performance.now()
      say(`${this.#options.kind}: ${count} of ${this.#produced.length} events were given`)
    }
  }
}

function countExecutions(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return Number(db.prepare('select count(*) as n from executions').get()?.['n'])
  } finally {
    db.close()
  }
}

function hasMark(file: string): boolean {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return db
      .prepare('select state from triggers')
      .all()
      .some(row => String(row['state']).includes('"mark"'))
  } finally {
    db.close()
  }
}
