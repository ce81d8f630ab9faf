// What providers do with many conversations that are given to them at once: they answer within a day, at half the price.
import type { ChatAnswer, ChatAsk } from '../model/chat-types.ts'
import type { CallWorld } from '../model/call-model.ts'
import type { Provider } from '../model/providers.ts'
import { anthropicBatches } from './anthropic-batches.ts'
import { openaiBatches } from './openai-batches.ts'

export interface BatchApi {
  readonly askedMax: number
  /** @returns the id of the batch; undefined when the service turns out to have no such thing. */
  submit(ctx: CallWorld, provider: Provider, asks: readonly ChatAsk[]): Promise<string | undefined>
  /** How far it is, for the log, and whether it is over. */
  look(ctx: CallWorld, provider: Provider, id: string): Promise<BatchState>
  /** Of each that was asked, by its place. */
  read(ctx: CallWorld, provider: Provider, state: BatchState): Promise<ReadonlyMap<number, Answered>>
  cancel(ctx: CallWorld, provider: Provider, id: string): Promise<void>
}

export interface BatchState {
  readonly id: string
  readonly isOver: boolean
  readonly text: string
  /** Why the batch as a whole has failed, and cost nothing. */
  readonly failure?: string
  /** What the provider said. */
  readonly said: unknown
}

export type Answered = { readonly answer: ChatAnswer } | { readonly error: string }

export const BATCH_SHARE = 0.5

export const BATCH_PROVIDERS: readonly string[] = ['OpenAI', 'Anthropic']

/** Undefined for a provider that answers one by one only. */
export function findBatchApi({ name }: Provider): BatchApi | undefined {
  if (name === 'OpenAI') return openaiBatches
  return name === 'Anthropic' ? anthropicBatches : undefined
}
