// Counts what a task spends, stops it at its budget, and writes it down: metrics with provider, model and labels, and `cost` among the outputs.
import {
  TaskError,
  isList,
  isMap,
  mapEntries,
  messageOf,
  printValue,
  type LazyProperties,
  type RunContext,
  type Value,
} from '@batuta/plugin-sdk'
import { addUsage, NO_USAGE, type Usage } from '../model/chat-types.ts'
import { openAccount, type Hold } from './account.ts'
import { priceOf, type Price } from './prices.ts'
import type { spendProperties } from './spend-properties.ts'

export interface PlannedCall {
  readonly provider: string
  readonly model: string
  /** An estimate: `tokensOf`. */
  readonly inputTokens: number
  /** The longest answer, as far as it is known. */
  readonly answerTokens?: number | undefined
  /** False for what nobody can be told to make shorter, as images. */
  readonly isBoundable?: boolean
  /** Of the price: batches are cheaper. */
  readonly share?: number
  readonly lastsMs?: number
}

export interface Held {
  /** So long may the answer be; undefined where it may be as long as was asked. */
  readonly answerTokensMax: number | undefined
  /** By this it is found again: `hold`. */
  readonly key: string | undefined
  /** Writes down what the call was, or the calls. */
  settle(usage: Usage, calls?: number): Promise<void>
  /** Nothing was spent. */
  release(): Promise<void>
}

export interface Ledger {
  readonly tokens: Usage
  /** US dollars; undefined when a price is unknown. */
  readonly cost: number | undefined
  /**
   * Keeps what the call may cost apart from the budget until it is over; with a key as an earlier attempt did.
   * @throws {TaskError} when too little is left.
   */
  hold(call: PlannedCall, key?: string): Promise<Held>
  /** One call, from what it may cost to what it did. @throws {TaskError} when too little is left. */
  spend<T>(
    call: PlannedCall,
    run: (answerTokensMax: number | undefined) => Promise<T>,
    usageOf: (answer: T) => Usage,
  ): Promise<T>
}

const MILLION = 1_000_000
const LABELS_MAX = 8
/** Of an answer whose length nobody bounds: most are much shorter. */
export const ANSWER_TOKENS = 4_096
/** Longer than any call is waited for. */
const CALL_MS = 15 * 60_000
/** Of common texts a token has four; of code and other languages fewer. */
const BYTES_PER_TOKEN = 3
const TOKENS_PER_TEXT = 8

/** About so many, and rather more. */
export function tokensOf(texts: readonly string[]): number {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return Math.ceil(bytes / BYTES_PER_TOKEN) + texts.length * TOKENS_PER_TEXT
}

export async function openLedger(
  ctx: RunContext,
  props: Pick<LazyProperties<typeof spendProperties>, 'budget' | 'price'>,
): Promise<Ledger> {
  const budget = await props.budget.render()
  const given = await props.price.render()
  const labels = await labelsOf(ctx)
  const account = budget === undefined ? undefined : await openAccount(ctx, budget, labels)
  let [tokens, cost]: [Usage, number | undefined] = [NO_USAGE, 0]

  const priceFor = (call: PlannedCall): Price | undefined =>
    cheapened(given ?? priceOf(call.provider, call.model), call)
  const holdFor = async (call: PlannedCall): Promise<Hold | undefined> => {
    const price = priceFor(call)
    if (budget?.maxCost !== undefined && price === undefined)
      throw new TaskError(
        `the budget is in money, and the price of "${call.model}" is not known: say it with price: {input: …, output: …}`,
      )
    return await account?.hold({
      inputTokens: call.inputTokens,
      answerTokens: call.answerTokens ?? ANSWER_TOKENS,
      isBoundable: call.isBoundable ?? true,
      price: price ?? { input: 0, output: 0 },
      lastsMs: call.lastsMs ?? CALL_MS,
    })
  }
  const write = (call: PlannedCall, usage: Usage, calls: number): number | undefined => {
    const { provider, model } = call
    const price = priceFor(call)
    const spent = price && (usage.inputTokens * price.input + usage.outputTokens * price.output) / MILLION
    tokens = addUsage(tokens, usage)
    cost = cost === undefined || spent === undefined ? undefined : cost + spent
    tell(ctx, { provider, model, ...labels }, { usage, calls, spent })
    return spent
  }
  const hold = async (call: PlannedCall, known?: string): Promise<Held> => {
    const held = known === undefined ? await holdFor(call) : { key: known, answerTokensMax: undefined }
    return {
      answerTokensMax: held?.answerTokensMax,
      key: held?.key,
      settle: async (usage, calls = 1) => {
        const spent = write(call, usage, calls)
        const amount = { tokens: usage.inputTokens + usage.outputTokens, cost: spent ?? 0 }
        if (held !== undefined) await account?.settle(held.key, amount)
      },
      release: async () => {
        if (held !== undefined) await account?.settle(held.key)
      },
    }
  }
  return {
    get tokens() {
      return tokens
    },
    get cost() {
      return cost
    },
    hold,
    spend: async (call, run, usageOf) => {
      const held = await hold(call)
      const answer = await run(held.answerTokensMax).catch(async (error: unknown) => {
        // What cannot be let go of any more expires by itself.
        await held.release().catch((late: unknown) => ctx.logger.debug(`the budget is held on: ${messageOf(late)}`))
        throw error
      })
      await held.settle(usageOf(answer))
      return answer
    },
  }
}

function cheapened(price: Price | undefined, { share = 1 }: PlannedCall): Price | undefined {
  return price && { input: price.input * share, output: price.output * share }
}

interface Counts {
  readonly usage: Usage
  readonly calls: number
  readonly spent: number | undefined
}

function tell({ metrics }: RunContext, tags: Readonly<Record<string, string>>, { usage, calls, spent }: Counts): void {
  metrics.counter('input.token.count', usage.inputTokens, tags)
  metrics.counter('output.token.count', usage.outputTokens, tags)
  metrics.counter('total.token.count', usage.inputTokens + usage.outputTokens, tags)
  metrics.counter('ai.provider.calls', calls, tags)
  if (spent !== undefined) metrics.counter('ai.cost', spent, tags)
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
