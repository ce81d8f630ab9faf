// Who asks GitHub, and where: github.com, or a GitHub Enterprise Server by its `endpoint`.
import { setTimeout as pause } from 'node:timers/promises'
import { answerJson, callHttp, listIn, p, TaskError, textIn } from '@batuta/plugin-sdk'
import type { HttpAnswer, LazyProperties, RunContext } from '@batuta/plugin-sdk'

export const endpointProperty = p.string().dynamic().group('connection').title('Address of the API.')

export const connection = {
  login: p.string().dynamic().group('advanced').title('Taken and not needed: a token says whose it is.'),
  oauthToken: p.string().dynamic().secret().group('connection').title('A personal access token, or one of OAuth.'),
  jwtToken: p.string().dynamic().secret().group('connection').title('A token that an app has signed.'),
  appInstallationToken: p
    .string()
    .dynamic()
    .secret()
    .group('connection')
    .title('The token of an installed app, as AppToken gives it.'),
  endpoint: endpointProperty.describe(
    'https://api.github.com without it; of a GitHub Enterprise Server https://HOST/api/v3.',
  ),
} as const

export type ConnectionProps = LazyProperties<typeof connection>

export interface GitHubCall {
  readonly method?: 'GET' | 'POST'
  /** Below the endpoint. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly json?: unknown
}

export interface GitHub {
  readonly isAnonymous: boolean
  /** The answer as JSON. */
  ask(call: GitHubCall): Promise<unknown>
  /** What GraphQL answers as `data`; what it could not find out is logged where there is an answer at all. */
  askGraph(query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown>
}

export const DEFAULT_ENDPOINT = 'https://api.github.com'

export async function openGitHub(ctx: RunContext, props: ConnectionProps): Promise<GitHub> {
  const given = [props.appInstallationToken, props.oauthToken, props.jwtToken]
  const tokens = await Promise.all(given.map(token => token.render()))
  const token = tokens.map(written => written?.trim()).find(written => written !== undefined && written !== '')
  if (token !== undefined) ctx.mask(token)
  return gitHubAt(ctx, (await props.endpoint.render()) ?? DEFAULT_ENDPOINT, token)
}

export function gitHubAt(ctx: RunContext, endpoint: string, token: string | undefined): GitHub {
  const root = endpoint.trim().replace(/\/+$/, '')
  const access: Access = { ctx, token }
  return {
    isAnonymous: token === undefined,
    ask: async ({ method = 'GET', path, query = {}, json }) => {
      const written = Object.entries(query).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      )
      const search = new URLSearchParams(written).toString()
      return answerJson(await send(access, { method, url: `${root}${path}${search === '' ? '' : `?${search}`}`, json }))
    },
    askGraph: async (query, variables) => {
      const json = { query, variables }
      return dataOf(ctx, answerJson(await send(access, { method: 'POST', url: graphAddress(root), json })))
    },
  }
}

/** A GitHub Enterprise Server has its two APIs side by side. */
function graphAddress(root: string): string {
  return root.endsWith('/api/v3') ? root.replace(/\/v3$/, '/graphql') : `${root}/graphql`
}

function dataOf(ctx: RunContext, answer: unknown): unknown {
  const { data }: { readonly data?: unknown } = Object(answer)
  const errors = listIn(answer, 'errors')
  const texts = errors.map(error => textIn(error, 'message') ?? 'no reason')
  const isKnown = Object.values(Object(data)).some(value => value !== null)
  if (isKnown) {
    for (const text of new Set(texts)) ctx.logger.warn(`GitHub did not tell everything: ${text}`)
    return data
  }
  const advice = errors.some(error => /FORBIDDEN|INSUFFICIENT_SCOPES/.test(textIn(error, 'type') ?? ''))
    ? ' (give the token the permission; boards need read:project)'
    : ''
  throw new TaskError(`GitHub answered: ${texts.join('; ') || 'nothing'}${advice}`)
}

interface Access {
  readonly ctx: RunContext
  readonly token: string | undefined
}

interface Sent {
  readonly method: string
  readonly url: string
  readonly json?: unknown
}

const WAITS_MAX = 3
const WAIT_MS_MAX = 120_000

/** Who asks too often is told to wait: what was refused so has not been done, and is sent again. */
async function send({ ctx, token }: Access, { method, url, json }: Sent): Promise<HttpAnswer> {
  for (let waits = 0; ; waits++) {
    const answer = await callHttp(ctx, {
      ...{ method, url },
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
    if (answer.code < 300) return answer
    const waitMs = waitOf(answer)
    if (waitMs === undefined || waits === WAITS_MAX || waitMs > WAIT_MS_MAX) throw refusal(method, url, answer)
    ctx.logger.warn(`GitHub asks to wait ${Math.ceil(waitMs / 1000)} s before the next call`)
    await pause(waitMs, undefined, { signal: ctx.signal })
  }
}

/** Undefined for what no waiting helps against. */
function waitOf({ code, headers }: HttpAnswer): number | undefined {
  if (code !== 403 && code !== 429) return undefined
  const after = headers['retry-after']
  if (after !== undefined && /^\d+$/.test(after)) return Number(after) * 1000
  const reset = headers['x-ratelimit-reset']
  if (headers['x-ratelimit-remaining'] !== '0' || reset === undefined) return undefined
  return Math.max(0, Number(reset) * 1000 - new Date().getTime())
}

function refusal(method: string, url: string, answer: HttpAnswer): TaskError {
  const { origin, pathname } = new URL(url)
  const told = parsed(answer.text)
  const reasons = listIn(told, 'errors').map(reasonOf)
  const message = textIn(told, 'message') ?? (answer.text.trim().slice(0, SHOWN_CHARS) || 'no reason')
  const why = [message, ...reasons].join('; ')
  return new TaskError(`${method} ${origin}${pathname} was answered with ${answer.code}: ${why}${adviceOf(answer)}`)
}

const SHOWN_CHARS = 300

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy on the way answers with a page: its text is shown instead.
    return undefined
  }
}

function reasonOf(error: unknown): string {
  const parts = ['resource', 'field', 'code'].map(name => textIn(error, name)).filter(part => part !== undefined)
  return textIn(error, 'message') ?? (typeof error === 'string' ? error : parts.join(' '))
}

function adviceOf(answer: HttpAnswer): string {
  if (waitOf(answer) !== undefined) return ' (too many calls: give the task a retry)'
  switch (answer.code) {
    case 401:
      return ' (check the token of the task)'
    case 403:
      return ' (the token may not do that)'
    case 404:
      return ' (it is not there, or the token may not see it)'
  }
  return ''
}

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/

export interface Repository {
  readonly owner: string
  /** Where it is below the endpoint. */
  readonly path: string
}

export function parseRepository(written: string | undefined): Repository {
  const name = written?.trim() ?? ''
  if (name === '') throw new TaskError('property "repository" is missing: write it as owner/name')
  if (!REPOSITORY.test(name)) throw new TaskError(`property "repository" must be owner/name, not "${name}"`)
  return { owner: name.split('/')[0] ?? '', path: `/repos/${name}` }
}

export const repositoryProperty = p.string().dynamic().group('destination').title('The repository, as owner/name.')

export function gitHubExample(type: string, lines: string): string {
  return `id: github
namespace: company.team

tasks:
  - id: ask
    type: ${type}
    oauthToken: "{{ secret('GITHUB_TOKEN') }}"
${lines.replace(/^(?=.)/gm, '    ')}
`
}
