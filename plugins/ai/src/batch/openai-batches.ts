// The batches of OpenAI: a file of requests is uploaded, worked off, and answered by a file of answers and one of failures.
import { TaskError, type HttpCall } from '@batuta/plugin-sdk'
import { at, countAt, listAt, textAt } from '../json.ts'
import { askApi, callApi, expectAnswer, wholeAnswer } from '../model/call-model.ts'
import type { Provider } from '../model/providers.ts'
import type { Answered, BatchApi, BatchState } from './batch-api.ts'
import { nameOf, readLines, RESULTS_BYTES_MAX } from './batch-lines.ts'

/** Compatible services that know nothing of batches answer so. */
const UNKNOWN: readonly number[] = [404, 405, 501]
const OVER: readonly string[] = ['completed', 'expired', 'cancelled']

export const openaiBatches: BatchApi = {
  askedMax: 50_000,
  submit: async (ctx, provider, asks) => {
    const lines = asks.map((ask, place) => {
      const { path, body } = provider.wire.chat(ask, provider.model)
      return `${JSON.stringify({ custom_id: nameOf(place), method: 'POST', url: `/v1${path}`, body })}\n`
    })
    const upload = await uploadOf(provider, lines.join(''))
    const uploaded = await askApi(ctx, upload)
    if (UNKNOWN.includes(uploaded.code)) return undefined
    const file = textAt(wholeAnswer(expectAnswer(provider.name, upload, uploaded), provider.name), 'id')
    const call = callOf(provider, '/batches', {
      input_file_id: file,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    const made = await askApi(ctx, call)
    if (UNKNOWN.includes(made.code)) return undefined
    const id = textAt(wholeAnswer(expectAnswer(provider.name, call, made), provider.name), 'id')
    if (id === undefined) throw new TaskError('OpenAI took the batch and gave no id')
    return id
  },
  look: async (ctx, provider, id) => {
    const path = `/batches/${encodeURIComponent(id)}`
    const said = wholeAnswer(await callApi(ctx, provider.name, callOf(provider, path)), provider.name)
    const status = textAt(said, 'status') ?? 'unknown'
    if (status === 'failed') return { id, isOver: true, text: status, failure: reasonsOf(said), said }
    const done = countAt(said, 'request_counts', 'completed') + countAt(said, 'request_counts', 'failed')
    const text = `${status}, ${done} of ${countAt(said, 'request_counts', 'total')}`
    return { id, isOver: OVER.includes(status), text, said }
  },
  read: async (ctx, provider, { said }: BatchState) => {
    const found = new Map<number, Answered>()
    for (const name of ['output_file_id', 'error_file_id']) {
      const file = textAt(said, name)
      if (file === undefined) continue
      const call = callOf(provider, `/files/${encodeURIComponent(file)}/content`)
      const { text } = await callApi(ctx, provider.name, { ...call, answerBytesMax: RESULTS_BYTES_MAX })
      for (const [place, answered] of readLines(text, line => answeredOf(provider, line))) found.set(place, answered)
    }
    return found
  },
  cancel: async (ctx, provider, id) => {
    await callApi(ctx, provider.name, callOf(provider, `/batches/${encodeURIComponent(id)}/cancel`, {}))
  },
}

function callOf({ url, headers }: Provider, path: string, body?: Readonly<Record<string, unknown>>): HttpCall {
  if (body === undefined) return { url: `${url}${path}`, headers }
  return {
    method: 'POST',
    url: `${url}${path}`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}

async function uploadOf({ url, headers }: Provider, lines: string): Promise<HttpCall> {
  const form = new FormData()
  form.append('purpose', 'batch')
  form.append('file', new Blob([lines]), 'batch.jsonl')
  const request = new Request(`${url}/files`, { method: 'POST', body: form })
  const type = request.headers.get('content-type') ?? ''
  const body = new Uint8Array(await request.arrayBuffer())
  return { method: 'POST', url: `${url}/files`, headers: { ...headers, 'content-type': type }, body }
}

function answeredOf({ wire }: Provider, line: unknown): Answered {
  const response = at(line, 'response')
  const code = countAt(response, 'status_code')
  if (code >= 200 && code < 300) return { answer: wire.readChat(at(response, 'body')) }
  const why = textAt(response, 'body', 'error', 'message') ?? textAt(line, 'error', 'message') ?? 'no reason is told'
  return { error: code === 0 ? why : `${code}: ${why}` }
}

function reasonsOf(said: unknown): string {
  const reasons = listAt(said, 'errors', 'data').flatMap(error => textAt(error, 'message') ?? [])
  return reasons.length === 0 ? 'no reason is told' : reasons.slice(0, 3).join('; ')
}
