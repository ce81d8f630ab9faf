// What the tasks of OpenAI's own interface have in common.
import { p, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'
import { parsedJson } from '../json.ts'
import { callApi } from '../model/call-model.ts'

export const OPENAI = 'OpenAI'
const URL = 'https://api.openai.com/v1'

export const openaiProperties = {
  apiKey: p.string().dynamic().required().secret().group('main').title('Key of the API.'),
  user: p.string().dynamic().group('advanced').title('A name for the person at the end, against misuse.'),
  clientTimeout: p.integer().default(10).group('execution').title('Seconds without any byte of an answer.'),
  baseUrl: p.string().dynamic().default(URL).group('connection').title('Address of a compatible service.'),
}

export interface OpenaiRequest {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>> | FormData
}

export async function callOpenai(
  ctx: RunContext,
  props: LazyProperties<typeof openaiProperties>,
  { path, body }: OpenaiRequest,
): Promise<unknown> {
  const key = await props.apiKey.render()
  ctx.mask(key)
  const url = `${(await props.baseUrl.render()).replace(/\/+$/, '')}${path}`
  const isForm = body instanceof FormData
  const request = new Request(url, { method: 'POST', body: isForm ? body : JSON.stringify(body) })
  const answer = await callApi(ctx, OPENAI, {
    method: 'POST',
    url,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': isForm ? (request.headers.get('content-type') ?? '') : 'application/json',
    },
    body: new Uint8Array(await request.arrayBuffer()),
    readTimeoutMs: (await props.clientTimeout.render()) * 1_000,
  })
  return parsedJson(answer.text)
}
