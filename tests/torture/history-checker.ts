// Judges every execution in the database of stopped servers by rules that know nothing of the engine's code: what was acknowledged is there, a
// journal has no gaps, an end comes once and nothing after it, an attempt has one accepted result, nothing is left over. Of the product only
// the reading of an event's text is used.
import { decodeEvents, isFinal, type Event } from '../../packages/core/src/index.ts'
import { SLEEPERS, SLEEPER_WORDS } from './flows.ts'
import type { History, StoredExecution } from './history.ts'
import type { Acknowledged, Ledger } from './ledger.ts'

export interface Check {
  readonly name: string
  /** What was found wrong; empty when it passed. */
  readonly problems: readonly string[]
}

/** `run`s of jobs that were lost with their server, and ended FAILED after the third time. */
const LOST_BEFORE_FAILURE = 2
const PROBLEMS_MAX = 20
const ROOT_RUN = -1

export async function checkHistory(history: History, ledger: Ledger): Promise<readonly Check[]> {
  const executions = new Map((await history.executions()).map(execution => [execution.id, execution]))
  const journals = await judgeJournals(history, executions)
  return [
    { name: 'the database is whole', problems: await history.damages() },
    { name: 'nothing acknowledged is lost', problems: lostProblems(executions, ledger) },
    { name: 'no state that was told has changed', problems: changedProblems(executions, ledger) },
    { name: 'everything has ended', problems: openProblems(executions) },
    { name: 'no request started two executions', problems: doubledProblems(journals.tokens, ledger) },
    { name: 'journals have no gaps', problems: journals.gaps },
    { name: 'every execution has one birth and one end, and nothing after it', problems: journals.ends },
    { name: 'every attempt has one accepted result', problems: journals.attempts },
    { name: 'the headers tell what the journals tell', problems: journals.headers },
    {
      name: 'failures are those of lost workers, kills those that were asked for',
      problems: journals.outcomes(ledger),
    },
    { name: 'no kill that was acknowledged is lost', problems: journals.kills(ledger) },
    {
      name: 'what a script said before it ended well is in its log',
      problems: await silentProblems(history, executions),
    },
    { name: 'no job, timer or signal is left', problems: await leftoverProblems(history) },
  ]
}

function lostProblems(executions: ReadonlyMap<string, StoredExecution>, { acknowledged }: Ledger): readonly string[] {
  const lost = acknowledged.filter(({ id, flowId }) => executions.get(id)?.flowId !== flowId)
  return lost.slice(0, PROBLEMS_MAX).map(({ id, flowId }) => `${flowId} ${id} was acknowledged and is not there`)
}

function changedProblems(
  executions: ReadonlyMap<string, StoredExecution>,
  { acknowledged }: Ledger,
): readonly string[] {
  const isChanged = ({ id, state }: Acknowledged): boolean => isFinalName(state) && executions.get(id)?.state !== state
  return acknowledged
    .filter(isChanged)
    .slice(0, PROBLEMS_MAX)
    .map(({ id, state }) => `${id} was told to be ${state} and is ${executions.get(id)?.state}`)
}

function openProblems(executions: ReadonlyMap<string, StoredExecution>): readonly string[] {
  const open = [...executions.values()].filter(
    ({ state, endMs, waitsFor }) => !isFinalName(state) || endMs === null || waitsFor !== null,
  )
  return open.slice(0, PROBLEMS_MAX).map(({ id, state, waitsFor }) => `${id} is ${state} and waits for ${waitsFor}`)
}

/** Every execution stems from a call we know, each call has at most one, and those that were answered exactly one. */
function doubledProblems(tokens: ReadonlyMap<string, readonly string[]>, ledger: Ledger): readonly string[] {
  const idOf = new Map(ledger.acknowledged.map(({ token, id }) => [token, id]))
  const problems: string[] = []
  for (const [token, ids] of tokens) {
    const told = idOf.get(token)
    if (ids.length > 1) problems.push(`the call ${token} started ${ids.join(' and ')}`)
    else if (told !== undefined && ids[0] !== told) problems.push(`the call ${token} was told ${told}, it is ${ids[0]}`)
    else if (told === undefined && !ledger.unanswered.has(token))
      problems.push(`nobody asked for ${ids[0]} (${token}): ${ledger.mistakes.get(token) ?? 'no mistake was told of'}`)
  }
  return problems.slice(0, PROBLEMS_MAX)
}

async function silentProblems(
  history: History,
  executions: ReadonlyMap<string, StoredExecution>,
): Promise<readonly string[]> {
  const said = await history.saying(SLEEPER_WORDS)
  const silent = [...executions.values()].filter(
    ({ id, flowId, state }) => SLEEPERS.includes(flowId) && state === 'SUCCESS' && !said.has(id),
  )
  return silent.slice(0, PROBLEMS_MAX).map(({ id, flowId }) => `${flowId} ${id} ended well and its log does not tell`)
}

async function leftoverProblems(history: History): Promise<readonly string[]> {
  const counts = await history.leftovers()
  return Object.entries(counts).flatMap(([table, count]) => (count === 0 ? [] : [`${count} rows are left in ${table}`]))
}

interface Journals {
  readonly gaps: string[]
  readonly ends: string[]
  readonly attempts: string[]
  readonly headers: string[]
  /** By token of the call: what it started. */
  readonly tokens: Map<string, string[]>
  outcomes(ledger: Ledger): readonly string[]
  kills(ledger: Ledger): readonly string[]
}

async function judgeJournals(history: History, executions: ReadonlyMap<string, StoredExecution>): Promise<Journals> {
  const outcomes: ((killed: ReadonlySet<string>) => readonly string[])[] = []
  const seen = new Set<string>()
  const killed = new Set<string>()
  const journals: Journals = {
    gaps: [],
    ends: [],
    attempts: [],
    headers: [],
    tokens: new Map(),
    outcomes: ledger => outcomes.flatMap(judge => judge(ledger.killed)).slice(0, PROBLEMS_MAX),
    kills: ledger =>
      [...ledger.killed]
        .filter(id => seen.has(id) && !killed.has(id))
        .slice(0, PROBLEMS_MAX)
        .map(id => `the kill of ${id} was acknowledged and is not in its journal`),
  }
  for await (const { id, rows } of history.journals()) {
    seen.add(id)
    const execution = executions.get(id)
    if (!execution) journals.headers.push(`${id} has a journal and no header`)
    rows.forEach(
      ({ turn }, index) => turn === index + 1 || journals.gaps.push(`${id}: row ${index + 1} is turn ${turn}`),
    )
    const events = rows.flatMap(row => decodeEvents(row))
    journals.ends.push(...endProblems(id, events))
    journals.attempts.push(...attemptProblems(id, events))
    const state = lastState(events)
    if (execution && execution.state !== state)
      journals.headers.push(`${id} is ${execution.state}, its journal ${state}`)
    if (events.some(({ type }) => type === 'kill-requested')) killed.add(id)
    const token = tokenOf(events)
    if (token !== undefined) journals.tokens.set(token, [...(journals.tokens.get(token) ?? []), id])
    if (state !== 'SUCCESS') outcomes.push(asked => outcomeProblems(id, { state, events, killed: asked }))
  }
  for (const id of executions.keys()) if (!seen.has(id)) journals.headers.push(`${id} has a header and no journal`)
  return journals
}

function endProblems(id: string, events: readonly Event[]): readonly string[] {
  const problems: string[] = []
  const births = events.filter(event => event.type === 'created').length
  if (births !== 1 || events[0]?.type !== 'created') problems.push(`${id} was born ${births} times`)
  const ends = events.filter(isEnd).length
  if (ends !== 1) problems.push(`${id} ended ${ends} times`)
  const finals = events.filter(event => event.type === 'moved' && isFinal(event.to)).length
  if (finals !== 1) problems.push(`${id} moved to a final state ${finals} times`)
  const last = events.at(-1)
  if (ends === 1 && last && !isEnd(last)) problems.push(`${id} has a "${last.type}" after its end`)
  return problems
}

function isEnd(event: Event): boolean {
  return event.type === 'phase-entered' && event.run === ROOT_RUN && event.phase === 'ended'
}

/** The epochs of a job are 1, 2, 3 …; each has at most one result, accepted or lost, and a run that has ended takes no more. */
function attemptProblems(id: string, events: readonly Event[]): readonly string[] {
  const problems: string[] = []
  const open = new Map<number, { epoch: number; isOut: boolean }>()
  const ended = new Set<number>()
  for (const event of events) {
    if (event.type === 'job-sent') {
      const before = open.get(event.run) ?? { epoch: 0, isOut: false }
      if (event.epoch !== before.epoch + 1)
        problems.push(`${id}: run ${event.run} went from epoch ${before.epoch} to ${event.epoch}`)
      if (before.isOut) problems.push(`${id}: run ${event.run} was sent again while epoch ${before.epoch} was out`)
      open.set(event.run, { epoch: event.epoch, isOut: true })
    }
    if (event.type !== 'attempt-settled' && event.type !== 'job-lost') continue
    const job = open.get(event.run)
    if (job && !job.isOut) problems.push(`${id}: run ${event.run} has two results of epoch ${job.epoch}`)
    if (job) job.isOut = false
    if (ended.has(event.run)) problems.push(`${id}: run ${event.run} has a result after its end`)
    if (event.type === 'attempt-settled' && isFinal(event.to)) ended.add(event.run)
  }
  return problems
}

function lastState(events: readonly Event[]): string {
  const last = events.findLast(event => event.type === 'moved')
  return last?.type === 'moved' ? last.to : 'CREATED'
}

function tokenOf(events: readonly Event[]): string | undefined {
  const [birth] = events
  if (birth?.type !== 'created' || birth.trigger === undefined) return undefined
  const { body }: { body?: { token?: string } } = JSON.parse(JSON.stringify(birth.trigger.variables))
  return body?.token
}

interface Outcome {
  readonly state: string
  readonly events: readonly Event[]
  readonly killed: ReadonlySet<string>
}

/** Nothing fails here but for a worker that was lost three times, and a parent whose child did; nothing is killed but what a client killed. */
function outcomeProblems(id: string, { state, events, killed }: Outcome): readonly string[] {
  const wasKilled = events.some(event => event.type === 'kill-requested')
  if (state === 'KILLED') return wasKilled ? [] : [`${id} is KILLED and nobody asked for it`]
  if (killed.has(id) && wasKilled) return [`${id} was killed and is ${state}`]
  const lost = events.filter(event => event.type === 'job-lost').length
  const isByChild = events.some(event => event.type === 'child-ended')
  return state === 'FAILED' && (lost >= LOST_BEFORE_FAILURE || isByChild) ? [] : [`${id} is ${state}`]
}

function isFinalName(state: string): boolean {
  return ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED'].includes(state)
}
