// Who calls Airbyte: a token, an application – whose tokens live for minutes only, so that they are fetched again –, or a user.
import { answerJson, callHttp, refusedCall, TaskError, textIn } from '@batuta/plugin-sdk'
import type { HttpAnswer, HttpCall, RunContext } from '@batuta/plugin-sdk'

export interface Credentials {
  readonly token: string | undefined
  readonly application: { readonly clientId: string; readonly clientSecret: string } | undefined
  readonly username: string | undefined
  readonly password: string | undefined
}

export interface AirbyteOptions {
  /** What the paths are below. */
  readonly base: string
  readonly tokenUrl: string
  readonly credentials: Credentials
  readonly how: Partial<HttpCall>
}

export interface Airbyte {
  ask(call: AirbyteCall): Promise<unknown>
  /** Whatever the code is. */
  call(call: AirbyteCall): Promise<HttpAnswer>
  refused(call: AirbyteCall, answer: HttpAnswer): TaskError
}

export interface AirbyteCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly json?: unknown
}

export function openAirbyte(ctx: RunContext, options: AirbyteOptions): Airbyte {
  const { base, credentials } = options
  for (const secret of [credentials.token, credentials.password, credentials.application?.clientSecret])
    if (secret) ctx.mask(secret)
  let authorization: string | undefined
  const call = async ({ method, path, json }: AirbyteCall): Promise<HttpAnswer> => {
    const send = async (): Promise<HttpAnswer> =>
      await callHttp(ctx, {
        ...options.how,
        ...{ method, url: `${base}${path}` },
        headers: {
          accept: 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      })
    authorization ??= await authorizationOf(ctx, options)
    const answer = await send()
    if (answer.code !== 401 || credentials.application === undefined || credentials.token) return answer
    authorization = await authorizationOf(ctx, options)
    return await send()
  }
  const refused = ({ method }: AirbyteCall, answer: HttpAnswer): TaskError => refusedCall({ method, url: base }, answer)
  return {
    call,
    refused,
    ask: async asked => {
      const answer = await call(asked)
      if (answer.code >= 400) throw refused(asked, answer)
      return answerJson(answer)
    },
  }
}

async function authorizationOf(ctx: RunContext, options: AirbyteOptions): Promise<string | undefined> {
  const { token, application, username, password = '' } = options.credentials
  if (token) return `Bearer ${token.trim()}`
  if (username) return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  if (application === undefined) return undefined
  const asked = { ...options.how, method: 'POST', url: options.tokenUrl }
  const answer = await callHttp(ctx, {
    ...asked,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: application.clientId,
      client_secret: application.clientSecret,
      'grant-type': 'client_credentials',
    }),
  })
  if (answer.code >= 400) throw refusedCall(asked, answer)
  const given = textIn(answerJson(answer), 'access_token')
  if (given === undefined) throw new TaskError('Airbyte gave no token for the application: look at the address')
  ctx.mask(given)
  return `Bearer ${given}`
}

export type JobState = 'failed' | 'succeeded' | 'cancelled'
const ENDED: readonly JobState[] = ['failed', 'succeeded', 'cancelled']

/** Undefined as long as the job goes on. */
export function endOf(status: string | undefined): JobState | undefined {
  if (status === undefined) throw new TaskError('Airbyte answered without the state of the job')
  return ENDED.find(state => state === status)
}
