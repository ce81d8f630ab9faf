import {
  TaskError,
  defineTask,
  fromPlain,
  fromRows,
  p,
  writeRows,
  type LazyProperties,
  type RunContext,
  type Value,
} from '@batuta/plugin-sdk'
import { BATCH_PROVIDERS, findBatchApi, type Answered } from '../batch/batch-api.ts'
import { runBatch } from '../batch/run-batch.ts'
import { runParallel } from '../batch/run-parallel.ts'
import {
  configurationProperty,
  COST_OUTPUT,
  MODEL_METRICS,
  providerProperty,
  TOKEN_OUTPUTS,
} from '../chat/chat-properties.ts'
import { readConfiguration } from '../chat/read-configuration.ts'
import { costOf, jsonOf, tokenUsageOf } from '../chat/run-chat.ts'
import type { ChatAnswer, ChatAsk, ChatMessage } from '../model/chat-types.ts'
import { hideAsk, openModel, openModelRoom, restoreAnswer, type Model, type ModelRoom } from '../model/open-model.ts'
import { spendProperties } from '../spend/spend-properties.ts'

const ITEMS_MAX = 10_000
const CHARS_MAX = 64 * 2 ** 20
const CONCURRENT_MAX = 64

const properties = {
  from: p.any().dynamic().required().group('main').title('The items: a file of rows, or a list.'),
  prompt: p
    .string()
    .required()
    .group('main')
    .title('What is asked of each item, which is `item` in it, its number `index`.'),
  systemMessage: p.string().dynamic().group('main').title('Instructions, the same for all.'),
  provider: providerProperty,
  configuration: configurationProperty,
  mode: p
    .enum('AUTO', 'BATCH', 'PARALLEL')
    .dynamic()
    .default('AUTO')
    .group('execution')
    .title('One request for all at half the price, answered within a day (BATCH), or one call for each (PARALLEL).')
    .describe('AUTO: a batch where the provider has batches (OpenAI, Anthropic), else one call for each.'),
  concurrent: p.integer().dynamic().default(4).group('execution').title('So many calls at a time, without a batch.'),
  maxFailed: p
    .integer()
    .dynamic()
    .default(0)
    .group('reliability')
    .title('So many items may fail; the task fails beyond.'),
  pollFrequency: p.duration().dynamic().default('PT30S').group('execution').title('How often a batch is looked at.'),
  maxDuration: p.duration().dynamic().default('PT25H').group('execution').title('How long to wait for a batch.'),
  ...spendProperties,
}

export const batchCompletion = defineTask({
  type: 'io.batuta.plugin.ai.completion.BatchCompletion',
  title: 'Let a model answer the same question for each of many items.',
  description:
    'What it may cost at most is held from the budget before anything is sent. A task that is killed cancels its batch; one that begins again follows it.',
  properties,
  outputs: [
    { name: 'uri', type: 'uri', description: 'A row for each item: item, text, json, finishReason, error.' },
    { name: 'size', type: 'int', description: 'Items.' },
    { name: 'failed', type: 'int', description: 'Items without an answer.' },
    { name: 'batchId', type: 'string', description: 'Of the provider.' },
    ...TOKEN_OUTPUTS.slice(0, 1),
    COST_OUTPUT,
  ],
  metrics: MODEL_METRICS,
  examples: [
    {
      title: 'Sort the complaints of a day, at half the price.',
      full: true,
      code: `id: sort_complaints_in_a_batch
namespace: company.support
inputs:
  - { id: complaints, type: FILE }
tasks:
  - id: sort
    type: io.batuta.plugin.ai.completion.BatchCompletion
    from: "{{ inputs.complaints }}"
    systemMessage: Answer with one word, delivery, billing or other.
    prompt: "{{ item.text }}"
    provider:
      type: io.kestra.plugin.ai.provider.Anthropic
      apiKey: "{{ secret('ANTHROPIC_API_KEY') }}"
      modelName: claude-haiku-4-5
    configuration: { maxToken: 20 }
    budget: { per: FLOW, period: MONTH, maxCost: 5 }
    personalData: { action: redact }
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const model = await openModel(room, props.provider.raw)
    const failedMax = await wholeOf('maxFailed', props.maxFailed, { min: 0, max: ITEMS_MAX })
    const concurrent = await wholeOf('concurrent', props.concurrent, { min: 1, max: CONCURRENT_MAX })
    const items = await readItems(ctx, (await props.from.render()) ?? null)
    const asks = await asksOf(ctx, props, items)
    const wish = { model, asks, concurrent, failedMax }
    const { answers, batchId } = await answer(room, props, wish)
    const restored = new Map<number, Answered>()
    for (const [place, each] of answers)
      restored.set(
        place,
        'answer' in each && batchId !== undefined ? { answer: await restoreAnswer(room, each.answer) } : each,
      )
    const isJson = asks[0]?.settings.json !== undefined
    const rows = items.map((item, place) => rowOf(item, restored.get(place), isJson))
    const failed = rows.filter(({ error }) => error !== undefined)
    const { uri, size } = await writeRows(
      ctx,
      rows.map(({ error, item, ...row }) => ({ item, ...row, ...(error && { error }) })),
    )
    const outputs = {
      ...{ uri, size, failed: failed.length, tokenUsage: tokenUsageOf(room.ledger.tokens), ...costOf(room) },
      ...(batchId === undefined ? {} : { batchId }),
    }
    if (failed.length > failedMax)
      throw new TaskError(
        `${failed.length} of ${size} items have no answer (maxFailed is ${failedMax}), the first: ${failed[0]?.error}`,
        { outputs },
      )
    return outputs
  },
})

type Props = LazyProperties<typeof properties>

interface Wish {
  readonly model: Model
  readonly asks: readonly ChatAsk[]
  readonly concurrent: number
  readonly failedMax: number
}

interface Answers {
  readonly answers: ReadonlyMap<number, Answered>
  readonly batchId?: string
}

async function answer(room: ModelRoom, props: Props, wish: Wish): Promise<Answers> {
  const { name } = wish.model.provider
  const mode = await props.mode.render()
  const api = mode === 'PARALLEL' ? undefined : findBatchApi(wish.model.provider)
  if (wish.asks.length === 0) return { answers: new Map() }
  if (api !== undefined) {
    const asks: ChatAsk[] = []
    for (const ask of wish.asks) asks.push(await hideAsk(room, ask))
    const everyMs = await props.pollFrequency.render()
    const atMostMs = await props.maxDuration.render()
    const end = await runBatch(room, { api, asks, everyMs, atMostMs, model: wish.model })
    if (end !== undefined) return { answers: end.answers, batchId: end.id }
  }
  if (mode === 'BATCH')
    throw new TaskError(
      `${name} at this address has no batches: use the mode AUTO or PARALLEL, or one of ${BATCH_PROVIDERS.join(', ')}`,
    )
  if (mode === 'AUTO') room.ctx.logger.info(`${name} has no batches here: the items are asked one by one`)
  return { answers: await runParallel(wish) }
}

async function readItems(ctx: RunContext, from: Value): Promise<readonly Value[]> {
  const items: Value[] = []
  for await (const item of fromRows(ctx, from)) {
    items.push(item)
    if (items.length > ITEMS_MAX)
      throw new TaskError(
        `"from" has more than ${ITEMS_MAX} items: split it, with ForEachItem or io.kestra.plugin.core.storage.Split`,
      )
  }
  return items
}

async function asksOf(ctx: RunContext, props: Props, items: readonly Value[]): Promise<readonly ChatAsk[]> {
  const template = await props.prompt.render()
  const system = await props.systemMessage.render()
  const settings = { ...(await readConfiguration(ctx, props.configuration.raw)), isStreamed: false }
  const before: readonly ChatMessage[] = system === undefined ? [] : [{ role: 'system', text: system }]
  const asks: ChatAsk[] = []
  let chars = 0
  for (const [index, item] of items.entries()) {
    const text = await ctx.renderText(template, { item, index })
    if (text.trim() === '') throw new TaskError(`the prompt is empty for the item ${index}: look at its expressions`)
    chars += text.length + (system?.length ?? 0)
    if (chars > CHARS_MAX)
      throw new TaskError(`the prompts have more than ${CHARS_MAX} characters together: give fewer items`)
    asks.push({ messages: [...before, { role: 'user', text }], tools: [], settings })
  }
  return asks
}

interface Bounds {
  readonly min: number
  readonly max: number
}

async function wholeOf(name: string, property: { render(): Promise<number> }, { min, max }: Bounds): Promise<number> {
  const value = await property.render()
  if (value >= min && value <= max) return value
  throw new TaskError(`"${name}" is ${value}: it must be from ${min} to ${max}`)
}

interface Row {
  readonly [name: string]: Value
}

function rowOf(
  item: Value,
  answered: Answered | undefined,
  isJson: boolean,
): { readonly item: Value; readonly error?: string } & Row {
  if (answered === undefined) return { item, error: 'the item was not answered' }
  if ('error' in answered) return { item, error: answered.error }
  const { text, finishReason } = answered.answer
  return { item, text, finishReason, ...(isJson ? jsonPartOf(answered.answer) : {}) }
}

function jsonPartOf({ text }: ChatAnswer): { readonly json: Value } | { readonly error: string } {
  try {
    return { json: fromPlain(jsonOf(text)) }
  } catch (error) {
    if (error instanceof TaskError) return { error: error.message }
    throw error
  }
}
