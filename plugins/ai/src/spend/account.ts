// A budget beyond one call: the sum of keys in the key-value store, one for each call, whose names carry the amounts. No counter that two tasks could
// overwrite for one another, and what is old expires by itself.
//
// A call holds what it may cost at most before it is sent: it writes a key, and goes on only if all keys together, its own included, keep within the
// budget. Of two that come at once the later one sees the earlier one's key, so that they cannot overdraw it together; both may step back, and then
// they try again at moments drawn by lot.
import { createHash, randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { TaskError, isList, isTruthyText, printValue, type Rendered, type RunContext } from '@batuta/plugin-sdk'
import type { Price } from './prices.ts'
import type { spendProperties } from './spend-properties.ts'

export type Budget = NonNullable<Rendered<typeof spendProperties>['budget']>

export interface Amount {
  readonly tokens: number
  /** US dollars. */
  readonly cost: number
}

export interface Need {
  readonly inputTokens: number
  /** What is asked for at most. */
  readonly answerTokens: number
  /** The model can be told of a shorter bound. */
  readonly isBoundable: boolean
  readonly price: Price
  /** A call that is not settled by then is given up. */
  readonly lastsMs: number
}

export interface Hold {
  /** So long may the answer be; undefined where it may be as long as was asked. */
  readonly answerTokensMax: number | undefined
  /** Of the keys; what was held is free when it is gone. */
  readonly key: string
}

export interface Account {
  /** @throws {TaskError} when too little is left. */
  hold(need: Need): Promise<Hold>
  /** Once for every hold: with what was spent, or without when nothing was. */
  settle(key: string, spent?: Amount): Promise<void>
}

const MILLION = 1_000_000
const HELD = 'held'
const KEPT_MS = { DAY: 2 * 24 * 3_600_000, MONTH: 32 * 24 * 3_600_000, ALWAYS: undefined }
const PERIODS = { DAY: 'yyyy-MM-dd', MONTH: 'yyyy-MM' }
/** What is not even this long is no answer. */
const ANSWER_TOKENS_MIN = 16
const WAIT_MAX_MS = 10 * 60_000
const PAUSE_MIN_MS = 50
const PAUSE_MAX_MS = 2_000

export async function openAccount(
  ctx: RunContext,
  budget: Budget,
  labels: Readonly<Record<string, string>>,
): Promise<Account> {
  const { per, maxCost, maxTokens } = budget
  if (maxCost === undefined && maxTokens === undefined)
    throw new TaskError('the budget says neither maxCost nor maxTokens: say one of them')
  const owner = ownerOf(ctx, budget, labels)
  const period = per === 'EXECUTION' ? 'ALWAYS' : budget.period
  const since = period === 'ALWAYS' ? 'all' : await ctx.renderText(`{{ now() | date("${PERIODS[period]}") }}`)
  const spentMs = per === 'EXECUTION' ? KEPT_MS.MONTH : KEPT_MS[period]
  const prefix = `ai-spend.${hashOf(owner)}.${since}.`
  let count = 0
  const keyOf = ({ tokens, cost }: Amount, mark: string): string =>
    `${prefix}${tokens}.${Math.ceil(cost * MILLION)}.${mark}${ctx.attemptId}.${++count}`
  const write = async (key: string, description: string, ttlMs: number | undefined): Promise<void> => {
    const ttl = ttlMs === undefined ? {} : { ttlMs }
    await ctx.ports.ask('kv.set', { key, value: owner, description, ...ttl })
  }
  const free = async (key: string): Promise<void> => void (await ctx.ports.ask('kv.delete', { key }))
  const read = async (): Promise<Sums> => sumsOf(await ctx.ports.ask('kv.keys', { prefix }))

  const tryHold = async (need: Need): Promise<Hold | undefined> => {
    const answerTokens = grantOf(await read(), need, { budget, owner })
    if (answerTokens === undefined) return undefined
    const key = keyOf(amountOf(need, answerTokens), `${HELD}.`)
    await write(key, 'Held for a call of a model that is under way.', need.lastsMs)
    const { spent, held } = await read()
    if (isWithin({ tokens: spent.tokens + held.tokens, cost: spent.cost + held.cost }, budget) || !need.isBoundable)
      return { key, answerTokensMax: answerTokens < need.answerTokens ? answerTokens : undefined }
    await free(key)
    return undefined
  }
  return {
    hold: async need => {
      const endsAt = performance.now() + WAIT_MAX_MS
      for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
        const hold = await tryHold(need)
        if (hold !== undefined) return hold
        if (performance.now() > endsAt)
          throw new TaskError(
            `the rest of the budget of ${owner} has been held by other calls for ${WAIT_MAX_MS / 60_000} minutes: give the task a retry, or raise the budget`,
          )
        await pause(randomInt(PAUSE_MIN_MS, pauseMs + PAUSE_MIN_MS), undefined, { signal: ctx.signal })
      }
    },
    settle: async (key, spent) => {
      // In this order: in between it counts twice, which is on the safe side.
      if (spent !== undefined)
        await write(keyOf(spent, ''), 'Spent on a model: tokens and millionths of a dollar are in the name.', spentMs)
      await free(key)
    },
  }
}

interface Sums {
  readonly spent: Amount
  readonly held: Amount
}

interface Rule {
  readonly budget: Budget
  readonly owner: string
}

/** How long an answer is granted; undefined when it is worth waiting for calls that are under way. @throws {TaskError} when it is not. */
function grantOf({ spent, held }: Sums, need: Need, { budget, owner }: Rule): number | undefined {
  const { maxTokens, maxCost } = budget
  const { inputTokens, answerTokens, price } = need
  const byTokens =
    maxTokens === undefined ? Number.POSITIVE_INFINITY : maxTokens - spent.tokens - held.tokens - inputTokens
  const left = (maxCost ?? 0) - spent.cost - held.cost - (inputTokens * price.input) / MILLION
  const byCost = maxCost === undefined ? Number.POSITIVE_INFINITY : tokensFor(left, price)
  const granted = Math.floor(Math.min(answerTokens, byTokens, byCost))
  if (granted >= answerTokens) return answerTokens
  if (held.tokens > 0) return undefined
  if (granted >= Math.min(ANSWER_TOKENS_MIN, answerTokens) && need.isBoundable) return granted
  const isSpent = !isWithin({ tokens: spent.tokens + 1, cost: spent.cost + 1 / MILLION }, budget)
  if (!isSpent && !need.isBoundable) return answerTokens
  throw new TaskError(refusalOf(spent, need, { budget, owner }, isSpent))
}

function tokensFor(dollars: number, { output }: Price): number {
  if (dollars < 0) return -1
  return output === 0 ? Number.POSITIVE_INFINITY : (dollars * MILLION) / output
}

function isWithin({ tokens, cost }: Amount, { maxTokens, maxCost }: Budget): boolean {
  // Keys carry whole millionths: adding up doubles must not make a difference.
  const isAffordable = maxCost === undefined || Math.round(cost * MILLION) <= Math.round(maxCost * MILLION)
  return isAffordable && (maxTokens === undefined || tokens <= maxTokens)
}

function amountOf({ inputTokens, price }: Need, answerTokens: number): Amount {
  return {
    tokens: inputTokens + answerTokens,
    cost: (inputTokens * price.input + answerTokens * price.output) / MILLION,
  }
}

function refusalOf(spent: Amount, need: Need, { budget, owner }: Rule, isSpent: boolean): string {
  const { maxTokens, maxCost } = budget
  const used =
    maxTokens === undefined
      ? `${spent.cost.toFixed(4)} of ${maxCost} US dollars`
      : `${spent.tokens} of ${maxTokens} tokens`
  const wayOut = 'Raise it (budget of the task, or of its pluginDefaults) or wait for the next period'
  if (isSpent) return `the budget of ${owner} is spent: ${used}. ${wayOut}`
  const least = amountOf(need, Math.min(ANSWER_TOKENS_MIN, need.answerTokens))
  const wanted = maxTokens === undefined ? `${least.cost.toFixed(4)} US dollars` : `${least.tokens} tokens`
  return `too little is left of the budget of ${owner}: ${used} are spent, and the call takes about ${wanted}. ${wayOut}`
}

function ownerOf(ctx: RunContext, { per, label }: Budget, labels: Readonly<Record<string, string>>): string {
  const { namespace, id } = ctx.flow
  switch (per) {
    case 'EXECUTION':
      return `the execution ${ctx.execution.id}`
    case 'FLOW':
      return `the flow ${namespace}.${id}`
    case 'NAMESPACE':
      return `the namespace ${namespace}`
    case 'LABEL': {
      if (label === undefined || !isTruthyText(label)) throw new TaskError('a budget per LABEL says which: label')
      const value = labels[`label.${label}`]
      if (value === undefined)
        throw new TaskError(`the budget is per label "${label}", and the execution has no such label`)
      return `the label ${label}=${value}`
    }
  }
}

/** `ai-spend.<owner>.<since>.<tokens>.<millionths>.[held.]<attempt>.<count>` */
function sumsOf(keys: Awaited<ReturnType<RunContext['ports']['ask']>>): Sums {
  const sums = { spent: { tokens: 0, cost: 0 }, held: { tokens: 0, cost: 0 } }
  for (const key of isList(keys) ? keys : []) {
    const [, , , tokens = '0', millionths = '0', mark] = printValue(key).split('.')
    const sum = mark === HELD ? sums.held : sums.spent
    sum.tokens += Number(tokens)
    sum.cost += Number(millionths) / MILLION
  }
  return sums
}

function hashOf(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 24)
}
