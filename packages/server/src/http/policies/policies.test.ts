import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type Answer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const API = '/api/v1/main'
const NO_LOG = `id: no-log
displayName: Nothing is logged
rules:
  - type: io.kestra.plugin.ee.rules.Deny
    errorMessage: Use Return
    where: [{ field: type, operator: EQUAL_TO, value: io.kestra.plugin.core.log.Log }]
`

function send(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return server.send(method, `${API}${path}`, body === undefined ? {} : { body: JSON.stringify(body), headers })
}

function sendFlow(namespace: string, method = 'POST', path = '/flows'): Promise<Answer> {
  const body = `id: logs\nnamespace: ${namespace}\ntasks:\n  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n`
  return server.send(method, `${API}${path}`, { body, headers: { 'content-type': 'application/x-yaml' } })
}

test('a flow that was saved before is not begun, and not saved again, once a policy denies it; evaluated first', async () => {
  const of = '/namespaces/policies.one/policies'
  await sendFlow('policies.one.deep')
  const evaluated = await send('POST', of, { source: NO_LOG.replace('rules:', 'enforcement: EVALUATE\nrules:') })
  assert.equal(evaluated.json.enforcement, 'EVALUATE')
  const judged = await send('GET', `${of}/no-log/evaluate`)
  assert.partialDeepStrictEqual(judged.json, {
    flows: 1,
    total: 1,
    results: [{ flowId: 'logs', violations: [{ isBlocking: true }] }],
  })
  const valid = await sendFlow('policies.one.deep', 'POST', '/flows/validate')
  assert.match(valid.json[0].warnings.join(), /no-log.*evaluated only.*Use Return/)
  assert.equal((await send('POST', '/executions/policies.one.deep/logs?wait=true')).status, 200)

  assert.equal((await send('PUT', `${of}/no-log`, { source: NO_LOG })).json.enforcement, 'ACTIVE')

  const begun = await send('POST', '/executions/policies.one.deep/logs?wait=true')
  assert.equal(begun.status, 403)
  assert.match(JSON.stringify(begun.json), /blocked by policy.*Use Return/)
  const saved = await sendFlow('policies.one.deep', 'PUT', '/flows/policies.one.deep/logs')
  assert.equal(saved.status, 422)
  const again = await sendFlow('policies.one.deep', 'POST', '/flows/validate')
  assert.partialDeepStrictEqual(again.json[0].diagnostics, [
    { severity: 'error', code: 'policy-violation', path: 'tasks[0]', line: 4 },
  ])
  assert.equal((await sendFlow('policies.two')).status, 200)
  assert.equal((await send('DELETE', `${of}/no-log`)).status, 204)
  assert.equal((await send('POST', '/executions/policies.one.deep/logs?wait=true')).status, 200)
})

test('policies are of the tenant or the instance, too; they are listed, exported, imported and deleted', async () => {
  const fields = { id: 'owner', rules: [{ type: 'Require', on: 'FLOW', properties: ['labels.owner'] }] }
  const target = { namespaces: ['policies.three'] }
  assert.equal((await send('POST', '/policies', { ...fields, target })).status, 200)
  assert.equal((await send('POST', '/policies', fields)).status, 409)
  const instance = await server.send('POST', '/api/v1/instance/policies', {
    body: JSON.stringify({ ...fields, target, id: 'all' }),
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(instance.json.scope, 'INSTANCE')
  assert.match(JSON.stringify((await sendFlow('policies.three')).json), /lacks labels.owner.*lacks labels.owner/)

  const found = await send('GET', '/policies/search')
  assert.deepEqual(
    [found.json.total, found.json.results[0].id, found.json.results[0].rules],
    [1, 'owner', fields.rules],
  )
  const exported = await server.send('POST', `${API}/policies/export`)
  assert.match(exported.text, /"id": "owner"/)
  const form = new FormData()
  form.set('fileUpload', new Blob([`${NO_LOG}---\nid: bad\n`]), 'policies.yaml')
  const imported = await server.send('POST', `${API}/policies/import`, { body: form })
  assert.partialDeepStrictEqual(imported.json, { imported: ['no-log'], errors: [{ index: 1 }] })
  const preview = await send('POST', '/flows/policies/preview', {
    source: 'id: f\nnamespace: a\ntasks:\n  - {id: t, type: io.kestra.plugin.core.log.Log, message: x}\n',
  })
  assert.equal(preview.json.isBlocked, true)
  assert.deepEqual((await send('DELETE', '/policies/delete/by-ids', ['owner', 'no-log', 'ghost'])).json, { count: 2 })
  assert.equal((await server.send('DELETE', '/api/v1/instance/policies/all')).status, 204)
  assert.equal((await send('POST', '/policies', { id: 'x', rules: [{ type: 'Forbid' }] })).status, 422)
})

test('a policy that is sent as fields may hold numbers that are wider than any of JavaScript', async () => {
  const body = '{"id":"wide","rules":[{"type":"Restrict","property":"size","max":6217223117662662656}]}'
  const headers = { 'content-type': 'application/json' }
  const { status } = await server.send('POST', `${API}/namespaces/policies.wide/policies`, { body, headers })

  assert.equal(status, 200)
})

test('what a policy adds is in flows that are saved after it', async () => {
  const rule = { type: 'Add', values: { level: 'WARN' }, override: true }
  const where = [{ field: 'type', operator: 'EQUAL_TO', value: 'io.kestra.plugin.core.log.Log' }]
  const labels = { type: 'Add', on: 'FLOW', values: { labels: { cost: '7' } } }
  await send('POST', '/namespaces/policies.four/policies', { id: 'quiet', rules: [{ ...rule, where }, labels] })
  await sendFlow('policies.four')

  const run = await send('POST', '/executions/policies.four/logs?wait=true')

  assert.equal(run.json.state.current, 'SUCCESS')
  assert.ok(run.json.labels.some(({ key, value }: { key: string; value: string }) => key === 'cost' && value === '7'))
  const logs = await send('GET', `/logs/${run.json.id}`)
  assert.equal(logs.json[0].level, 'WARN')
})

test('what began before a policy denied it is neither restarted nor replayed nor forked against it', async () => {
  const of = '/namespaces/policies.again/policies'
  const failing = `id: fails\nnamespace: policies.again\ntasks:\n  - { id: say, type: io.kestra.plugin.core.log.Log, message: hi }\n  - { id: no, type: io.kestra.plugin.core.execution.Fail }\n`
  await server.send('POST', `${API}/flows`, { body: failing, headers: { 'content-type': 'application/x-yaml' } })
  const { id } = (await send('POST', '/executions/policies.again/fails?wait=true')).json
  await send('POST', of, { source: NO_LOG })

  const alone = [
    await send('POST', `/executions/${id}/restart`),
    await send('POST', `/executions/${id}/restart?revision=1`),
    await send('POST', `/executions/${id}/replay`),
    await send('POST', `/executions/${id}/fork?at=2`, {}),
  ]
  const many = [
    await send('POST', '/executions/restart/by-ids', [id]),
    await send('POST', '/executions/replay/by-ids', [id]),
  ]

  assert.deepEqual(
    alone.map(({ status, json }) => [status, json.code]),
    alone.map(() => [403, 'policy-violation']),
  )
  for (const { status, text } of many) {
    assert.equal(status, 400)
    assert.match(text, /Use Return/)
  }
  assert.equal((await send('GET', '/executions/search?namespace=policies.again')).json.total, 1)
  await send('DELETE', `${of}/no-log`)
  assert.equal((await send('POST', `/executions/${id}/restart`)).status, 200)
})
