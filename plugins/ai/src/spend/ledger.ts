// Counts what a task spends, stops it at its budget, and writes it down: metrics with provider, model and labels, and `cost` among the outputs.
// A budget beyond one execution is the sum of keys in the key-value store, one for each call, whose names carry the amounts: no counter that two tasks
// could overwrite for one another, and what is old expires by itself.
import { createHash } from 'node:crypto'
import {
  TaskError,
  isList,
  isMap,
  isTruthyText,
  mapEntries,
  printValue,
  type LazyProperties,
  type Rendered,
  type RunContext,
  type Value,
} from '@batuta/plugin-sdk'
import type { Usage } from '../model/chat-types.ts'
import { priceOf, type Price } from './prices.ts'
import type { spendProperties } from './spend-properties.ts'

type Budget = NonNullable<Rendered<typeof spendProperties>['budget']>

export interface Ledger {
  readonly tokens: Usage
  /** US dollars; undefined when a price is unknown. */
  readonly cost: number | undefined
  /** @throws {TaskError} when nothing may be spent any more. */
  expectBudget(provider: string, model: string): Promise<void>
  add(provider: string, model: string, usage: Usage): Promise<void>
}

const MILLION = 1_000_000
const KEPT_MS = { DAY: 2 * 24 * 3_600_000, MONTH: 32 * 24 * 3_600_000, ALWAYS: undefined }
const LABELS_MAX = 8

export async function openLedger(
  ctx: RunContext,
  props: Pick<LazyProperties<typeof spendProperties>, 'budget' | 'price'>,
): Promise<Ledger> {
  const budget = await props.budget.render()
  const given = await props.price.render()
  const labels = await labelsOf(ctx)
  const account = budget === undefined ? undefined : await openAccount(ctx, budget, labels)
  const priceFor = (provider: string, model: string): Price | undefined => given ?? priceOf(provider, model)
  let tokens: Usage = { inputTokens: 0, outputTokens: 0 }
  let cost: number | undefined = 0
  return {
    get tokens() {
      return tokens
    },
    get cost() {
      return cost
    },
    expectBudget: async (provider, model) => {
      if (budget?.maxCost !== undefined && priceFor(provider, model) === undefined)
        throw new TaskError(
          `the budget is in money, and the price of "${model}" is not known: say it with price: {input: …, output: …}`,
        )
      await account?.expectRoom()
    },
    add: async (provider, model, usage) => {
      const price = priceFor(provider, model)
      const spent = price && (usage.inputTokens * price.input + usage.outputTokens * price.output) / MILLION
      tokens = {
        inputTokens: tokens.inputTokens + usage.inputTokens,
        outputTokens: tokens.outputTokens + usage.outputTokens,
      }
      cost = cost === undefined || spent === undefined ? undefined : cost + spent
      const tags = { provider, model, ...labels }
      ctx.metrics.counter('input.token.count', usage.inputTokens, tags)
      ctx.metrics.counter('output.token.count', usage.outputTokens, tags)
      ctx.metrics.counter('total.token.count', usage.inputTokens + usage.outputTokens, tags)
      ctx.metrics.counter('ai.provider.calls', 1, tags)
      if (spent !== undefined) ctx.metrics.counter('ai.cost', spent, tags)
      await account?.add(usage.inputTokens + usage.outputTokens, spent ?? 0)
    },
  }
}

/** Those of people: what the engine labels by itself is on every execution another. */
async function labelsOf(ctx: RunContext): Promise<Readonly<Record<string, string>>> {
  const labels = await ctx.renderTyped('{{ labels ?? {} }}')
  if (typeof labels !== 'object' || labels === null || !isMap(labels)) return {}
  const own = [...mapEntries(labels)].filter(([key, value]) => key !== 'system' && !isNested(value))
  return Object.fromEntries(own.slice(0, LABELS_MAX).map(([key, value]) => [`label.${key}`, printValue(value)]))
}

function isNested(value: Value): boolean {
  return typeof value === 'object' && value !== null && (isMap(value) || isList(value))
}

interface Account {
  expectRoom(): Promise<void>
  add(tokens: number, cost: number): Promise<void>
}

async function openAccount(
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
  const prefix = `ai-spend.${hashOf(owner)}.${since}.`
  let count = 0
  return {
    expectRoom: async () => {
      const keys = await ctx.ports.ask('kv.keys', { prefix })
      const spent = sumOf(isList(keys) ? [...keys].map(printValue) : [])
      if (maxTokens !== undefined && spent.tokens >= maxTokens)
        throw new TaskError(overdrawn(owner, `${spent.tokens} of ${maxTokens} tokens`))
      if (maxCost !== undefined && spent.cost >= maxCost)
        throw new TaskError(overdrawn(owner, `${spent.cost.toFixed(4)} of ${maxCost} US dollars`))
    },
    add: async (tokens, cost) => {
      const key = `${prefix}${tokens}.${Math.ceil(cost * MILLION)}.${ctx.attemptId}.${++count}`
      const ttlMs = per === 'EXECUTION' ? KEPT_MS.MONTH : KEPT_MS[period]
      await ctx.ports.ask('kv.set', {
        key,
        value: owner,
        description: 'Spent on a model: tokens and millionths of a dollar are in the name.',
        ...(ttlMs === undefined ? {} : { ttlMs }),
      })
    },
  }
}

const PERIODS = { DAY: 'yyyy-MM-dd', MONTH: 'yyyy-MM' }

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

function overdrawn(owner: string, spent: string): string {
  return `the budget of ${owner} is spent: ${spent}. Raise it (budget of the task, or of its pluginDefaults) or wait for the next period`
}

function sumOf(keys: readonly string[]): { readonly tokens: number; readonly cost: number } {
  let [tokens, millionths] = [0, 0]
  for (const key of keys) {
    const parts = key.split('.')
    tokens += Number(parts[3] ?? 0)
    millionths += Number(parts[4] ?? 0)
  }
  return { tokens, cost: millionths / MILLION }
}

function hashOf(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 24)
}
