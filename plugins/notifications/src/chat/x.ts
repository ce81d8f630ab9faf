import { createHmac, randomBytes } from 'node:crypto'
import { defineTask, p, TaskError, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'
import { executionProperties, headline } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { requestOptions } from '../base/request-options.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'

const names = notificationNames('x', 'XExecution')

const credentials = {
  bearerToken: p.string().dynamic().secret().title('A token of a user; or the four below.'),
  consumerKey: p.string().dynamic().secret().title('The key of the app.'),
  consumerSecret: p.string().dynamic().secret().title('The secret of the app.'),
  accessToken: p.string().dynamic().secret().title('The token of the account.'),
  accessSecret: p.string().dynamic().secret().title('The secret of the account.'),
} as const

export const xExecution = defineTask({
  ...names,
  title: 'Tell X how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...requestOptions,
    ...executionProperties,
    ...credentials,
    textBody: p.string().dynamic().title('The message instead of the built-in one.'),
    url: p.string().dynamic().default('https://api.x.com/2/tweets').title('The address of the service.'),
  },
  examples: executionExamples(names.type, `bearerToken: "{{ secret('X_TOKEN') }}"`),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        text: (await props.textBody.render(facts.scope)) ?? `${headline(facts)} ${facts.link}`,
      }),
      send: async body => {
        const url = await props.url.render()
        const authorization = await authorizationOf(ctx, url, props)
        await sendJson(ctx, { url, body, headers: { authorization }, options: await props.options.render() })
      },
    }),
})

async function authorizationOf(
  ctx: RunContext,
  url: string,
  props: LazyProperties<typeof credentials>,
): Promise<string> {
  const bearer = await props.bearerToken.render()
  if (bearer !== undefined) return `Bearer ${bearer}`
  const key = await props.consumerKey.render()
  const secret = await props.consumerSecret.render()
  const token = await props.accessToken.render()
  const tokenSecret = await props.accessSecret.render()
  if (key === undefined || secret === undefined || token === undefined || tokenSecret === undefined)
    throw new TaskError('give "bearerToken", or "consumerKey", "consumerSecret", "accessToken" and "accessSecret"')
  const seconds = Number(await ctx.renderText('{{ now() | timestamp }}'))
  const nonce = randomBytes(16).toString('hex')
  return signedHeader(url, { key, secret, token, tokenSecret }, { nonce, seconds })
}

interface Signing {
  readonly key: string
  readonly secret: string
  readonly token: string
  readonly tokenSecret: string
}

/** OAuth 1.0a for a POST whose body is no form: the body is no part of what is signed. */
export function signedHeader(
  url: string,
  { key, secret, token, tokenSecret }: Signing,
  { nonce, seconds }: { readonly nonce: string; readonly seconds: number },
): string {
  const { origin, pathname, searchParams } = new URL(url)
  const oauth: readonly (readonly [string, string])[] = [
    ['oauth_consumer_key', key],
    ['oauth_nonce', nonce],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(seconds)],
    ['oauth_token', token],
    ['oauth_version', '1.0'],
  ]
  const signed = [...oauth, ...searchParams]
    .map(([name, value]) => `${percent(name)}=${percent(value)}`)
    .sort()
    .join('&')
  const base = `POST&${percent(`${origin}${pathname}`)}&${percent(signed)}`
  const signature = createHmac('sha1', `${percent(secret)}&${percent(tokenSecret)}`)
    .update(base)
    .digest('base64')
  const parts = [...oauth, ['oauth_signature', signature] as const]
  return `OAuth ${parts.map(([name, value]) => `${percent(name)}="${percent(value)}"`).join(', ')}`
}

function percent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
