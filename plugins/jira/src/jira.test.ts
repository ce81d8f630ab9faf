import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from './index.ts'
import { jiraServer, TOKEN, USER, type JiraServer } from './testing/jira-server.ts'

interface Done {
  readonly result: TestResult
  readonly server: JiraServer
}

/** With a file, its URI stands for `{{file}}`. */
async function use(t: TestContext, name: string, properties: ValueMap, file?: string): Promise<Done> {
  const server = await jiraServer(t)
  const run = await createTestRunContext()
  t.after(() => run.close())
  const task = tasks.find(({ type }) => type.endsWith(`.${name}`)) as TaskDefinition
  const uri = file === undefined ? '' : await run.ctx.files.put(file, { extension: '.peb' })
  const given = JSON.parse(JSON.stringify(properties).replaceAll('{{file}}', uri))
  return { result: await runTask(task, { baseUrl: server.baseUrl, ...USER, ...given }, run), server }
}

const ISSUE = { projectKey: 'DATA', summary: 'Broken "{{ 1 + 1 }}"' }

test('an issue is opened, and its key and address are given', async t => {
  const { result, server } = await use(t, 'Create', { ...ISSUE, description: 'Look\nhere', labels: ['a'] })

  const fields = {
    ...{ project: { key: 'DATA' }, issuetype: { name: 'Task' }, summary: 'Broken "2"', description: 'Look\nhere' },
    labels: ['a'],
  }
  assert.deepEqual(server.asked, [{ request: 'POST /rest/api/2/issue', body: { fields } }], result.message)
  assert.deepEqual(result.outputs, {
    ...{ id: '10042', key: 'DATA-53', url: `${server.baseUrl}browse/DATA-53` },
    self: 'https://jira.example.com/rest/api/2/issue/10042',
  })
})

test('an issue is of the type that is named, and a token of OAuth is a way in', async t => {
  const { result, server } = await use(t, 'Create', {
    ...ISSUE,
    ...{ issueTypeId: '10001', username: '', accessToken: TOKEN },
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(server.asked[0]?.body.fields.issuetype, { id: '10001' })
})

test('a payload goes before what the properties say, and keeps its digits', async t => {
  const payload =
    '{"fields": {"project": {"key": "DATA"}, "issuetype": {"name": "Bug"}, "summary": "Of mine", "customfield_1": 1.50}}'

  const { result, server } = await use(t, 'Create', { ...ISSUE, payload })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(server.asked[0]?.body.fields.summary, 'Of mine')
})

test('a stored template sees what the properties say', async t => {
  const template =
    '{"fields": {"project": {"key": "{{ projectKey }}"}, "issuetype": {"name": "Bug"}, "summary": {{ summary | toJson }}}}'

  const { result, server } = await use(t, 'Create', { ...ISSUE, templateUri: '{{file}}' }, template)

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(server.asked[0]?.body.fields.summary, 'Broken "2"')
})

test('an issue is commented on', async t => {
  const { result, server } = await use(t, 'CreateComment', { issueIdOrKey: 'DATA-53', body: 'Seen' })

  assert.deepEqual(
    result.outputs,
    {
      ...{ id: '7', issueIdOrKey: 'DATA-53', url: `${server.baseUrl}browse/DATA-53?focusedCommentId=7` },
      self: 'https://jira.example.com/rest/api/2/issue/10042/comment/7',
    },
    result.message,
  )
  assert.deepEqual(server.asked[0]?.body, { body: 'Seen' })
})

test('fields of an issue are changed with the values they have', async t => {
  const fields = { description: 'Seen', priority: { name: 'High' }, labels: ['a'], customfield_10005: 2.5 }

  const { result, server } = await use(t, 'UpdateFields', { issueIdOrKey: 'DATA-53', projectKey: 'DATA', fields })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(server.asked, [{ request: 'PUT /rest/api/2/issue/DATA-53', body: { fields } }])
})

test('the way may go through a proxy, which may want to know who calls', async t => {
  const seen: string[] = []
  const proxy = createServer((incoming, response) => {
    seen.push(`${incoming.url} ${incoming.headers['proxy-authorization']}`)
    response.writeHead(201, { 'content-type': 'application/json' }).end('{"id": "1", "key": "DATA-1", "self": "s"}')
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => proxy.close())
  const { port } = proxy.address() as AddressInfo
  const options = { proxy: { type: 'HTTP', address: 'localhost', port, username: 'me', password: 'word' } }

  const { result } = await use(t, 'Create', { ...ISSUE, baseUrl: 'http://jira.example.com', options })

  assert.equal(result.outputs['key'], 'DATA-1', result.message)
  const who = Buffer.from('me:word').toString('base64')
  assert.deepEqual(seen, [`http://jira.example.com/rest/api/2/issue Basic ${who}`])
})

const SAID = { issueIdOrKey: 'DATA-53', body: 'Seen' }
const FAILURES: readonly [string, ValueMap, RegExp][] = [
  ['Create', { projectKey: 'NONE' }, /answered with 400.*valid project is required.*specify a summary/],
  ['Create', { ...ISSUE, labels: ['a b'] }, /contains spaces/],
  ['Create', { ...ISSUE, issueTypeId: '9' }, /Specify a valid issue type/],
  ['Create', { summary: 'x' }, /"projectKey" is required/],
  ['Create', { ...ISSUE, payload: '{"a":' }, /"payload" must come to JSON/],
  ['Create', { ...ISSUE, templateUri: 'file:///etc/passwd' }, /"templateUri" must be the URI of a stored file/],
  ['Create', { ...ISSUE, password: 'wrong' }, /answered with 401.*not authenticated.*check the credentials/],
  ['Create', { ...ISSUE, password: '' }, /give "username" and "password", or "accessToken"/],
  ['Create', { ...ISSUE, options: { proxy: { type: 'SOCKS', address: 'x', port: 1 } } }, /of type HTTP only/],
  ['Create', { ...ISSUE, options: { proxy: { type: 'HTTP' } } }, /needs an address and a port/],
  ['CreateComment', { ...SAID, issueIdOrKey: 'DATA-9' }, /404.*Issue does not exist/],
  ['CreateComment', { issueIdOrKey: 'DATA-53' }, /"body" is required/],
  ['UpdateFields', { issueIdOrKey: 'DATA-53', fields: { nothing: 1 } }, /Field 'nothing' cannot be set/],
  ['UpdateFields', { issueIdOrKey: '../x', fields: { labels: [] } }, /404.*Issue does not exist/],
]

for (const [name, properties, reason] of FAILURES)
  test(`${name} fails with a reason: ${reason.source}`, async t => {
    const { result } = await use(t, name, properties)

    assert.equal(result.state, 'FAILED')
    assert.match(String(result.message), reason)
    assert.doesNotMatch(String(result.message), /ATATT/)
  })
