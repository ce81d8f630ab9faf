// Calls of dbt Cloud's API, version 2.
import { setTimeout as pause } from 'node:timers/promises'
import { answerJson, callHttp, clientCall, clientOptions, p, refusedCall, TaskError } from '@batuta/plugin-sdk'
import type { HttpAnswer, HttpCall, LazyProperties, RunContext } from '@batuta/plugin-sdk'

export const cloudProperties = {
  ...clientOptions,
  baseUrl: p
    .string()
    .dynamic()
    .required()
    .default('https://cloud.getdbt.com')
    .group('connection')
    .title('The address of the account.'),
  accountId: p.string().dynamic().required().group('main').title('The number of the account.'),
  token: p.string().dynamic().required().secret().group('main').title('A token of a person or of a service.'),
  maxRetries: p
    .integer()
    .dynamic()
    .default(3)
    .group('reliability')
    .title('How often a call is made again that failed for a moment.'),
  initialDelayMs: p
    .integer()
    .dynamic()
    .default(1000)
    .group('reliability')
    .title('Milliseconds before the first of them; each waits twice as long as the one before.'),
} as const

export type CloudProps = LazyProperties<typeof cloudProperties>

export interface Cloud {
  /** The `data` of the answer. */
  ask(method: 'GET' | 'POST', path: string, json?: unknown): Promise<unknown>
  /** A file as it is; undefined when there is none. */
  findText(path: string): Promise<string | undefined>
}

const DELAY_MS_MAX = 60_000

export async function openCloud(ctx: RunContext, props: CloudProps): Promise<Cloud> {
  const token = (await props.token.render()).trim()
  ctx.mask(token)
  const account = encodeURIComponent((await props.accountId.render()).trim())
  const base = (await props.baseUrl.render()).trim().replace(/\/+$/, '')
  const how = clientCall(await props.options.render())
  const patience = { retries: await props.maxRetries.render(), delayMs: await props.initialDelayMs.render() }
  const send = async (method: string, path: string, json?: unknown): Promise<HttpAnswer> =>
    await callPatiently(ctx, patience, {
      ...how,
      method,
      url: `${base}/api/v2/accounts/${account}${path}`,
      headers: {
        authorization: `Token ${token}`,
        accept: 'application/json',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
  return {
    ask: async (method, path, json) => {
      const answer = await send(method, path, json)
      if (answer.code >= 400) throw refusedCall({ method, url: base }, answer)
      const { data }: { readonly data?: unknown } = Object(answerJson(answer))
      return data
    },
    findText: async path => {
      const answer = await send('GET', path)
      if (answer.code === 404) return undefined
      if (answer.code >= 400) throw refusedCall({ method: 'GET', url: base }, answer)
      return answer.text
    },
  }
}

interface Patience {
  readonly retries: number
  readonly delayMs: number
}

/** What was sent to start something is only sent again when it was refused for now: an answer that got lost may have started it. */
async function callPatiently(ctx: RunContext, { retries, delayMs }: Patience, call: HttpCall): Promise<HttpAnswer> {
  for (let count = 0; ; count++) {
    const isLast = count >= retries
    const answer = await callHttp(ctx, call).catch((error: unknown) => {
      if (isLast || call.method !== 'GET' || !(error instanceof TaskError)) throw error
      return undefined
    })
    const isRefusedForNow = answer?.code === 429 || (call.method === 'GET' && (answer?.code ?? 0) >= 500)
    if (answer !== undefined && (isLast || !isRefusedForNow)) return answer
    ctx.logger.warn(`dbt Cloud ${answer === undefined ? 'did not answer' : `answered ${answer.code}`}: asked again`)
    await pause(Math.min(delayMs * 2 ** count, DELAY_MS_MAX), undefined, { signal: ctx.signal })
  }
}
