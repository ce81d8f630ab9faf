// A GitHub Enterprise Server in small, after the public description of its API: knows who asks, refuses what it does not know – paths, parameters,
// bodies –, answers in pages, and keeps what it was asked.
import { verify, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: ReturnType<typeof JSON.parse>
}

export interface Answer {
  readonly code: number
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface GitHubServer {
  readonly endpoint: string
  readonly asked: readonly Asked[]
  /** These come before the right answers. */
  readonly refusals: Answer[]
}

export interface World {
  /** Results of searches, by the last part of the path. */
  readonly results?: Readonly<Record<string, readonly unknown[]>>
  /** What GraphQL answers to a query. */
  readonly graph?: (query: string, variables: ReturnType<typeof JSON.parse>) => unknown
  readonly issueFields?: readonly unknown[]
  /** Of fields that are given to an issue, as the token may. */
  readonly keepsFields?: boolean
  readonly appKey?: KeyObject
}

export const TOKEN = 'ghp_0123456789abcdef'
const PAGE_DEFAULT = 30

const SORTS: Readonly<Record<string, readonly string[]>> = {
  code: ['indexed'],
  commits: ['author-date', 'committer-date'],
  issues: ['comments', 'created', 'updated'],
  repositories: ['stars', 'forks', 'updated'],
  topics: [],
  users: ['followers', 'repositories', 'joined'],
}
/** Which fields a body may have, by the end of the path; starred ones it must have. */
const BODIES: Readonly<Record<string, readonly string[]>> = {
  dispatches: ['ref*', 'inputs'],
  issues: ['title*', 'body', 'labels', 'assignees', 'issue_field_values'],
  comments: ['body*'],
  pulls: ['title', 'head*', 'base*', 'body', 'maintainer_can_modify', 'draft'],
  requested_reviewers: ['reviewers', 'team_reviewers'],
  graphql: ['query*', 'variables'],
}

export async function gitHubServer(t: TestContext, world: World = {}): Promise<GitHubServer> {
  const asked: Asked[] = []
  const refusals: Answer[] = []
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://x')
    const sent = await text(incoming)
    const one: Asked = {
      method: incoming.method ?? '',
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: sent === '' ? undefined : JSON.parse(sent),
    }
    asked.push(one)
    const { code, json, headers } = refusals.shift() ?? judge(world, one, incoming.headers)
    response.writeHead(code, { 'content-type': 'application/json; charset=utf-8', ...headers })
    response.end(json === undefined ? undefined : JSON.stringify(json))
  }
  const server = createServer((incoming, response) => void answer(incoming, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3/`, asked, refusals }
}

const refuse = (code: number, message: string, errors?: readonly unknown[]): Answer => ({
  code,
  json: { message, ...(errors === undefined ? {} : { errors }), documentation_url: 'https://docs.github.com/rest' },
})
const invalid = (resource: string, field: string, code: string): Answer =>
  refuse(422, 'Validation Failed', [{ resource, field, code }])

function judge(world: World, asked: Asked, headers: IncomingMessage['headers']): Answer {
  const { method, path, body } = asked
  if (headers['user-agent'] === undefined) return refuse(403, 'Request forbidden by administrative rules.')
  if (headers.accept !== 'application/vnd.github+json') return refuse(415, 'Unsupported accept header')
  if (headers['x-github-api-version'] !== '2022-11-28') return refuse(400, 'Unsupported API version')
  if (method === 'POST' && body !== undefined && headers['content-type'] !== 'application/json')
    return refuse(415, 'Unsupported content type')
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  if (path.startsWith('/api/v3/app/')) return ofApp(world, asked, token)
  if (token !== undefined && token !== TOKEN) return refuse(401, 'Bad credentials')
  const searched = /^\/api\/v3\/search\/(\w+)$/.exec(path)?.[1]
  if (method === 'GET' && searched !== undefined && searched in SORTS) {
    if (searched === 'code' && token === undefined) return refuse(401, 'Requires authentication')
    return ofSearch(asked, searched, world.results?.[searched] ?? [])
  }
  if (token === undefined) return refuse(401, 'Requires authentication')
  if (method === 'POST') return ofBody(asked) ?? ofWrite(world, asked)
  if (path === '/api/v3/orgs/company/issue-fields') return { code: 200, json: world.issueFields ?? [] }
  return refuse(404, 'Not Found')
}

function ofSearch({ query }: Asked, what: string, results: readonly unknown[]): Answer {
  const unknown = Object.keys(query).find(name => !['q', 'sort', 'order', 'per_page', 'page'].includes(name))
  if (unknown !== undefined) return invalid('Search', unknown, 'unknown')
  if ((query['q'] ?? '') === '') return invalid('Search', 'q', 'missing')
  if (query['sort'] !== undefined && !SORTS[what]?.includes(query['sort'])) return invalid('Search', 'sort', 'invalid')
  if (query['order'] !== undefined && !['asc', 'desc'].includes(query['order']))
    return invalid('Search', 'order', 'invalid')
  const [size, page] = [Number(query['per_page'] ?? PAGE_DEFAULT), Number(query['page'] ?? 1)]
  if (size > 100) return invalid('Search', 'per_page', 'invalid')
  if (size * page > 1000) return refuse(422, 'Only the first 1000 search results are available')
  const items = results.slice(size * (page - 1), size * page)
  return { code: 200, json: { total_count: results.length, incomplete_results: false, items } }
}

function ofBody({ path, body }: Asked): Answer | undefined {
  const last = path.split('/').at(-1) ?? ''
  const fields = BODIES[last]
  if (fields === undefined) return refuse(404, 'Not Found')
  const names = fields.map(field => field.replace('*', ''))
  const missing = fields.find(field => field.endsWith('*') && body?.[field.slice(0, -1)] === undefined)
  if (missing !== undefined) return invalid(last, missing.slice(0, -1), 'missing_field')
  const unknown = Object.keys(body).find(name => !names.includes(name))
  return unknown === undefined ? undefined : invalid(last, unknown, 'unknown')
}

function ofWrite(world: World, { path, body }: Asked): Answer {
  if (path === '/api/graphql') return { code: 200, json: world.graph?.(body.query, body.variables) ?? { data: {} } }
  const site = 'https://github.example.com/company/website'
  switch (path.replace('/api/v3/repos/company/website', '')) {
    case '/issues': {
      const kept = world.keepsFields === false ? [] : (body.issue_field_values ?? [])
      const values = kept.map((one: { field_id: number; value: unknown }) => ({
        issue_field_id: one.field_id,
        value: one.value,
      }))
      return { code: 201, json: { number: 7, html_url: `${site}/issues/7`, issue_field_values: values } }
    }
    case '/issues/7/comments':
      return { code: 201, json: { id: 5, html_url: `${site}/issues/7#issuecomment-5` } }
    case '/pulls':
      if (body.head === body.base)
        return refuse(422, 'Validation Failed', [
          { resource: 'PullRequest', code: 'custom', message: `No commits between ${body.base} and ${body.head}` },
        ])
      return {
        code: 201,
        json: { number: 8, html_url: `${site}/pull/8`, issue_url: `${site.replace('//', '//api.')}/issues/8` },
      }
    case '/pulls/8/requested_reviewers':
      return body.reviewers.includes('nobody')
        ? refuse(422, 'Reviews may only be requested from collaborators.')
        : { code: 201, json: { number: 8 } }
    case '/actions/workflows/deploy.yml/dispatches':
      if (Object.values(body.inputs ?? {}).some(value => typeof value !== 'string'))
        return refuse(422, 'Inputs must be strings')
      return { code: 204 }
  }
  return refuse(404, 'Not Found')
}

/** Apps show who they are by a token that they sign themselves, for ten minutes at most. */
function ofApp({ appKey }: World, { method, path }: Asked, token: string | undefined): Answer {
  if (method !== 'POST' || path !== '/api/v3/app/installations/52/access_tokens') return refuse(404, 'Not Found')
  const [header = '', claims = '', signature = ''] = token?.split('.') ?? []
  const isSigned =
    appKey !== undefined &&
    verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), appKey, Buffer.from(signature, 'base64url'))
  if (!isSigned) return refuse(401, 'A JSON web token could not be decoded')
  const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  if (iss !== 'Iv1.app') return refuse(401, "'Issuer' claim ('iss') must be an Integer or a client id")
  if (exp - iat > 600) return refuse(401, "'Expiration time' claim ('exp') is too far in the future")
  return { code: 201, json: { token: 'ghs_of_the_installation', expires_at: '2026-11-22T17:00:00Z' } }
}
