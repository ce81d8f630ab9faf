// One batch from its submission to its answers. Its id is kept, so that a task that begins again, after a lost worker or by its retry, follows the batch that
// there is instead of paying for another; a task that is stopped cancels it. What it may cost at most is held from the budget until it is over.
import { createHash } from 'node:crypto'
import {
  askAgainUntil,
  isMap,
  mapGet,
  messageOf,
  printValue,
  TaskError,
  TaskStopped,
  type Value,
} from '@batuta/plugin-sdk'
import { addUsage, NO_USAGE, type ChatAsk } from '../model/chat-types.ts'
import { boundTo, plannedChat, type Model, type ModelRoom } from '../model/open-model.ts'
import { ANSWER_TOKENS, type Held, type PlannedCall } from '../spend/ledger.ts'
import { BATCH_SHARE, type Answered, type BatchApi, type BatchState } from './batch-api.ts'

export interface BatchWish {
  readonly model: Model
  readonly api: BatchApi
  /** Without personal data. */
  readonly asks: readonly ChatAsk[]
  readonly everyMs: number
  readonly atMostMs: number
}

export interface BatchEnd {
  readonly id: string
  readonly answers: ReadonlyMap<number, Answered>
}

interface Known {
  readonly id: string
  readonly hold: string | undefined
}

/** Longer than providers take for a batch. */
const HELD_MS = 26 * 3_600_000
const ANSWER_TOKENS_MIN = 16
const CANCEL_MS = 10_000

/** Undefined when the provider turns out to have no batches. */
export async function runBatch(room: ModelRoom, wish: BatchWish): Promise<BatchEnd | undefined> {
  const { ctx, ledger } = room
  const key = `ai-batch.${createHash('sha256').update(ctx.taskRun.id).digest('hex').slice(0, 24)}`
  const planned = plannedOf(wish)
  const earlier = readKnown(await ctx.ports.ask('kv.get', { key }))
  const held = await ledger.hold(planned, earlier?.hold)
  const known = earlier ?? (await submit(room, wish, held))
  if (known === undefined) return undefined
  if (earlier === undefined) {
    const value = { id: known.id, hold: known.hold ?? null }
    await ctx.ports.ask('kv.set', { key, value, description: 'A batch of a model that is under way.', ttlMs: HELD_MS })
    ctx.logger.info(`the batch ${known.id} has ${wish.asks.length} items`)
  } else ctx.logger.info(`the batch ${known.id} of an earlier attempt is followed`)
  const state = await follow(room, wish, known.id).catch(async (error: unknown) => {
    if (isStopped(ctx)) await cancel(room, wish, { id: known.id, key })
    throw error
  })
  if (state.failure !== undefined) {
    await held.release()
    await ctx.ports.ask('kv.delete', { key })
    throw new TaskError(`the batch ${known.id} has failed: ${state.failure}`)
  }
  const answers = await wish.api.read(ctx, wish.model.provider, state)
  const given = [...answers.values()].flatMap(each => ('answer' in each ? [each.answer.usage] : []))
  await held.settle(given.reduce(addUsage, NO_USAGE), given.length)
  await ctx.ports.ask('kv.delete', { key })
  return { id: known.id, answers }
}

function plannedOf({ model, asks }: BatchWish): PlannedCall {
  const each = asks.map(ask => plannedChat(model.provider, ask))
  return {
    provider: model.provider.name,
    model: model.provider.model,
    inputTokens: each.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    answerTokens: each.reduce((sum, { answerTokens = ANSWER_TOKENS }) => sum + answerTokens, 0),
    share: BATCH_SHARE,
    lastsMs: HELD_MS,
  }
}

async function submit({ ctx }: ModelRoom, wish: BatchWish, held: Held): Promise<Known | undefined> {
  const { model, api, asks } = wish
  try {
    const total = held.answerTokensMax
    const share = total === undefined ? undefined : Math.floor(total / asks.length)
    if (share !== undefined && share < ANSWER_TOKENS_MIN)
      throw new TaskError(
        `too little is left of the budget for ${asks.length} items: ${share} tokens for each answer. Raise it, ask for fewer items, or for shorter answers (maxToken)`,
      )
    const id = await api.submit(
      ctx,
      model.provider,
      asks.map(ask => boundTo(ask, share)),
    )
    if (id !== undefined) return { id, hold: held.key }
  } catch (error) {
    await held.release()
    throw error
  }
  await held.release()
  return undefined
}

async function follow(
  { ctx }: ModelRoom,
  { model, api, everyMs, atMostMs }: BatchWish,
  id: string,
): Promise<BatchState> {
  let told = ''
  return await askAgainUntil<BatchState>(ctx, {
    ask: async () => {
      const found = await api.look(ctx, model.provider, id)
      if (found.text !== told) ctx.logger.info(`the batch ${id}: ${found.text}`)
      told = found.text
      return found.isOver ? found : undefined
    },
    everyMs,
    atMostMs,
    what: `the batch ${id} (a retry of the task follows it)`,
  })
}

/** By a kill or its timeout; a task whose worker was lost begins again and follows the batch. */
function isStopped({ signal }: ModelRoom['ctx']): boolean {
  const reason: unknown = signal.reason
  return signal.aborted && !(reason instanceof TaskStopped && reason.reason === 'stale')
}

interface Started {
  readonly id: string
  readonly key: string
}

/** What it has cost by then nobody tells: what is held of the budget stays so until it expires. */
async function cancel({ ctx }: ModelRoom, { model, api }: BatchWish, { id, key }: Started): Promise<void> {
  // The signal of the task is aborted: this is a call of its own.
  const world = { egress: ctx.egress, signal: AbortSignal.timeout(CANCEL_MS) }
  try {
    await api.cancel(world, model.provider, id)
    await ctx.ports.ask('kv.delete', { key })
  } catch (error) {
    ctx.logger.warn(`the batch ${id} could not be cancelled and goes on: ${messageOf(error)}`)
  }
}

function readKnown(found: Value): Known | undefined {
  const value = typeof found === 'object' && found !== null && isMap(found) ? (mapGet(found, 'value') ?? null) : null
  if (typeof value !== 'object' || value === null || !isMap(value)) return undefined
  const hold = mapGet(value, 'hold') ?? null
  return { id: printValue(mapGet(value, 'id') ?? ''), hold: hold === null ? undefined : printValue(hold) }
}
