// Calls of a server's own API, this one's or another's, as every client makes them.
import { expectHttp, p, TaskError, type HttpAnswer, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'

export const apiProperties = {
  kestraUrl: p.string().dynamic().group('connection').title('The server; http://localhost:8080 without it.'),
  auth: p
    .object({
      apiToken: p.string().dynamic().secret().title('A token.'),
      username: p.string().dynamic().title('A user.'),
      password: p.string().dynamic().secret().title('The password of the user.'),
      auto: p.boolean().dynamic().title('Taken and not needed.'),
    })
    .group('connection')
    .title('Who calls; a server without users asks nobody.'),
  tenantId: p.string().dynamic().group('connection').title('The tenant; main without it.'),
} as const

const SERVER = 'http://localhost:8080'
const TENANT = 'main'

export interface ApiCall {
  readonly method?: string
  /** Below the tenant. */
  readonly path: string
  /** Absent values are left out, lists repeat their name. */
  readonly query?: Readonly<Record<string, unknown>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as a form. */
  readonly form?: FormData
}

export type ApiProps = LazyProperties<typeof apiProperties>

export async function callApi(
  ctx: RunContext,
  props: ApiProps,
  { method, path, query = {}, json, form }: ApiCall,
): Promise<HttpAnswer> {
  const server = ((await props.kestraUrl.render()) ?? SERVER).trim().replace(/\/+$/, '')
  const tenant = (await props.tenantId.render()) ?? TENANT
  const url = URL.parse(`${server}/api/v1/${encodeURIComponent(tenant)}${path}`)
  if (url === null) throw new TaskError(`property "kestraUrl" must be an address, not "${server}"`)
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) url.searchParams.append(name, String(one))
  const sent = form === undefined ? undefined : new Response(form)
  const authorization = await authorizationOf(props)
  return await expectHttp(ctx, {
    ...(method === undefined ? {} : { method }),
    url: url.href,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(sent === undefined ? {} : { 'content-type': sent.headers.get('content-type') ?? 'multipart/form-data' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(sent === undefined ? {} : { body: new Uint8Array(await sent.arrayBuffer()) }),
  })
}

/** The answer as JSON, for those who know what it holds. */
export async function askApi(
  ctx: RunContext,
  props: ApiProps,
  call: ApiCall,
): Promise<Readonly<Record<string, unknown>>> {
  return { ...parsed(await callApi(ctx, props, call)) }
}

export async function listFromApi(ctx: RunContext, props: ApiProps, call: ApiCall): Promise<readonly unknown[]> {
  const answer: unknown = parsed(await callApi(ctx, props, call))
  return Array.isArray(answer) ? answer : []
}

function parsed({ text }: HttpAnswer): object {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch (cause) {
    throw new TaskError(`the server answered with something that is no JSON: ${text.slice(0, 200)}`, { cause })
  }
}

async function authorizationOf(props: ApiProps): Promise<string | undefined> {
  const auth = await props.auth.render()
  if (auth?.apiToken !== undefined) return `Bearer ${auth.apiToken}`
  if (auth?.username === undefined) return undefined
  return `Basic ${Buffer.from(`${auth.username}:${auth.password ?? ''}`).toString('base64')}`
}

/** Pages until the end, or until there are enough. */
export async function* pagesOf(ctx: RunContext, props: ApiProps, { path, query }: ApiCall): AsyncGenerator<unknown> {
  for (let page = 1; page <= PAGES_MAX; page++) {
    const { results } = await askApi(ctx, props, { path, query: { ...query, page, size: PAGE } })
    const rows = Array.isArray(results) ? results : []
    yield* rows
    if (rows.length < PAGE) return
  }
}

const PAGE = 100
const PAGES_MAX = 10_000

export function apiExample(type: string, lines: string): string {
  return `id: own_api
namespace: company.team

tasks:
  - id: ask
    type: ${type}
    auth:
      apiToken: "{{ secret('API_TOKEN') }}"
${lines.replace(/^(?=.)/gm, '    ')}
`
}
