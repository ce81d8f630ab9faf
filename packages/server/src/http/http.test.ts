import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { SubmitError } from '../inbox/inbox.ts'
import { FlushError } from '../storage/store.ts'
import { RequestError, errorText, refusalOf } from './request-error.ts'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

interface Raw {
  readonly status: number
  readonly code: string | undefined
}

/** `fetch` does not let one choose these headers. */
function sendRaw(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const call = request(server.address + path, { method, headers }, reply => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: reply.statusCode ?? 0, code: text.startsWith('{') ? JSON.parse(text).code : undefined })
      })
    })
    call.on('error', reject)
    call.end()
  })
}

test('an unknown route is a JSON 404 that names it', async () => {
  const answer = await server.send('GET', '/api/v1/main/nothing/here?x=1')

  assert.deepEqual([answer.status, answer.json.code, answer.json.title], [404, 'route-not-found', 'Not found'])
  assert.equal(answer.json._links.self.href, '/api/v1/main/nothing/here')
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
})

test('the address of the server leads to the web page, and the API keeps its own answers', async () => {
  const start = await fetch(server.address, { redirect: 'manual' })
  const page = await fetch(`${server.address}/ui/executions`)
  const other = await server.send('POST', '/ui/executions')

  assert.deepEqual([start.status, start.headers.get('location')], [302, '/ui/'])
  assert.ok([200, 503].includes(page.status), 'the page, or how to build it')
  assert.equal(other.json.code, 'route-not-found')
})

test('a foreign host name is refused, so that no page can rebind its own to this machine', async () => {
  const foreign = await sendRaw('GET', '/api/v1/main/flows/search', { host: 'evil.example' })
  const local = await sendRaw('GET', '/api/v1/main/flows/search', { host: 'localhost:9999' })
  const health = await sendRaw('GET', '/health', { host: 'evil.example' })

  assert.deepEqual(foreign, { status: 403, code: 'unknown-host' })
  assert.equal(local.status, 200)
  assert.equal(health.status, 200)
})

test('a page of another site cannot change anything, a webhook is open to whoever has the key', async () => {
  const flows = '/api/v1/main/flows'
  const host = new URL(server.address).host

  const foreign = await sendRaw('POST', flows, { origin: 'https://evil.example' })
  const neighbour = await sendRaw('POST', flows, { origin: 'http://localhost:3000', host })
  const hidden = await sendRaw('POST', flows, { origin: 'null' })
  const flagged = await sendRaw('DELETE', `${flows}/a/b`, { 'sec-fetch-site': 'cross-site' })
  const own = await sendRaw('DELETE', `${flows}/a/b`, {
    origin: `http://${host}`,
    host,
    'sec-fetch-site': 'same-origin',
  })
  const hook = await sendRaw('POST', '/api/v1/main/executions/webhook/a/b/c', {
    origin: 'https://elsewhere.example',
    host: 'tunnel.example',
  })

  assert.deepEqual(
    [foreign, neighbour, hidden, flagged].map(answer => answer.code),
    Array(4).fill('cross-site'),
  )
  assert.equal(own.code, 'not-found')
  assert.equal(hook.code, 'webhook-not-found')
})

test('faults of the inbox and of the store have their own status, and tell when to come back', () => {
  const statusOf = (error: unknown): unknown => {
    const { refusal } = refusalOf(error)
    return [refusal.status, refusal.headers['retry-after']]
  }

  assert.deepEqual(statusOf(new SubmitError('overloaded', 'x')), [429, '1'])
  assert.deepEqual(statusOf(new SubmitError('unavailable', 'x')), [503, '1'])
  assert.deepEqual(statusOf(new SubmitError('stopped', 'x')), [503, '1'])
  assert.deepEqual(statusOf(new SubmitError('disk-full', 'x')), [507, undefined])
  assert.deepEqual(statusOf(new SubmitError('failed', 'x')), [500, undefined])
  assert.deepEqual(statusOf(new FlushError('full', 'x')), [507, undefined])
})

test('what nobody foresaw is a 500 that tells nothing', () => {
  const { refusal, isOurs } = refusalOf(new TypeError('secret of /srv/data.db'))

  const text = errorText(refusal, '/x')

  assert.equal(isOurs, true)
  assert.doesNotMatch(text, /secret|data\.db/)
  assert.equal(JSON.parse(text).code, 'internal')
})

test('an error carries a message, a code, a title and the details', () => {
  const refusal = new RequestError(422, 'flow-invalid', 'bad', {
    details: [{ path: 'tasks', message: 'none' }],
    fields: { invalids: [] },
  })

  assert.deepEqual(JSON.parse(errorText(refusal, '/p')), {
    message: 'bad',
    code: 'flow-invalid',
    title: 'Invalid',
    invalids: [],
    _links: { self: { href: '/p', templated: false } },
    _embedded: { errors: [{ path: 'tasks', message: 'none' }] },
  })
})

test('what clients ask for at their start is there', async () => {
  const paths = [
    '/health',
    '/health/liveness',
    '/health/readiness',
    '/ping',
    '/api/v1/configs',
    '/api/v1/configs/login',
    '/api/v1/basicAuthValidationErrors',
    '/api/v1/main/usages/all',
    '/api/v1/usages/all',
    '/api/v1/plugins/icons',
    '/api/v1/plugins/groups/subgroups',
    '/api/v1/plugins/inputs',
  ]

  const answers = await Promise.all(paths.map(path => server.send('GET', path)))

  assert.deepEqual(
    answers.map(answer => answer.status),
    paths.map(() => 200),
  )
  assert.equal(answers[3]?.text, 'pong')
  assert.equal(answers[4]?.json.version, '0.1.0')
})

test('plugins are listed and described, installed or not', async () => {
  const list = await server.send('GET', '/api/v1/plugins')
  const log = await server.send('GET', '/api/v1/plugins/io.kestra.plugin.core.log.Log')
  const paged = await server.send('GET', '/api/v1/plugins?size=2', { headers: { 'x-batuta-dialect': '2.0' } })
  const unknown = await server.send('GET', '/api/v1/plugins/io.kestra.plugin.core.log.Lg')

  const core = list.json.find((plugin: { name: string }) => plugin.name === 'core')
  assert.ok(core.tasks.some((task: { cls: string }) => task.cls === 'io.kestra.plugin.core.flow.If'))
  assert.ok(log.json.schema.properties.properties.message)
  assert.equal(paged.json.results.length, 2)
  assert.equal(unknown.status, 404)
  assert.match(unknown.json.message, /did you mean "io\.kestra\.plugin\.core\.log\.Log"/)
})

test('the schema of flows defines the tasks and triggers that editors complete', async () => {
  const { json } = await server.send('GET', '/api/v1/plugins/schemas/flow')
  const list = await server.send('GET', '/api/v1/plugins/schemas/task?arrayOf=true')

  assert.equal(json.$ref, '#/definitions/flow')
  assert.equal(json.definitions['io.kestra.plugin.core.log.Log'].properties.type.const, 'io.kestra.plugin.core.log.Log')
  assert.equal(json.definitions['io.kestra.plugin.core.flow.If'].$implemented, true)
  assert.equal(list.json.type, 'array')
  assert.equal((await server.send('GET', '/api/v1/plugins/schemas/moon')).status, 404)
})

test('the API describes itself', async () => {
  const { json } = await server.send('GET', '/api/v1/openapi.json?dialect=c')

  assert.equal(json.openapi, '3.1.0')
  assert.ok(json.paths['/api/v1/{tenant}/executions/{executionId}/actions/kill'].delete)
  assert.equal(json.paths['/api/v1/{tenant}/flows'].post['x-permission'], 'FLOW:CREATE')
})
