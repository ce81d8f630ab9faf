// The batches of Anthropic: one request with all messages, answered by lines when it is over.
import { TaskError, type HttpCall } from '@batuta/plugin-sdk'
import { at, countAt, textAt } from '../json.ts'
import { callApi, wholeAnswer } from '../model/call-model.ts'
import type { Provider } from '../model/providers.ts'
import type { Answered, BatchApi } from './batch-api.ts'
import { nameOf, readLines, RESULTS_BYTES_MAX } from './batch-lines.ts'

const PATH = '/messages/batches'

export const anthropicBatches: BatchApi = {
  askedMax: 100_000,
  submit: async (ctx, provider, asks) => {
    const requests = asks.map((ask, place) => ({
      custom_id: nameOf(place),
      params: provider.wire.chat(ask, provider.model).body,
    }))
    const made = await callApi(ctx, provider.name, postOf(provider, PATH, { requests }))
    const id = textAt(wholeAnswer(made, provider.name), 'id')
    if (id === undefined) throw new TaskError('Anthropic took the batch and gave no id')
    return id
  },
  look: async (ctx, provider, id) => {
    const { url, headers, name } = provider
    const answer = await callApi(ctx, name, { url: `${url}${PATH}/${encodeURIComponent(id)}`, headers })
    const said = wholeAnswer(answer, name)
    const status = textAt(said, 'processing_status') ?? 'unknown'
    const text = `${status}, ${countAt(said, 'request_counts', 'processing')} left`
    return { id, isOver: status === 'ended', text, said }
  },
  read: async (ctx, provider, { id }) => {
    const { url, headers, name } = provider
    const { text } = await callApi(ctx, name, {
      url: `${url}${PATH}/${encodeURIComponent(id)}/results`,
      headers,
      answerBytesMax: RESULTS_BYTES_MAX,
    })
    return new Map(readLines(text, line => answeredOf(provider, at(line, 'result'))))
  },
  cancel: async (ctx, provider, id) => {
    await callApi(ctx, provider.name, postOf(provider, `${PATH}/${encodeURIComponent(id)}/cancel`, {}))
  },
}

function postOf({ url, headers }: Provider, path: string, body: Readonly<Record<string, unknown>>): HttpCall {
  return {
    method: 'POST',
    url: `${url}${path}`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}

function answeredOf({ wire }: Provider, result: unknown): Answered {
  const type = textAt(result, 'type') ?? 'unknown'
  if (type === 'succeeded') return { answer: wire.readChat(at(result, 'message')) }
  const why = textAt(result, 'error', 'error', 'message') ?? textAt(result, 'error', 'message')
  return { error: why === undefined ? `the item is ${type}` : `${type}: ${why}` }
}
