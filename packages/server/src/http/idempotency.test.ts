import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { callOf, listRoutes, sendCall } from '../testing/route-calls.ts'
import { openTestServer, type Answer, type SendInit, type TestServer } from '../testing/test-server.ts'
import { isChanging } from './idempotency.ts'

const API = '/api/v1/main'
const FLOW = `id: once
namespace: idem
inputs: [{ id: word, type: STRING, defaults: a }]
tasks: [{ id: one, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.word }}" }]
triggers: [{ id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: secret }]`

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(FLOW)
})
after(() => server.stop())

function send(path: string, key: string, init: SendInit = {}): Promise<Answer> {
  return server.send('POST', path, { ...init, headers: { ...init.headers, 'idempotency-key': key } })
}

function formOf(word: string): FormData {
  const form = new FormData()
  form.set('word', word)
  return form
}

async function count(): Promise<number> {
  return (await server.send('GET', `${API}/executions/search?namespace=idem`)).json.total
}

test('a call with a key is done once, and its answer is given again', async () => {
  const before = await count()
  const first = await send(`${API}/executions/idem/once?wait=true`, 'key-1', { body: formOf('b') })
  const again = await send(`${API}/executions/idem/once?wait=true`, 'key-1', { body: formOf('b') })

  assert.equal(first.status, 200, first.text)
  assert.equal(first.json.inputs.word, 'b')
  assert.equal(again.text, first.text)
  assert.equal(first.headers.get('idempotent-replayed'), null)
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.equal(await count(), before + 1)
})

test('a key is not taken for another call', async () => {
  await send(`${API}/executions/idem/once`, 'key-2', { body: formOf('b') })
  const body = await send(`${API}/executions/idem/once`, 'key-2', { body: formOf('c') })
  const query = await send(`${API}/executions/idem/once?wait=true`, 'key-2', { body: formOf('b') })

  assert.deepEqual([body.status, body.json.code], [409, 'idempotency-key-reused'])
  assert.equal(query.status, 409)
})

test('of calls with one key at the same time one is done', async () => {
  const before = await count()
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => send(`${API}/executions/webhook/idem/once/secret`, 'key-3', { body: '{}' })),
  )

  const ids = answers.flatMap(({ status, json }) => (status === 200 ? [json.id] : []))
  assert.equal(new Set(ids).size, 1)
  assert.ok(answers.every(({ status }) => status === 200 || status === 409))
  assert.equal(await count(), before + 1)
})

test('a call that was refused may be made again with its key', async () => {
  const refused = await send(`${API}/executions/idem/later`, 'key-4')
  await server.saveFlow(FLOW.replace('id: once', 'id: later'))
  const done = await send(`${API}/executions/idem/later`, 'key-4')

  assert.equal(refused.status, 404)
  assert.equal(done.status, 200, done.text)
})

test('flows are created once, and answers without a body are given again', async () => {
  const headers = { 'content-type': 'application/x-yaml' }
  const init = { body: FLOW.replace('id: once', 'id: made'), headers }
  const first = await send(`${API}/flows`, 'key-5', init)
  const again = await send(`${API}/flows`, 'key-5', init)
  const without = await server.send('POST', `${API}/flows`, init)

  assert.equal(first.json.revision, 1)
  assert.equal(again.text, first.text)
  assert.equal(without.status, 422)
  const key = { 'idempotency-key': 'key-6' }
  for (let round = 0; round < 2; round++)
    assert.equal((await server.send('DELETE', `${API}/flows/idem/made`, { headers: key })).status, 204)
})

test('what a server that died had begun is found by its id, or begun again with it', async () => {
  const done = await send(`${API}/executions/idem/once`, 'key-7', { body: formOf('d') })
  const row = await server.store.read.findOperation('http/main/key-7')
  assert.ok(row)
  const claim = JSON.stringify({ type: 'claim', node: 'test', incarnation: 0, untilMs: 1 })
  const putBack = { status: 0, body: claim }

  await server.store.perform('changeOperation', { key: row.key, body: row.body, to: putBack })
  const found = await send(`${API}/executions/idem/once`, 'key-7', { body: formOf('d') })
  await server.send('DELETE', `${API}/executions/${done.json.id}`)
  const kept = await server.store.read.findOperation(row.key)
  await server.store.perform('changeOperation', { key: row.key, body: kept?.body ?? '', to: putBack })
  const again = await send(`${API}/executions/idem/once`, 'key-7', { body: formOf('d') })

  assert.equal(found.json.id, done.json.id)
  assert.equal(again.status, 200)
  assert.equal(again.json.id, done.json.id)
})

test('a key that is no key is refused, and reads do not care for it', async () => {
  assert.equal((await send(`${API}/executions/idem/once`, 'x'.repeat(300))).status, 400)
  const headers = { 'idempotency-key': 'x'.repeat(300) }
  assert.equal((await server.send('GET', `${API}/flows/idem/once`, { headers })).status, 200)
})

test('a key outlives the server that answered', async t => {
  const store = openMemoryStore(newTables(), () => Date.now())
  const first = await openTestServer({}, { store })
  await first.saveFlow(FLOW)
  const headers = { 'idempotency-key': 'key-8' }
  const made = await first.send('POST', `${API}/executions/idem/once?wait=true`, { headers, body: formOf('e') })
  await first.stop()
  const second = await openTestServer({}, { store })
  t.after(async () => await second.stop())

  const again = await second.send('POST', `${API}/executions/idem/once?wait=true`, { headers, body: formOf('e') })

  assert.equal(made.status, 200, made.text)
  assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [made.text, 'true'])
  assert.equal((await second.send('GET', `${API}/executions/search?namespace=idem`)).json.total, 1)
})

test('what another node is at is waited for, as long as that node can be alive', async () => {
  const done = await send(`${API}/executions/idem/once`, 'key-9', { body: formOf('f') })
  const row = await server.store.read.findOperation('http/main/key-9')
  assert.ok(row)
  const claimed = async (body: string, untilMs: number): Promise<string> => {
    const claim = JSON.stringify({ type: 'claim', node: 'other', incarnation: 1, untilMs })
    await server.store.perform('changeOperation', { key: row.key, body, to: { status: 0, body: claim } })
    return claim
  }
  const alive = await claimed(row.body, Date.now() + 3_600_000)
  const refused = await send(`${API}/executions/idem/once`, 'key-9', { body: formOf('f') })
  await claimed(alive, 1)
  const taken = await send(`${API}/executions/idem/once`, 'key-9', { body: formOf('f') })

  assert.deepEqual([refused.status, refused.json.code], [409, 'idempotency-key-in-use'])
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.deepEqual([taken.status, taken.json.id], [200, done.json.id])
})

test('every route that changes something takes a key, and gives its answer again', async t => {
  const own = await openTestServer()
  t.after(async () => await own.stop())
  await own.saveFlow(FLOW)
  const started = await own.send('POST', `${API}/executions/idem/once?wait=true`)
  const there: Readonly<Record<string, string>> = {
    ...{
      namespace: 'idem',
      flowId: 'once',
      id: 'once',
      triggerId: 'hook',
      executionId: started.json.id,
      key: 'secret',
    },
  }
  const changing = listRoutes().filter(({ name, route }) => isChanging(route) && !/maintenance/i.test(name))
  const wrong: string[] = []
  let replayed = 0

  for (const each of changing) {
    const call = callOf(each, { param: name => there[name] ?? 'new', text: () => 'new', isSaid: () => false })
    const headers = { ...call.headers, 'idempotency-key': `every-${each.name}` }
    const first = await sendCall(own.address, { ...call, headers })
    if (first.status >= 400 || first.headers['content-type'] === 'text/event-stream') continue
    const again = await sendCall(own.address, { ...call, headers })
    replayed++
    if (again.headers['idempotent-replayed'] !== 'true' || again.text !== first.text || again.status !== first.status)
      wrong.push(
        `${each.name}: ${first.status} ${first.text.slice(0, 100)}, then ${again.status} ${again.text.slice(0, 100)}`,
      )
  }

  assert.deepEqual(wrong, [])
  assert.ok(replayed > 40, `only ${replayed} were done`)
})
