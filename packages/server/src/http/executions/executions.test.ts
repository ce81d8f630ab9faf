import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(ECHO)
  await server.saveFlow(FAILING)
  await server.saveFlow(WAITING)
  await server.saveFlow(UPLOAD)
  await server.saveFlow(DISABLED)
  await server.saveFlow(CHECKED)
})
after(() => server.stop())

const NS = 'exec.test'
const BASE = '/api/v1/main/executions'

const ECHO = `
id: echo
namespace: ${NS}
labels: { team: x }
inputs:
  - { id: who, type: STRING }
  - { id: count, type: INT, defaults: 3 }
outputs:
  - { id: said, type: STRING, value: "{{ outputs.say.value }}" }
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.who }} {{ inputs.count }}" }
  - { id: log, type: io.kestra.plugin.core.log.Log, message: "said {{ outputs.say.value }}" }
`
const FAILING = `
id: failing
namespace: ${NS}
tasks:
  - { id: broken, type: io.kestra.plugin.core.execution.Fail, condition: "{{ taskrun.attemptsCount == 0 }}" }
`
const WAITING = `
id: waiting
namespace: ${NS}
tasks:
  - { id: script, type: io.kestra.plugin.scripts.shell.Script, script: echo }
`
const UPLOAD = `
id: upload
namespace: ${NS}
inputs:
  - { id: data, type: FILE }
tasks:
  - { id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.data }}" }
`
const DISABLED = `
id: disabled
namespace: ${NS}
disabled: true
tasks:
  - { id: a, type: io.kestra.plugin.core.debug.Return }
`
const CHECKED = `
id: checked
namespace: ${NS}
inputs:
  - { id: amount, type: INT }
checks:
  - { condition: "{{ inputs.amount < 100 }}", message: "too much: {{ inputs.amount }}", behavior: BLOCK_EXECUTION }
tasks:
  - { id: a, type: io.kestra.plugin.core.debug.Return }
`

function form(fields: Readonly<Record<string, string | Blob>>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, value, 'data.txt')
  }
  return data
}

test('a flow is started by a form, and the answer shows what the first turn did', async () => {
  const answer = await server.send('POST', `${BASE}/${NS}/echo?labels=env:dev:1`, { body: form({ who: 'Max' }) })

  assert.equal(answer.status, 200)
  assert.equal(answer.json.state.current, 'SUCCESS')
  assert.deepEqual(answer.json.inputs, { who: 'Max', count: 3 })
  assert.deepEqual(answer.json.outputs, { said: 'Max 3' })
  assert.deepEqual(answer.json.labels.slice(0, 2), [
    { key: 'team', value: 'x' },
    { key: 'env', value: 'dev:1' },
  ])
  assert.match(answer.json.url, new RegExp(`/ui/main/executions/${NS}/echo/${answer.json.id}$`))
})

test('inputs may come as JSON, under the former address and in dialect a, too', async () => {
  const json = await server.client.executions.create({
    params: { namespace: NS, id: 'echo' },
    body: { who: 'Ann', count: 7 },
  })
  const old = await server.send('POST', `/api/v1/executions/trigger/${NS}/echo`, { body: form({ who: 'Old' }) })

  assert.deepEqual(json.outputs, { said: 'Ann 7' })
  assert.deepEqual(old.json.outputs, { said: 'Old 3' })
})

test('what cannot be started is refused with the reason', async () => {
  const path = (flow: string): string => `${BASE}/${NS}/${flow}`

  const missing = await server.send('POST', path('echo'))
  const wrong = await server.send('POST', path('echo'), { body: form({ who: 'x', count: 'many' }) })
  const unknown = await server.send('POST', path('nobody'))
  const disabled = await server.send('POST', path('disabled'))
  const label = await server.send('POST', `${path('echo')}?labels=system.mine:1`, { body: form({ who: 'x' }) })
  const check = await server.send('POST', path('checked'), { body: form({ amount: '100' }) })

  assert.deepEqual(
    [missing.status, missing.json._embedded.errors],
    [422, [{ path: 'who', message: 'Missing required input: who' }]],
  )
  assert.deepEqual([wrong.status, wrong.json.code], [422, 'inputs-invalid'])
  assert.deepEqual([unknown.status, unknown.json.code], [404, 'not-found'])
  assert.deepEqual([disabled.status, disabled.json.code], [409, 'flow-disabled'])
  assert.deepEqual([label.status, label.json.code], [422, 'label-reserved'])
  assert.deepEqual([check.status, check.json.message], [422, 'Invalid entity: too much: 100'])
})

test('a broken body is refused without a word about the inside', async () => {
  const headers = { 'content-type': 'application/json' }
  const json = await server.send('POST', `${BASE}/${NS}/echo`, { body: '{"who":', headers })
  const list = await server.send('POST', `${BASE}/${NS}/echo`, { body: '[1]', headers })
  const parts = await server.send('POST', `${BASE}/${NS}/echo`, {
    body: 'x',
    headers: { 'content-type': 'multipart/form-data' },
  })
  const cut = await server.send('POST', `${BASE}/${NS}/echo`, {
    body: '--b\r\nContent-Disposition: form-data; name="who"\r\n\r\nMax',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  })
  const bytes = await server.send('POST', `${BASE}/${NS}/echo`, { body: new Uint8Array([0xff, 0xfe, 0x7b]), headers })
  const other = await server.send('POST', `${BASE}/${NS}/echo`, {
    body: '<x/>',
    headers: { 'content-type': 'application/xml' },
  })

  assert.deepEqual(
    [json, list, parts, cut, bytes, other].map(answer => answer.status),
    [400, 422, 400, 400, 400, 415],
  )
  for (const answer of [json, list, parts, cut, bytes, other])
    assert.doesNotMatch(answer.text, /at .*\.ts|node:|Error:/)
})

test('data that is nested to break something is refused', async () => {
  const deep = `{"who":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
  const hundred = `{"who":${'['.repeat(120)}${']'.repeat(120)}}`
  const headers = { 'content-type': 'application/json' }

  const answers = [
    await server.send('POST', `${BASE}/${NS}/echo`, { body: deep, headers }),
    await server.send('POST', `${BASE}/${NS}/echo`, { body: hundred, headers }),
  ]

  for (const { status, text } of answers) {
    assert.ok(status >= 400 && status < 500, text.slice(0, 200))
    assert.ok(text.length < 2_000)
  }
})

test('an upload is stored for the execution, and can be read back through it alone', async () => {
  const started = await server.send('POST', `${BASE}/${NS}/upload`, { body: form({ data: new Blob(['one\ntwo\n']) }) })
  const uri: string = started.json.inputs.data
  const other = await server.send('POST', `${BASE}/${NS}/echo`, { body: form({ who: 'x' }) })

  const file = await server.send('GET', `${BASE}/${started.json.id}/file?path=${encodeURIComponent(uri)}`)
  const metas = await server.send('GET', `${BASE}/${started.json.id}/file/metas?path=${encodeURIComponent(uri)}`)
  const foreign = await server.send('GET', `${BASE}/${other.json.id}/file?path=${encodeURIComponent(uri)}`)
  const outside = await server.send(
    'GET',
    `${BASE}/${other.json.id}/file?path=${encodeURIComponent('kestra:///etc/passwd')}`,
  )
  const climbing = await server.send(
    'GET',
    `${BASE}/${started.json.id}/file?path=${encodeURIComponent(`${uri}/../../../../x`)}`,
  )

  assert.equal(uri, `kestra:///exec/test/upload/executions/${started.json.id}/inputs/data/data.txt`)
  assert.equal(file.text, 'one\ntwo\n')
  assert.match(file.headers.get('content-disposition') ?? '', /attachment; filename="data.txt"/)
  assert.deepEqual(metas.json, { size: 8 })
  assert.deepEqual([foreign.status, foreign.headers.get('location')?.includes(started.json.id)], [307, true])
  assert.deepEqual([outside.status, climbing.status], [422, 422])
})

test('an empty upload is refused and leaves nothing behind', async () => {
  const refused = await server.send('POST', `${BASE}/${NS}/upload`, { body: form({ data: new Blob([]) }) })

  assert.deepEqual([refused.status, refused.json.code], [422, 'file-empty'])
})

test('the report on inputs tells of each input what it is and what is wrong', async () => {
  const report = await server.client.executions.validateInputs({
    params: { namespace: NS, id: 'echo' },
    body: { count: 'x' },
  })

  assert.deepEqual(
    report.inputs.map(({ input, enabled, isDefault, errors }) => [
      input['id'],
      enabled,
      isDefault,
      errors?.length ?? 0,
    ]),
    [
      ['who', true, false, 1],
      ['count', true, false, 1],
    ],
  )
})

test('what one input asks in vain is a problem of that input, and the others are told as ever', async () => {
  await server.saveFlow(`
id: asking
namespace: ${NS}
inputs:
  - { id: which, type: SELECT, expression: "{{ kv('no_such_key') }}" }
  - { id: count, type: INT, defaults: 3 }
tasks: [{ id: t, type: io.kestra.plugin.core.debug.Return }]`)
  const report = await server.client.executions.validateInputs({ params: { namespace: NS, id: 'asking' }, body: {} })

  assert.deepEqual(
    report.inputs.map(({ errors }) => errors?.length ?? 0),
    [1, 0],
  )
})

test('an execution is read, listed and searched', async () => {
  const started = await server.client.executions.create({
    params: { namespace: NS, id: 'echo' },
    query: { labels: ['find:me'] },
    body: { who: 'x' },
  })

  const read = await server.client.executions.get({ params: { executionId: started.id } })
  const unknown = await server.send('GET', `${BASE}/0000000000000000000000`)
  const byLabel = await server.client.executions.search({ query: { labels: ['find:me'] } })
  const byFilter = await server.client.executions.search({
    query: {
      'filters[labels][EQUALS][find]': 'me',
      'filters[state][IN]': 'SUCCESS,FAILED',
      'filters[namespace][PREFIX]': 'exec',
    },
  })
  const byState = await server.client.executions.search({ query: { labels: ['find:me'], state: ['FAILED'] } })
  const byText = await server.client.executions.search({ query: { q: started.id } })
  const ofFlow = await server.client.executions.listOfFlow({ query: { namespace: NS, flowId: 'echo', size: 1 } })
  const light = await server.send('GET', `${BASE}/search?filters[flowId][EQUALS]=echo&size=1`, {
    headers: { 'x-batuta-dialect': '2.0' },
  })

  assert.equal(read.taskRunList?.length, 2)
  assert.equal(unknown.status, 404)
  assert.deepEqual([byLabel.total, byLabel.results[0]?.id], [1, started.id])
  assert.deepEqual([byFilter.total, byState.total, byText.total], [1, 0, 1])
  assert.deepEqual([ofFlow.results.length, ofFlow.total > 1], [1, true])
  assert.equal(light.json.results[0].taskRunList, undefined)
  assert.equal(light.json.results[0].tenantId, 'main')
})

test('children and main executions are told apart', async () => {
  await server.saveFlow(`
id: caller
namespace: ${NS}
tasks:
  - { id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: ${NS}, flowId: echo, inputs: { who: child } }
`)
  const parent = await server.client.executions.create({ params: { namespace: NS, id: 'caller' } })

  const children = await server.client.executions.search({ query: { childFilter: 'CHILD', namespace: NS } })
  const ofParent = await server.client.executions.search({ query: { triggerExecutionId: parent.id } })
  const mains = await server.client.executions.search({
    query: { 'filters[childFilter][EQUALS]': 'MAIN', flowId: 'caller' },
  })

  assert.deepEqual([children.total, children.results[0]?.flowId], [1, 'echo'])
  assert.deepEqual(
    ofParent.results.map(row => row.id),
    children.results.map(row => row.id),
  )
  assert.deepEqual(
    mains.results.map(row => row.id),
    [parent.id],
  )
})

test('pages are sorted by start, either way, and by other columns', async () => {
  const asc = await server.client.executions.search({
    query: { namespace: NS, sort: ['state.startDate:asc'], size: 100 },
  })
  const desc = await server.client.executions.search({ query: { namespace: NS, size: 100 } })
  const byFlow = await server.client.executions.search({ query: { namespace: NS, sort: ['flowId:asc'], size: 100 } })
  const bad = await server.send('GET', `${BASE}/search?sort=moon:asc`)

  assert.deepEqual(
    asc.results.map(row => row.id),
    desc.results.map(row => row.id).reverse(),
  )
  assert.deepEqual(
    byFlow.results.map(row => row.flowId),
    byFlow.results.map(row => row.flowId).sort(),
  )
  assert.equal(bad.status, 422)
})

test('a running execution is killed once', async () => {
  const params = {
    executionId: (await server.client.executions.create({ params: { namespace: NS, id: 'waiting' } })).id,
  }

  const killed = await server.send('DELETE', `${BASE}/${params.executionId}/kill`)
  await settleJob(params.executionId)
  const again = await server.send('DELETE', `${BASE}/${params.executionId}/kill?isOnKillCascade=false`)
  const recent = await server.send('DELETE', `${BASE}/${params.executionId}/actions/kill`)
  const unknown = await server.send('DELETE', `${BASE}/0000000000000000000000/kill`)

  assert.equal(killed.status, 202)
  const after = await server.client.executions.get({ params })
  assert.deepEqual(
    after.state.histories.map(moment => moment.state),
    ['CREATED', 'RUNNING', 'KILLING', 'KILLED'],
  )
  assert.deepEqual([again.status, again.json.code], [409, 'wrong-state'])
  assert.equal(recent.status, 200)
  assert.equal(unknown.status, 404)
})

/** Plays the worker that ends the job as killed. */
async function settleJob(executionId: string): Promise<void> {
  const nowMs = Date.now()
  await server.engine.submit({
    type: 'settled',
    executionId,
    run: 0,
    epoch: 1,
    state: 'KILLED',
    startedMs: nowMs,
    endedMs: nowMs,
  })
}

test('a bulk of kills does all or nothing', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'waiting' } })

  const refused = await server.send('DELETE', `${BASE}/kill/by-ids`, {
    body: JSON.stringify([id, 'unknown']),
    headers: { 'content-type': 'application/json' },
  })
  const before = await server.client.executions.get({ params: { executionId: id } })
  const done = await server.client.executions.killByIds({ body: [id] })

  assert.deepEqual(
    [refused.status, refused.json.invalids],
    [400, [{ message: 'execution not found', invalidValue: 'unknown', path: 'unknown' }]],
  )
  assert.equal(before.state.current, 'RUNNING')
  assert.deepEqual(done, { count: 1 })
  await settleJob(id)
})

test('a failed execution restarts in place, one that succeeded has nothing to restart', async () => {
  const failed = await server.client.executions.create({ params: { namespace: NS, id: 'failing' } })
  const good = await server.client.executions.create({ params: { namespace: NS, id: 'echo' }, body: { who: 'x' } })

  const restarted = await server.client.executions.restart({ params: { executionId: failed.id } })
  const refused = await server.send('POST', `${BASE}/${good.id}/restart`)
  const refusedNow = await server.send('POST', `${BASE}/${good.id}/actions/restart`)

  assert.deepEqual(
    [restarted.id, restarted.state.current, restarted.metadata?.attemptNumber],
    [failed.id, 'SUCCESS', 2],
  )
  assert.deepEqual([refused.status, refusedNow.status, refused.json.code], [422, 409, 'nothing-to-restart'])
})

test('a deleted execution is gone with its files', async () => {
  const started = await server.send('POST', `${BASE}/${NS}/upload`, { body: form({ data: new Blob(['x']) }) })

  const deleted = await server.send('DELETE', `${BASE}/${started.json.id}`)

  assert.equal(deleted.status, 204)
  assert.equal((await server.send('GET', `${BASE}/${started.json.id}`)).status, 404)
  assert.equal(await server.files.find(started.json.inputs.data), undefined)
  assert.equal((await server.send('DELETE', `${BASE}/${started.json.id}`)).status, 404)
})

test('a bulk deletion spares what runs, unless it is told otherwise', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'echo' }, body: { who: 'x' } })
  const running = await server.client.executions.create({ params: { namespace: NS, id: 'waiting' } })
  const headers = { 'content-type': 'application/json' }

  const refused = await server.send('DELETE', `${BASE}/by-ids`, { body: JSON.stringify([id, running.id]), headers })
  const done = await server.client.executions.deleteByIds({ body: [id] })

  assert.equal(refused.status, 400)
  assert.deepEqual(done, { count: 1 })
})

test('follow streams the document until the end and closes', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'waiting' } })
  const events: string[] = []

  for await (const event of server.client.executions.follow({ params: { executionId: id } })) {
    events.push(`${event.id} ${event.data.state?.current ?? ''}`.trim())
    if (events.length === 2) {
      const nowMs = Date.now()
      await server.engine.submit({
        type: 'settled',
        executionId: id,
        run: 0,
        epoch: 1,
        state: 'SUCCESS',
        startedMs: nowMs,
        endedMs: nowMs,
      })
    }
  }

  assert.deepEqual(events, ['start', 'progress RUNNING', 'end SUCCESS'])
})

test('a client that leaves a stream frees it', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'waiting' } })
  const controller = new AbortController()
  const reply = await fetch(`${server.address}${BASE}/${id}/follow`, { signal: controller.signal })
  await reply.body?.getReader().read()

  assert.equal(server.watching(), 1)
  controller.abort()

  while (server.watching() > 0) await new Promise(resolve => setImmediate(resolve))
  await server.client.executions.killByIds({ body: [id] })
  await settleJob(id)
})

test('a start that waits is answered at the end', async () => {
  const waiting = server.send('POST', `${BASE}/${NS}/waiting?wait=true&labels=wait:yes`)
  const id = await findByLabel('wait:yes')
  const nowMs = Date.now()
  await server.engine.submit({
    type: 'settled',
    executionId: id,
    run: 0,
    epoch: 1,
    state: 'FAILED',
    startedMs: nowMs,
    endedMs: nowMs,
  })

  const answer = await waiting

  assert.deepEqual([answer.status, answer.json.state.current], [200, 'FAILED'])
})

async function findByLabel(label: string): Promise<string> {
  for (;;) {
    const { results } = await server.client.executions.search({ query: { labels: [label] } })
    if (results[0]) return results[0].id
  }
}

test('an expression is rendered in the context of an execution, secrets hidden', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'echo' }, body: { who: 'Eve' } })
  const evaluate = (template: string, path = ''): Promise<unknown> =>
    server
      .send('POST', `${BASE}/${id}/eval${path}`, { body: template, headers: { 'content-type': 'text/plain' } })
      .then(answer => answer.json)

  assert.deepEqual(await evaluate('{{ inputs.who }} {{ outputs.say.value }}'), { result: 'Eve Eve 3' })
  assert.deepEqual(await evaluate('{{ task.id }}', `/${id}-1`), { result: 'log' })
  assert.deepEqual(await evaluate("{{ secret('DOOR') }}"), { result: '******' })
  assert.match(JSON.stringify(await evaluate('{{ nothing }}')), /error/)
})

test('the log of an execution is listed, filtered, downloaded and followed', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'echo' }, body: { who: 'Log' } })

  const entries = await server.client.logs.ofExecution({ params: { executionId: id } })
  const errors = await server.client.logs.ofExecution({ params: { executionId: id }, query: { minLevel: 'ERROR' } })
  const text = await server.client.logs.download({ params: { executionId: id } })
  const found = await server.client.logs.search({ query: { q: 'said log 3', namespace: NS } })
  const events: string[] = []
  for await (const event of server.client.logs.follow({ params: { executionId: id } })) events.push(event.id)

  assert.deepEqual(
    entries.map(entry => [entry.taskId, entry.level, entry.message]),
    [['log', 'INFO', 'said Log 3']],
  )
  assert.deepEqual(errors, [])
  assert.match(text, /^\d{4}-\S+ INFO said Log 3\n$/)
  assert.equal(found.results[0]?.executionId, id)
  assert.deepEqual(events, ['progress', 'end'])
})
