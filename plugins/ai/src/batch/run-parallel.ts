// Many conversations with a provider that answers one by one: so many at a time, each under the budget. When more have failed than may, no more are begun.
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import type { ChatAsk } from '../model/chat-types.ts'
import type { Model } from '../model/open-model.ts'
import type { Answered } from './batch-api.ts'

export interface ParallelWish {
  readonly model: Model
  readonly asks: readonly ChatAsk[]
  readonly concurrent: number
  readonly failedMax: number
}

export async function runParallel(wish: ParallelWish): Promise<ReadonlyMap<number, Answered>> {
  const { model, asks, concurrent, failedMax } = wish
  const answers = new Map<number, Answered>()
  let [next, failed] = [0, 0]
  const work = async (): Promise<void> => {
    for (let place = next++; place < asks.length && failed <= failedMax; place = next++) {
      const ask = asks[place]
      if (ask === undefined) return
      const answered = await answerOf(model, ask)
      answers.set(place, answered)
      if ('error' in answered) failed++
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrent, asks.length) }, work))
  return answers
}

/** Whoever stops the task stops all of them. */
async function answerOf(model: Model, ask: ChatAsk): Promise<Answered> {
  try {
    return { answer: await model.chat(ask) }
  } catch (error) {
    if (!(error instanceof TaskError)) throw error
    return { error: messageOf(error) }
  }
}
