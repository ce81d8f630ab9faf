import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestResult, ValueMap } from '@batuta/plugin-sdk'
import { listProject } from './list-project.ts'
import { gitHubServer, TOKEN } from './testing/github-server.ts'

const issue = (number: number, fields: Readonly<Record<string, string>>, labels: readonly string[] = []): object => ({
  fieldValues: {
    nodes: [
      {},
      ...Object.entries(fields).map(([name, value]) => ({ field: { name }, name: value })),
      { field: { name: 'Effort' }, number: number + 0.5 },
    ],
  },
  content: {
    ...{ __typename: 'Issue', number, title: `Issue ${number}`, url: `https://github.com/o/r/issues/${number}` },
    ...{ createdAt: '2026-01-01T00:00:00Z', closedAt: null, repository: { name: 'r' } },
    assignees: { nodes: [{ login: 'ada' }] },
    labels: { nodes: labels.map(name => ({ name })) },
  },
})

const PAGES: Readonly<Record<string, readonly object[]>> = {
  first: [issue(1, { Status: 'Done', Owner: 'Plugins' }, ['bug']), { fieldValues: { nodes: [] }, content: null }],
  second: [
    { fieldValues: { nodes: [] }, content: { __typename: 'PullRequest' } },
    issue(2, { Status: 'In Progress', Owner: 'Plugins' }),
    issue(3, { Status: 'Todo', Owner: 'Core' }, ['bug', 'ui']),
  ],
}

interface Variables {
  readonly organization: string
  readonly number: number
  readonly after: string | null
}

function board(_: string, { organization, number, after }: Variables): unknown {
  if (organization === 'closed')
    return {
      data: { organization: null },
      errors: [{ type: 'INSUFFICIENT_SCOPES', message: 'read:project is needed' }],
    }
  if (number !== 1) return { data: { organization: { projectV2: null } } }
  const pageInfo = { hasNextPage: after === null, endCursor: after === null ? 'second' : 'end' }
  return { data: { organization: { projectV2: { items: { pageInfo, nodes: PAGES[after ?? 'first'] } } } } }
}

async function list(t: TestContext, properties: ValueMap): Promise<{ result: TestResult; calls: number }> {
  const server = await gitHubServer(t, { graph: board })
  const run = await createTestRunContext()
  t.after(() => run.close())
  const given = Object.fromEntries(Object.entries(properties))
  const access = { oauthToken: TOKEN, endpoint: server.endpoint, organization: 'company', projectNumber: 1 }
  const result = await runTask(listProject, { ...access, fetchType: 'FETCH', ...given }, run)
  return { result, calls: server.asked.length }
}

const numbers = ({ outputs }: TestResult): readonly unknown[] =>
  Array.from(Object(outputs['rows']), row => Object(row).number)

test('the issues of all pages are listed, with the fields of the board', async t => {
  const { result, calls } = await list(t, {})

  assert.deepEqual(numbers(result), [1, 2, 3], result.message)
  assert.equal(result.outputs['total'], 3)
  assert.equal(calls, 2)
  assert.deepEqual(Object(result.outputs['rows'])[0], {
    ...{ title: 'Issue 1', number: 1, url: 'https://github.com/o/r/issues/1', repository: 'r' },
    ...{ createdAt: '2026-01-01T00:00:00Z', closedAt: null, assignees: ['ada'], labels: ['bug'] },
    ...{ status: 'Done', owner: 'Plugins', Status: 'Done', Owner: 'Plugins', Effort: 1.5 },
  })
})

const CONDITIONS: readonly [ValueMap, readonly number[]][] = [
  [{ status: ['Done', 'Todo'] }, [1, 3]],
  [{ labels: ['ui'] }, [3]],
  [{ fields: { Owner: 'Plugins' } }, [1, 2]],
  [{ fields: { Owner: 'Plugins', Effort: '2.5' } }, [2]],
  [{ fields: { Owner: 'plugins' } }, []],
  [{ status: [], labels: [] }, [1, 2, 3]],
  [{ limit: 2 }, [1, 2]],
]

for (const [properties, found] of CONDITIONS)
  test(`${JSON.stringify(properties)} leaves ${found.length}`, async t => {
    const { result } = await list(t, properties)

    assert.deepEqual(numbers(result), found, result.message)
  })

test('no page is asked for that is not needed', async t => {
  const { calls } = await list(t, { limit: 1 })

  assert.equal(calls, 1)
})

test('NONE counts what there is', async t => {
  const { result } = await list(t, { fetchType: 'NONE', labels: ['bug'] })

  assert.deepEqual(result.outputs, { size: 0, total: 2 })
})

test('a project that is not there, and one that the token may not see, are told apart', async t => {
  const gone = await list(t, { projectNumber: 9 })
  const closed = await list(t, { organization: 'closed' })

  assert.match(String(gone.result.message), /"company" has no project 9/)
  assert.match(String(closed.result.message), /read:project is needed \(give the token the permission/)
})
