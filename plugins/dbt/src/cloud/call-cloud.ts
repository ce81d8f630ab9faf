// Calls of dbt Cloud's API, version 2.
import { answerJson, callPatiently, clientCall, clientOptions, p, refusedCall } from '@batuta/plugin-sdk'
import type { HttpAnswer, LazyProperties, RunContext } from '@batuta/plugin-sdk'

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
