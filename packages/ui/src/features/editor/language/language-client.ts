// The page's side of the worker. It is started with the first question, and once for all editors.
import { trust } from '@batuta/core'
import type { Answers, Question } from './language-messages.ts'

let worker: Worker | undefined
let nextId = 1
const waiting = new Map<number, (answer: unknown) => void>()

export async function askLanguage<Q extends Question>(question: Q): Promise<Answers[Q['type']]> {
  worker ??= startWorker()
  const id = nextId
  nextId += 1
  const answer = await new Promise<unknown>(resolve => {
    waiting.set(id, resolve)
    worker?.postMessage({ id, question })
  })
  return trust<Answers[Q['type']]>(answer)
}

function startWorker(): Worker {
  const started = new Worker(new URL('./language-worker.ts', import.meta.url), {
    type: 'module',
    name: 'batuta-language',
  })
  started.addEventListener('message', (event: MessageEvent<{ readonly id: number; readonly answer: unknown }>) => {
    const { id, answer } = event.data
    waiting.get(id)?.(answer)
    waiting.delete(id)
  })
  return started
}

const asked = new Map<string, Promise<unknown>>()

/** What never changes is asked once. */
export async function askOnce<Q extends Exclude<Question, { readonly type: 'check' }>>(
  question: Q,
): Promise<Answers[Q['type']]> {
  const key = JSON.stringify(question)
  const known = asked.get(key) ?? askLanguage(question)
  asked.set(key, known)
  return trust<Answers[Q['type']]>(await known)
}
