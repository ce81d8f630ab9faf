import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type Answer, type TestServer } from '../../testing/test-server.ts'

const NS = 'app.test'
const API = '/api/v1/main/apps'
const FLOW = `
id: order
namespace: ${NS}
inputs:
  - { id: article, type: STRING, displayName: Which article?, description: As it is called in the list. }
  - { id: count, type: INT, min: 1, defaults: 2 }
  - { id: is_gift, type: BOOL, defaults: false }
  - { id: colours, type: MULTISELECT, values: [red, blue], required: false }
  - { id: card, type: STRING, required: false, dependsOn: { inputs: [is_gift], condition: "{{ inputs.is_gift }}" } }
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.count }} × {{ inputs.article }} {{ inputs.colours ?? '' }}" }
outputs:
  - { id: receipt, type: STRING, value: "{{ outputs.say.value }}", displayName: Your receipt }
`
const ASKING = `
id: asking
namespace: ${NS}
tasks:
  - id: approve
    type: io.kestra.plugin.core.flow.Pause
    description: May it be **paid**?
    onResume: [{ id: reason, type: STRING, displayName: Why }]
outputs:
  - { id: reason, type: STRING, value: "{{ outputs.approve.onResume.reason }}" }
`

let server: TestServer
before(async () => {
  server = await openTestServer()
  for (const source of [FLOW, ASKING]) await server.saveFlow(source)
})
after(() => server.stop())

const app = (id: string, flowId: string, more = ''): string =>
  `id: ${id}\nnamespace: ${NS}\nflowId: ${flowId}\ndisplayName: Order <here>\naccess: PUBLIC\ntags: [shop]\n${more}`

async function yaml(method: string, path: string, body: string): Promise<Answer> {
  return await server.send(method, `${API}${path}`, { body, headers: { 'content-type': 'application/x-yaml' } })
}

async function send(path: string, fields: Readonly<Record<string, string>>, headers = {}): Promise<Answer> {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  return await server.send('POST', path, { body, headers })
}

test('an app is saved, listed, changed, switched off and deleted', async () => {
  const made = await yaml('POST', '', app('life', 'order'))
  const { uid } = made.json
  const twin = await yaml('POST', '', app('life', 'order'))
  const wrong = await yaml('POST', '', app('wrong', 'order', 'layout: [{ on: OPEN, blocks: [{ type: nothing }] }]\n'))
  const judged = await yaml('POST', '/validate', app('lone', 'nowhere'))
  const changed = await yaml('PUT', `/${uid}`, app('life', 'order', 'description: For guests\n'))
  const listed = await server.send('GET', `${API}/catalog?tags=shop&q=guests`)
  const off = await server.send('POST', `${API}/${uid}/disable`)
  const gone = await server.send('GET', `/ui/a/${uid}`)

  assert.deepEqual([made.status, twin.status, wrong.status, changed.status], [200, 422, 422, 200])
  assert.match(judged.json.warnings[0], /no flow "app.test.nowhere" yet/)
  assert.deepEqual([listed.json.total, listed.json.results[0].uid], [1, uid])
  assert.deepEqual([off.json.enabled, gone.status], [false, 410])
  assert.equal((await server.send('GET', `${API}/catalog`)).json.total, 0)
  assert.deepEqual((await server.send('GET', `${API}/tags`)).json, { tags: ['shop'] })
  assert.equal((await server.send('DELETE', `${API}/${uid}`)).status, 200)
  assert.equal((await server.send('GET', `${API}/${uid}`)).status, 404)
})

test('the page of a public app is a form that works without scripts, and shows what came of it', async () => {
  const { uid } = (await yaml('POST', '', app('form', 'order'))).json
  const page = await server.send('GET', `/ui/a/${uid}`)
  const refused = await send(`/ui/a/${uid}`, { count: '0', is_gift: 'false' })
  const sent = await send(`/ui/a/${uid}`, { article: 'tea <b>', count: '3', is_gift: 'false', colours: 'red' })
  const result = await server.send('GET', sent.headers.get('location') ?? '')

  assert.equal(page.status, 200)
  assert.match(page.text, /<h1>Order &#60;here&#62;<\/h1>/)
  assert.match(page.text, /<label for="in-article" class="must">Which article\?<\/label><input type="text"/)
  assert.doesNotMatch(page.text, /name="card"/)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; style-src 'sha256-/)
  assert.ok(page.text.length < 60_000)
  assert.equal(refused.status, 422)
  assert.match(refused.text, /aria-invalid="true"/)
  assert.equal(sent.status, 303, sent.text)
  assert.equal(result.status, 200)
  assert.match(result.text, /<dt>Your receipt<\/dt><dd>3 × tea &#60;b&#62; \[&#34;red&#34;\]<\/dd>/)
})

test('fields follow from what is typed', async () => {
  const { uid } = (await yaml('POST', '', app('fields', 'order'))).json

  const checked = await send(`/ui/a/${uid}?check=true`, { article: 'tea', is_gift: 'true' })

  assert.equal(checked.status, 200)
  assert.match(checked.text, /name="card"/)
  assert.match(checked.text, /value="tea"/)
})

test('what an app has started is shown to whoever has its address, and to nobody else', async () => {
  const { uid } = (await yaml('POST', '', app('one', 'order'))).json
  const other = (await yaml('POST', '', app('two', 'order'))).json
  const sent = await send(`/ui/a/${uid}`, { article: 'tea' })
  const run = new URL(sent.headers.get('location') ?? '', server.address).searchParams.get('run') ?? ''

  const statuses = await Promise.all(
    [`/ui/a/${other.uid}?run=${run}`, `/ui/a/${uid}?run=${'x'.repeat(32)}`, `/ui/t/${run}`].map(
      async path => (await server.send('GET', path)).status,
    ),
  )

  assert.deepEqual(statuses, [404, 404, 404])
  const view = await server.send('GET', `${API}/view/${uid}?run=${run}`)
  assert.deepEqual([view.json.event, view.json.execution.state], ['SUCCESS', 'SUCCESS'])
  const dispatched = await send(`${API}/view/${uid}/dispatch/create`, { article: 'tea' })
  assert.equal(dispatched.status, 200, dispatched.text)
})

test('an app asks what its flow waits for, and takes the answer once', async () => {
  const { uid } = (await yaml('POST', '', app('asks', 'asking'))).json
  const sent = await send(`/ui/a/${uid}`, {})
  const address = sent.headers.get('location') ?? ''
  const asks = await server.send('GET', address)
  const answer = address.replace('?', '/answer?')
  const given = await send(answer, { reason: 'fine' })
  const again = await send(answer, { reason: 'late' })
  const done = await server.send('GET', address)

  assert.match(asks.text, /May it be <strong>paid<\/strong>\?/)
  assert.match(asks.text, /for="in-reason"/)
  assert.deepEqual([given.status, again.status], [303, 409])
  assert.match(done.text, /<dd>fine<\/dd>/)
})

test('a link for an approval needs no login, works once, and says afterwards that it is decided', async () => {
  const guarded = await openTestServer({ user: { name: 'ada', password: 'secret' } })
  try {
    const authorization = `Basic ${btoa('ada:secret')}`
    const headers = { authorization, 'content-type': 'application/x-yaml' }
    await guarded.send('POST', '/api/v1/main/flows', { body: ASKING, headers })
    const started = await guarded.send('POST', `/api/v1/main/executions/${NS}/asking`, {
      body: new FormData(),
      headers: { authorization },
    })
    const { id, taskRunList } = started.json
    const path = `/api/v1/main/human-tasks/${id}/link?taskRunId=${taskRunList[0].id}`
    const refused = await guarded.send('POST', path)
    const link = await guarded.send('POST', path, { headers: { authorization } })
    const page = new URL(link.json.url).pathname
    const shown = await guarded.send('GET', page)
    const answer = async (reason: string): Promise<Answer> => {
      const body = new FormData()
      body.append('reason', reason)
      return await guarded.send('POST', page, { body })
    }
    const empty = await answer('')
    const given = await answer('fine')
    const after = await guarded.send('GET', page)
    const late = await answer('late')
    const foreign = await guarded.send('POST', page, { headers: { origin: 'https://evil.example' } })

    assert.equal(refused.status, 401)
    assert.equal(shown.status, 200)
    assert.match(shown.text, /May it be <strong>paid<\/strong>\?/)
    assert.equal(empty.status, 422)
    assert.equal(given.status, 303)
    assert.match(after.text, /already decided.*<dt>By<\/dt><dd>a link<\/dd>/s)
    assert.equal(late.status, 409)
    assert.match(late.text, /already decided.*Somebody was quicker/s)
    assert.equal(foreign.status, 403)
  } finally {
    await guarded.stop()
  }
})

test('a private app asks for a login, and no other site may send its form', async () => {
  const guarded = await openTestServer({ user: { name: 'ada', password: 'secret' } })
  try {
    const authorization = `Basic ${btoa('ada:secret')}`
    const headers = { authorization, 'content-type': 'application/x-yaml' }
    await guarded.send('POST', '/api/v1/main/flows', { body: FLOW, headers })
    const make = async (id: string, access: string): Promise<string> => {
      const body = app(id, 'order').replace('PUBLIC', access)
      return (await guarded.send('POST', API, { body, headers })).json.uid
    }
    const [open, closed] = [await make('open', 'PUBLIC'), await make('closed', 'PRIVATE')]

    assert.equal((await guarded.send('GET', `/ui/a/${open}`)).status, 200)
    assert.equal((await guarded.send('GET', `/ui/a/${closed}`)).status, 401)
    assert.equal((await guarded.send('GET', '/ui/a/nothing')).status, 401)
    assert.equal((await guarded.send('GET', `/ui/a/${closed}`, { headers: { authorization } })).status, 200)
    const foreign = await guarded.send('POST', `/ui/a/${open}`, { headers: { origin: 'https://evil.example' } })
    assert.equal(foreign.status, 403)
  } finally {
    await guarded.stop()
  }
})

test('an app is looked at before it is saved', async () => {
  const body = new URLSearchParams({ source: app('x', 'order'), on: 'OPEN' }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const shown = await server.send('POST', '/ui/a/preview', { body, headers })
  const none = await server.send('POST', '/ui/a/preview', { body: 'source=id', headers })

  assert.match(shown.text, /Which article\?/)
  assert.match(shown.headers.get('content-security-policy') ?? '', /form-action 'none'; frame-ancestors 'self'/)
  assert.match(none.text, /Not an app yet/)
})

test('several apps are switched, exported and deleted at once, and found by filters', async () => {
  const uids = await Promise.all(
    ['many-1', 'many-2'].map(async id => String((await yaml('POST', '', app(id, 'order'))).json.uid)),
  )
  const bulk = (method: string, path: string, body = { uids }): Promise<Answer> =>
    server.send(method, `${API}${path}`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })

  const off = await bulk('POST', '/disable')
  const isOff = await server.send('GET', `${API}/${uids[0]}`)
  const on = await bulk('POST', '/enable')
  const zip = await bulk('POST', '/export')
  const found = await server.send('GET', `${API}/search?filters[namespace][EQUALS]=${NS}&filters[q][EQUALS]=many-`)
  const elsewhere = await server.send('GET', `${API}/search?filters[namespace][EQUALS]=app`)
  const unknown = await bulk('DELETE', '', { uids: [...uids, 'none'] })
  const gone = await bulk('DELETE', '')

  assert.deepEqual([off.json.count, isOff.json.enabled, on.json.count], [2, false, 2])
  assert.ok(zip.text.startsWith('PK'))
  assert.deepEqual([found.json.total, elsewhere.json.total], [2, 0])
  assert.deepEqual([unknown.status, gone.json.count], [404, 2])
})
