// The auditor: walks every execution of a database once and judges it by the invariants that Batuta promises (I1 to I22). It only reads, on a server
// that works as well as on one that stands, and holds one page of headers and one execution at a time, however many there are.
import { compilePlan, decodeValue, trust, type Event, type Flow, type Plan } from '@batuta/core'
import type { ExecutionRow } from '../storage/batch.ts'
import { flowOf, number, text, triggerOf, type SqlRow } from '../storage/sql/rows.ts'
import {
  ABANDONED_JOBS,
  FIND_REVISION,
  LIVE_ENGINES,
  NEWEST_FLOW,
  OVERDUE_TIMERS,
  OVERDUE_TRIGGERS,
} from './audit.sql.ts'
import { Findings, type InvariantReport } from './findings.ts'
import { ContentJudge, type Secret } from './judge-contents.ts'
import { JournalJudge, type JudgedJournal } from './judge-journal.ts'
import { judgeLimits } from './judge-limits.ts'
import { judgeRows } from './judge-rows.ts'
import { TickJudge } from './judge-ticks.ts'
import { oneByOne, type OneByOne } from './one-by-one.ts'
import { LAST_ID, rangesOf, type IdRange, type JournalEntry, type LogChunk, type Ranges } from './ranges.ts'
import type { Query, ReadOnlyDatabase } from './read-only-database.ts'

export interface AuditOptions {
  /** Zone of schedules that name none. */
  readonly zone?: string
  /** Whether internal storage has the file; without it files are not judged. */
  readonly hasFile?: (uri: string) => Promise<boolean>
  readonly secrets?: readonly Secret[]
  /** A server works on the database now; asked for where the database itself does not tell. */
  readonly isServed?: boolean
  /** Ids that somebody was told of: without them nobody knows what was acknowledged. */
  readonly acknowledged?: Iterable<string>
  /** Findings that are kept of each invariant; all are counted. */
  readonly findingsMax?: number
  /** What may pass is looked at again after this long. */
  readonly lookAgainMs?: number
  readonly pause?: (ms: number) => Promise<void>
  readonly onProgress?: (executions: number) => void
}

export interface AuditReport {
  readonly isSound: boolean
  readonly executions: number
  readonly turns: number
  readonly invariants: readonly InvariantReport[]
}

const PAGE = 100
const PLANS_MAX = 500
const FINDINGS_MAX = 20
const LOOK_AGAIN_MS = 5_000
/** A timer or a date may be late by this much when there is a lot to do. */
const LATE_MAX_MS = 60_000

export async function audit(database: ReadOnlyDatabase, options: AuditOptions = {}): Promise<AuditReport> {
  const walk = new Walk(database, options)
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after
    after = await database.snapshot(query => walk.page(query, from))
    options.onProgress?.(walk.executions)
  }
  return await walk.end()
}

class Walk {
  executions = 0
  #turns = 0
  #turnsMost = 0
  readonly #database: ReadOnlyDatabase
  readonly #options: AuditOptions
  readonly #findings: Findings
  readonly #ranges: Ranges
  readonly #ticks: TickJudge
  readonly #contents: ContentJudge
  readonly #plans = new Map<string, Plan | undefined>()

  constructor(database: ReadOnlyDatabase, options: AuditOptions) {
    this.#database = database
    this.#options = options
    this.#findings = new Findings(options.findingsMax ?? FINDINGS_MAX)
    this.#ranges = rangesOf(database)
    this.#ticks = new TickJudge(this.#findings, options.zone ?? 'UTC')
    this.#contents = new ContentJudge({
      findings: this.#findings,
      hasFile: options.hasFile,
      secrets: options.secrets ?? [],
    })
  }

  /** Judges the executions after an id, and whatever claims to belong to one of them; returns where to go on. */
  async page(query: Query, after: string): Promise<string | undefined> {
    const rows = await this.#ranges.executionsAfter(query, after, PAGE)
    const isLast = rows.length < PAGE
    const range: IdRange = { after, upTo: isLast ? LAST_ID : (rows.at(-1)?.id ?? LAST_ID) }
    const [labels, jobs, timers] = [
      Map.groupBy(await this.#ranges.labels(query, range), row => row.executionId),
      Map.groupBy(await this.#ranges.jobs(query, range), row => row.executionId),
      Map.groupBy(await this.#ranges.timers(query, range), row => row.executionId),
    ]
    const known = new Set(rows.map(row => row.id))
    this.#findOrphans(known, { jobs, timers, labels })
    const journals = oneByOne(this.#ranges.journal(query, range))
    const logs = oneByOne(this.#ranges.logs(query, range))
    for (const row of rows) {
      const journal = await this.#judgeJournal(row, journals)
      const { id } = row
      for (const job of jobs.get(id) ?? []) this.#contents.seeSecrets(id, `the job of run ${job.run}`, job.payload)
      await judgeRows(
        { row, labels: labels.get(id) ?? [], jobs: jobs.get(id) ?? [], timers: timers.get(id) ?? [] },
        journal,
        { findings: this.#findings, ranges: this.#ranges, query },
      )
      if (journal.state && journal.plan) this.#ticks.judge(journal.state, journal.plan.flow)
      await this.#judgeLogs(id, logs, journal)
      this.executions += 1
    }
    // What is left of the range belongs to no execution.
    for (let entry = await journals.peek(); entry; entry = await journals.skip(entry.executionId))
      this.#findings.add('I11', entry.executionId, 'it has a journal and no row')
    return isLast ? undefined : range.upTo
  }

  async end(): Promise<AuditReport> {
    const { snapshot } = this.#database
    await snapshot(query => this.#ticks.judgeCursors(query, this.#ranges))
    await snapshot(query => judgeLimits(query, this.#ranges, this.#findings))
    await this.#judgeAcknowledged()
    await this.#judgeLive()
    this.#contents.end()
    this.#noteSkipped()
    const invariants = this.#findings.report()
    const isSound = invariants.every(({ status }) => status !== 'broken')
    return { isSound, executions: this.executions, turns: this.#turns, invariants }
  }

  async #judgeJournal(row: ExecutionRow, journals: OneByOne<JournalEntry>): Promise<JudgedJournal> {
    const judge = new JournalJudge(row.id, {
      findings: this.#findings,
      loadPlan: birth => this.#loadPlan(birth),
    })
    const files = new Set<string>()
    let rows = 0
    for (let entry = await journals.peek(); entry && entry.executionId <= row.id;) {
      if (entry.executionId < row.id) {
        this.#findings.add('I11', entry.executionId, 'it has a journal and no row')
        entry = await journals.skip(entry.executionId)
        continue
      }
      rows += 1
      this.#contents.seeSecrets(row.id, `turn ${entry.turn} of its journal`, entry.events)
      for (const uri of this.#contents.filesIn(row.id, entry.events)) files.add(uri)
      await judge.take(entry)
      entry = await journals.next()
    }
    this.#turns += rows
    this.#turnsMost = Math.max(this.#turnsMost, rows)
    this.#findings.saw('I19', rows)
    if (rows === 0) this.#findings.add('I11', row.id, 'it has a row and no journal')
    const judged = judge.end()
    await this.#contents.judgeFiles(row.id, files, judged.plan)
    return judged
  }

  async #judgeLogs(id: string, logs: OneByOne<LogChunk>, { state }: JudgedJournal): Promise<void> {
    for (let chunk = await logs.peek(); chunk && chunk.executionId <= id; chunk = await logs.next()) {
      // The last lines of one that was deleted may come after it.
      if (chunk.executionId < id) continue
      this.#contents.seeSecrets(id, 'its log', chunk.lines)
      this.#contents.judgeLog(chunk, state)
    }
  }

  #findOrphans(
    known: ReadonlySet<string>,
    rows: Record<'jobs' | 'timers' | 'labels', ReadonlyMap<string, unknown>>,
  ): void {
    for (const [table, byId] of Object.entries(rows))
      for (const id of byId.keys())
        if (!known.has(id))
          this.#findings.add('I11', id, `there are rows in ${table} of an execution that is not there`)
  }

  async #loadPlan(birth: Extract<Event, { type: 'created' }>): Promise<Plan | undefined> {
    const { tenant, namespace, flowId, revision } = birth
    const key = `${tenant}/${namespace}/${flowId}/${revision}`
    if (this.#plans.has(key)) return this.#plans.get(key)
    const row = (await this.#database.query(FIND_REVISION, tenant, namespace, flowId, revision))[0]
    const plan = row && compilePlan(trust<Flow>(decodeValue(text(row, 'parsed'))), { tenant, revision })
    const [oldest] = this.#plans.keys()
    if (this.#plans.size >= PLANS_MAX && oldest !== undefined) this.#plans.delete(oldest)
    this.#plans.set(key, plan)
    return plan
  }

  async #judgeAcknowledged(): Promise<void> {
    const { acknowledged } = this.#options
    if (!acknowledged) return this.#findings.skip('I1', 'only those who were answered know what was acknowledged')
    for (const id of acknowledged) {
      this.#findings.saw('I1')
      if (!(await this.#ranges.findExecution(this.#database.query, id)))
        this.#findings.add('I1', id, 'it was acknowledged, and it is not there')
    }
  }

  /** What an engine that lives puts right within seconds: what is still there at a second look is stuck. */
  async #judgeLive(): Promise<void> {
    if (!(await this.#isServed()))
      return this.#findings.skip('I12', 'no engine runs that would take jobs back: the next start does')
    const before = await this.#overdue()
    this.#findings.saw('I12', before.length)
    if (before.length === 0) return
    await this.#options.pause?.(this.#options.lookAgainMs ?? LOOK_AGAIN_MS)
    const now = new Set((await this.#overdue()).map(({ key }) => key))
    for (const { key, invariant, id, what } of before) if (now.has(key)) this.#findings.add(invariant, id, what)
  }

  async #isServed(): Promise<boolean> {
    if (this.#database.kind === 'sqlite') return this.#options.isServed === true
    return (await this.#database.query(LIVE_ENGINES)).length > 0
  }

  async #overdue(): Promise<readonly Overdue[]> {
    const { query } = this.#database
    const lateMs = (await this.#database.nowMs()) - LATE_MAX_MS
    const jobs = (await query(ABANDONED_JOBS[this.#database.kind])).map(abandoned)
    const triggers: Overdue[] = []
    for (const row of await query(OVERDUE_TRIGGERS, lateMs))
      if (await this.#isFiring(row)) triggers.push(lateTrigger(row))
    const timers: Overdue[] = []
    for (const row of await query(OVERDUE_TIMERS, lateMs)) {
      const execution = await this.#ranges.findExecution(query, text(row, 'execution_id'))
      // What is held is not woken.
      if (execution?.waitsFor !== 'human') timers.push(lateTimer(row))
    }
    return [...jobs, ...triggers, ...timers]
  }

  /** A schedule that is switched off, by itself or with its flow, keeps its cursor. */
  async #isFiring(row: SqlRow): Promise<boolean> {
    const { tenant, namespace, flowId, triggerId } = triggerOf(row)
    const newest = (await this.#database.query(NEWEST_FLOW, tenant, namespace, flowId))[0]
    if (!newest || flowOf(newest).isDeleted) return false
    const flow = trust<Flow>(decodeValue(flowOf(newest).parsed))
    const trigger = flow.triggers.find(({ id }) => id === triggerId)
    return trigger !== undefined && !flow.disabled && !trigger.disabled
  }

  #noteSkipped(): void {
    const { hasFile, secrets = [] } = this.#options
    const skip = (id: Parameters<Findings['skip']>[0], reason: string): void => this.#findings.skip(id, reason)
    skip('I10', 'the API takes no idempotency keys yet')
    skip('I13', 'processes are not in the database; the torture suite looks at them')
    skip('I20', 'there is no audit log of changes yet')
    if (!hasFile) skip('I15', 'there is no storage folder to look into')
    if (secrets.length === 0) skip('I18', 'no SECRET_ variable is set here, so there is nothing to look for')
    const average = this.executions === 0 ? 0 : this.#turns / this.executions
    this.#findings.note('I19', `${average.toFixed(1)} journal rows per execution, ${this.#turnsMost} at most`)
    this.#findings.note('I14', 'lines carry no numbers yet, so a line that was lost is not seen')
    this.#findings.note('I9', 'dates that were left out are not seen: outages leave no trace in the database')
  }
}

interface Overdue {
  readonly key: string
  readonly invariant: 'I12' | 'I21'
  readonly id: string
  readonly what: string
}

function abandoned(row: SqlRow): Overdue {
  const id = text(row, 'execution_id')
  const run = number(row, 'run')
  const owner = `${text(row, 'node')} (incarnation ${number(row, 'incarnation')})`
  const what = `its job of run ${run} is in the hands of ${owner}, which is gone`
  return { key: `job ${id}/${run}/${number(row, 'epoch')}`, invariant: 'I12', id, what }
}

function lateTimer(row: SqlRow): Overdue {
  const id = text(row, 'execution_id')
  const what = `its timer "${text(row, 'name')}" was due at ${iso(row, 'at_ms')}, and an engine runs`
  return { key: `timer ${id} ${text(row, 'name')} ${number(row, 'at_ms')}`, invariant: 'I21', id, what }
}

function lateTrigger(row: SqlRow): Overdue {
  const id = `${text(row, 'namespace')}.${text(row, 'flow_id')}/${text(row, 'trigger_id')}`
  const what = `its date ${iso(row, 'next_ms')} is over and did not fire, and an engine runs`
  return { key: `trigger ${id} ${number(row, 'next_ms')}`, invariant: 'I21', id, what }
}

function iso(row: SqlRow, column: string): string {
  return new Date(number(row, column)).toISOString()
}
