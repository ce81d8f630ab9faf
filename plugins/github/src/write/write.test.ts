import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'
import { gitHubServer, TOKEN, type Answer, type GitHubServer, type World } from '../testing/github-server.ts'

const SITE = 'https://github.example.com/company/website'

interface Done {
  readonly result: TestResult
  readonly server: GitHubServer
  readonly hides: (text: string) => boolean
}

interface Use extends World {
  readonly refusals?: readonly Answer[]
}

async function use(t: TestContext, name: string, properties: ValueMap, world: Use = {}): Promise<Done> {
  const server = await gitHubServer(t, world)
  server.refusals.push(...(world.refusals ?? []))
  const run = await createTestRunContext()
  t.after(() => run.close())
  const task = tasks.find(({ type }) => type.endsWith(`.${name}`)) as TaskDefinition
  const access = name === 'AppToken' ? {} : { oauthToken: TOKEN, repository: 'company/website' }
  const given = Object.fromEntries(Object.entries(properties))
  const result = await runTask(task, { endpoint: server.endpoint, ...access, ...given }, run)
  return { result, server, hides: text => run.ctx.holdsSecret(text) }
}

test('an issue is opened with all that was said of it', async t => {
  const { result, server } = await use(t, 'issues.Create', {
    ...{ title: 'Broken {{ 1 + 1 }}', body: 'Look', labels: ['bug'], assignees: ['ada'] },
  })

  assert.deepEqual(result.outputs, { issueUrl: `${SITE}/issues/7`, issueNumber: 7 }, result.message)
  assert.deepEqual(
    server.asked.map(({ body }) => body),
    [{ title: 'Broken 2', body: 'Look', labels: ['bug'], assignees: ['ada'] }],
  )
})

const ISSUE_FIELDS = [
  { id: 11, node_id: 'IFT_11', name: 'Customer', data_type: 'text' },
  { id: 12, node_id: 'IFT_12', name: 'Teams', data_type: 'multi_select' },
  { id: 13, node_id: 'IFT_13', name: 'Effort', data_type: 'number' },
]

test('fields of an issue are found by name and by id before it is made', async t => {
  const fields = { Customer: 'Acme', IFT_12: ['a', 'b'], 13: 2.5 }

  const { result, server } = await use(t, 'issues.Create', { title: 'Broken', fields }, { issueFields: ISSUE_FIELDS })

  assert.equal(result.state, 'SUCCESS', result.message)
  const sent = server.asked[1]?.body.issue_field_values as readonly { readonly field_id: number }[]
  assert.deepEqual(
    sent.toSorted((a, b) => a.field_id - b.field_id),
    [
      { field_id: 11, value: 'Acme' },
      { field_id: 12, value: ['a', 'b'] },
      { field_id: 13, value: 2.5 },
    ],
  )
})

test('an issue that GitHub made without its fields ends with WARNING', async t => {
  const { result } = await use(
    t,
    'issues.Create',
    { title: 'Broken', fields: { Customer: 'Acme' } },
    { issueFields: ISSUE_FIELDS, keepsFields: false },
  )

  assert.equal(result.state, 'WARNING')
  assert.equal(result.outputs['issueNumber'], 7)
  assert.match(result.logs.map(({ message }) => message).join('\n'), /made the issue without: Customer/)
})

test('no issue is made when one of its fields is unknown', async t => {
  const { result, server } = await use(
    t,
    'issues.Create',
    { title: 'Broken', fields: { Costumer: 'Acme' } },
    { issueFields: ISSUE_FIELDS },
  )

  assert.match(String(result.message), /have no field "Costumer"; they have: Customer, Teams, Effort/)
  assert.equal(server.asked.length, 1)
})

test('an issue is commented on', async t => {
  const { result, server } = await use(t, 'issues.Comment', { issueNumber: '{{ 7 }}', body: 'Seen' })

  const commentUrl = `${SITE}/issues/7#issuecomment-5`
  assert.deepEqual(result.outputs, { issueUrl: `${SITE}/issues/7`, commentUrl }, result.message)
  assert.deepEqual(server.asked[0]?.body, { body: 'Seen' })
})

const PULL = { sourceBranch: 'prices', targetBranch: 'main', title: 'New prices' }

test('a pull request is opened, and people and teams are asked for a review', async t => {
  const { result, server } = await use(t, 'pulls.Create', {
    ...PULL,
    ...{ body: 'Look', draft: true, reviewers: ['ada', 'company/web'] },
  })

  assert.equal(result.outputs['pullRequestUrl'], `${SITE}/pull/8`, result.message)
  assert.equal(result.outputs['issueUrl'], 'https://api.github.example.com/company/website/issues/8')
  assert.deepEqual(
    server.asked.map(({ body }) => body),
    [
      { head: 'prices', base: 'main', title: 'New prices', body: 'Look', maintainer_can_modify: false, draft: true },
      { reviewers: ['ada'], team_reviewers: ['web'] },
    ],
  )
})

test('a pull request that nobody can review is told of by the outputs of the failure', async t => {
  const { result } = await use(t, 'pulls.Create', { ...PULL, reviewers: ['nobody'] })

  assert.equal(result.state, 'FAILED')
  assert.match(String(result.message), /is there, but nobody was asked.*only be requested from collaborators/)
  assert.equal(result.outputs['pullRequestUrl'], `${SITE}/pull/8`)
})

test('a workflow is started with its inputs as texts', async t => {
  const { result, server } = await use(t, 'RunWorkflow', {
    ...{ workflowId: 'deploy.yml', ref: 'main', inputs: { environment: 'production', count: 3, dry: true, list: [1] } },
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(server.asked[0]?.body, {
    ref: 'main',
    inputs: { environment: 'production', count: '3', dry: 'true', list: '[1]' },
  })
})

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 })
const APP = { clientId: 'Iv1.app', installationId: '52' }

for (const format of ['pkcs1', 'pkcs8'] as const)
  test(`an app gets a token by its key as ${format}, and the log hides both`, async t => {
    const privateKey = KEYS.privateKey.export({ type: format, format: 'pem' }).toString()

    const { result, hides } = await use(
      t,
      'AppToken',
      { ...APP, privateKey: privateKey.trim().replaceAll('\n', '\\n') },
      { appKey: KEYS.publicKey },
    )

    assert.deepEqual(
      result.outputs,
      { token: 'ghs_of_the_installation', expiresAt: '2026-11-22T17:00:00Z' },
      result.message,
    )
    assert.ok(hides('ghs_of_the_installation'))
  })

test('a key of another app is refused, and what is no key is named', async t => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
  const privateKey = KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  const refused = await use(t, 'AppToken', { ...APP, privateKey }, { appKey: other })
  const noKey = await use(t, 'AppToken', { ...APP, privateKey: 'hunter2' })

  assert.match(String(refused.result.message), /answered with 401: A JSON web token could not be decoded/)
  assert.match(String(noKey.result.message), /"privateKey" must be an RSA key in PEM/)
  assert.doesNotMatch(String(noKey.result.message), /hunter2/)
})

test('who asks too often waits as he is told, and the call is sent again', async t => {
  const limit = {
    code: 403,
    json: { message: 'You have exceeded a secondary rate limit' },
    headers: { 'retry-after': '0' },
  }
  const spent = { code: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } }

  const { result, server } = await use(
    t,
    'issues.Comment',
    { issueNumber: 7, body: 'Seen' },
    { refusals: [limit, spent] },
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(server.asked.length, 3)
  assert.match(result.logs.map(({ message }) => message).join('\n'), /GitHub asks to wait/)
})

test('nobody waits for hours, or for ever', async t => {
  const json = { message: 'API rate limit exceeded' }
  const long = { code: 403, json, headers: { 'retry-after': '3600' } }
  const always = Array.from({ length: 4 }, () => ({ code: 429, json, headers: { 'retry-after': '0' } }))

  const hours = await use(t, 'issues.Comment', { issueNumber: 7, body: 'Seen' }, { refusals: [long] })
  const ever = await use(t, 'issues.Comment', { issueNumber: 7, body: 'Seen' }, { refusals: always })

  assert.match(String(hours.result.message), /403: API rate limit exceeded \(too many calls: give the task a retry\)/)
  assert.match(String(ever.result.message), /429: API rate limit exceeded \(too many calls/)
  assert.equal(ever.server.asked.length, 4)
})

const FAILURES: readonly [string, ValueMap, RegExp][] = [
  ['issues.Create', { title: 'x', repository: 'company/nothing' }, /404: Not Found \(it is not there, or the token/],
  ['issues.Create', { title: 'x', repository: 'company' }, /"repository" must be owner\/name, not "company"/],
  ['issues.Create', { body: 'x' }, /"title" is missing/],
  ['issues.Comment', { issueNumber: 7 }, /"body" is missing/],
  ['issues.Comment', { issueNumber: 9, body: 'x' }, /404: Not Found/],
  ['issues.Comment', { body: 'x' }, /"issueNumber" is required/],
  ['pulls.Create', { ...PULL, targetBranch: '' }, /"targetBranch" is missing/],
  ['pulls.Create', { ...PULL, sourceBranch: 'main' }, /422: Validation Failed; No commits between main and main/],
  ['RunWorkflow', { workflowId: 'deploy.yml' }, /"ref" is missing/],
  ['RunWorkflow', { ref: 'main' }, /"workflowId" is missing/],
  ['RunWorkflow', { ref: 'main', workflowId: 'gone.yml' }, /404: Not Found/],
]

for (const [name, properties, reason] of FAILURES)
  test(`${name} fails with a reason: ${reason.source}`, async t => {
    const { result } = await use(t, name, properties)

    assert.equal(result.state, 'FAILED')
    assert.match(String(result.message), reason)
  })

test('without a token nothing is written', async t => {
  const { result } = await use(t, 'issues.Comment', { oauthToken: '', issueNumber: 7, body: 'Seen' })

  assert.match(String(result.message), /401: Requires authentication \(check the token of the task\)/)
})

for (const name of ['jwtToken', 'appInstallationToken'])
  test(`${name} is a way in as well`, async t => {
    const { result } = await use(t, 'issues.Comment', { oauthToken: '', [name]: TOKEN, issueNumber: 7, body: 'Seen' })

    assert.equal(result.state, 'SUCCESS', result.message)
  })
