import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, parseRow, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'
import { gitHubServer, TOKEN, type GitHubServer, type World } from '../testing/github-server.ts'

const taskOf = (name: string): TaskDefinition => {
  const found = tasks.find(({ type }) => type.endsWith(`.${name}`))
  assert.ok(found, name)
  return found
}

interface Searched {
  readonly result: TestResult
  readonly server: GitHubServer
  readonly rows: () => Promise<readonly unknown[]>
}

async function search(t: TestContext, name: string, properties: ValueMap, world: World = {}): Promise<Searched> {
  const server = await gitHubServer(t, world)
  const run = await createTestRunContext()
  t.after(() => run.close())
  const result = await runTask(
    taskOf(name),
    { oauthToken: TOKEN, endpoint: server.endpoint, ...Object.fromEntries(Object.entries(properties)) },
    run,
  )
  const rows = async (): Promise<readonly unknown[]> => {
    const text = await run.ctx.files.readText(String(result.outputs['uri']))
    return text.trim().split('\n').map(parseRow)
  }
  return { result, server, rows }
}

const QUERIES: readonly { readonly name: string; readonly properties: ValueMap; readonly query: object }[] = [
  {
    name: 'code.Search',
    properties: {
      ...{ query: 'addClass', repository: 'company/website', user: 'ada', in: 'file', language: 'js', extension: 'ts' },
      ...{ fork: 'FORKS_ONLY', filename: 'a b.ts', path: 'src', size: '>10', sort: 'INDEXED', order: 'DESC' },
    },
    query: {
      q: 'addClass repo:company/website user:ada in:file language:js extension:ts fork:only filename:"a b.ts" path:src size:>10',
      sort: 'indexed',
      order: 'desc',
    },
  },
  { name: 'code.Search', properties: { query: 'x', fork: 'PARENT_ONLY' }, query: { q: 'x' } },
  {
    name: 'commits.Search',
    properties: {
      ...{ query: 'Initial', repository: 'company/website', is: 'public', hash: 'a1', parent: 'b2', tree: 'c3' },
      ...{ user: 'u', org: 'o', author: 'ada', authorDate: '>2026-01-01', authorEmail: 'a@x.org' },
      ...{ authorName: 'Ada L', committer: 'bob', committerDate: '2026-01-01..2026-02-01', committerEmail: 'b@x.org' },
      ...{ committerName: 'Bob', merge: false, sort: 'AUTHOR_DATE' },
    },
    query: {
      q: 'Initial repo:company/website is:public hash:a1 parent:b2 tree:c3 user:u org:o author:ada author-date:>2026-01-01 author-email:a@x.org author-name:"Ada L" committer:bob committer-date:2026-01-01..2026-02-01 committer-email:b@x.org committer-name:Bob merge:false',
      sort: 'author-date',
      order: 'asc',
    },
  },
  {
    name: 'issues.Search',
    properties: {
      ...{ query: 'is:issue', mentions: 'ada', open: true, closed: true, merged: true },
      repository: 'company/website',
    },
    query: {
      q: 'is:issue mentions:ada is:open is:closed is:merged repo:company/website',
      sort: 'created',
      order: 'asc',
    },
  },
  {
    name: 'pulls.Search',
    properties: {
      ...{ query: 'x', mentions: 'm', reviewRequested: 'r', open: true, closed: false, merged: false, draft: true },
      ...{ assigned: 'a', title: 'new', closedAt: '>2', createdAt: '>3', updatedAt: '>4', commit: 'e1109ab' },
      ...{ repository: 'company/website', base: 'main', head: 'x', createdByMe: true, author: 'ada', sort: 'COMMENTS' },
    },
    query: {
      q: 'is:pr x mentions:m review-requested:r is:open draft:true assignee:a new in:title closed:>2 created:>3 updated:>4 e1109ab repo:company/website base:main head:x author:@me author:ada',
      sort: 'comments',
      order: 'asc',
    },
  },
  {
    name: 'repositories.Search',
    properties: {
      ...{
        query: 'batuta',
        repository: 'company/website',
        language: 'rust',
        created: '>1',
        stars: '>100',
        user: 'ada',
      },
      ...{ topic: 'data', visibility: 'INTERNAL', sort: 'STARS', order: 'DESC' },
    },
    query: {
      q: 'batuta repo:company/website language:rust created:>1 stars:>100 user:ada topic:data is:internal',
      sort: 'stars',
      order: 'desc',
    },
  },
  {
    name: 'topics.Search',
    properties: { query: 'data', is: 'NOT_CURATED', repositories: '>100', created: '>1' },
    query: { q: 'data is:not-curated repositories:>100 created:>1' },
  },
  {
    name: 'users.Search',
    properties: {
      ...{ query: 'ada', language: 'julia', created: '>1', repositories: 7, in: 'login', location: 'New York' },
      ...{ followers: '>100', accountType: 'ORGANIZATION', sort: 'FOLLOWERS' },
    },
    query: {
      q: 'ada language:julia created:>1 repos:7 in:login location:"New York" followers:>100 type:org',
      sort: 'followers',
      order: 'asc',
    },
  },
]

for (const { name, properties, query } of QUERIES) {
  test(`${name} asks in the language of GitHub: ${Object.keys(properties).length} conditions`, async t => {
    const { result, server } = await search(t, name, properties)

    assert.equal(result.state, 'SUCCESS', result.message)
    assert.deepEqual(server.asked[0]?.query, { ...query, per_page: '100', page: '1' })
    assert.deepEqual(result.outputs['total'], 0)
  })
}

const PERSON = { login: 'ada' }
const ISSUE = {
  node_id: 'I_1',
  number: 7,
  title: 'Broken',
  state: 'closed',
  state_reason: 'completed',
  user: PERSON,
  assignee: null,
  assignees: [PERSON, { login: 'bob' }],
  created_at: '2026-01-01T00:00:00Z',
  closed_at: '2026-01-02T00:00:00Z',
  comments: 3,
  labels: [{ name: 'bug' }],
  repository_url: 'https://api.github.com/repos/company/website',
  html_url: 'https://github.com/company/website/issues/7',
}
const ISSUE_ROW = {
  number: 7,
  title: 'Broken',
  state: 'CLOSED',
  state_reason: 'COMPLETED',
  owner: 'ada',
  assignee: null,
  assignees: ['ada', 'bob'],
  created_at: '2026-01-01T00:00:00Z',
  closed_at: '2026-01-02T00:00:00Z',
  closed_by: 'cleo',
  comments: 3,
  labels: ['bug'],
  repository_name: 'website',
  repository_url: 'https://github.com/company/website',
  url: 'https://github.com/company/website/issues/7',
}
const CLOSED_BY_CLEO = { timelineItems: { nodes: [{ actor: { login: 'cleo' } }] } }
const REPOSITORY = { name: 'website', html_url: 'https://github.com/company/website' }

interface RowCase {
  readonly name: string
  readonly results: string
  readonly item: object
  /** What GraphQL knows of it. */
  readonly details?: object
  readonly row: object
}

const ROWS: readonly RowCase[] = [
  { name: 'issues.Search', results: 'issues', item: ISSUE, details: CLOSED_BY_CLEO, row: ISSUE_ROW },
  {
    name: 'pulls.Search',
    results: 'issues',
    item: { ...ISSUE, html_url: 'https://github.com/company/website/pull/7' },
    details: { baseRefName: 'main', headRefName: 'prices', ...CLOSED_BY_CLEO },
    row: { ...ISSUE_ROW, url: 'https://github.com/company/website/pull/7', base: 'main', head: 'prices' },
  },
  {
    name: 'code.Search',
    results: 'code',
    item: { name: 'a.js', sha: 's', git_url: 'g', path: 'src/a.js', html_url: 'h', repository: REPOSITORY },
    row: {
      ...{ repository_name: 'website', repository_url: REPOSITORY.html_url, name: 'a.js', sha: 's', git_url: 'g' },
      ...{ path: 'src/a.js', url: 'h' },
    },
  },
  {
    name: 'commits.Search',
    results: 'commits',
    item: {
      ...{ node_id: 'C_1', sha: 's', html_url: 'h', author: PERSON, committer: null, repository: REPOSITORY },
      commit: {
        author: { date: '2026-01-01T00:00:00Z' },
        committer: { date: '2026-01-02T00:00:00Z' },
        message: 'Begin',
        tree: { sha: 't', url: 'u' },
      },
    },
    details: {
      additions: 5,
      deletions: 2,
      status: {
        contexts: [
          { context: 'ci/new', createdAt: '2026-01-03T00:00:00Z' },
          { context: 'ci/old', createdAt: '2026-01-02T00:00:00Z' },
        ],
      },
    },
    row: {
      ...{ sha: 's', author: 'ada', committer: null, authored_date: '2026-01-01T00:00:00Z' },
      ...{ commit_date: '2026-01-02T00:00:00Z', repository: 'website', message: 'Begin', lines_changed: 7 },
      ...{ lines_added: 5, lines_deleted: 2, tree_sha: 't', tree_url: 'u', last_status: 'ci/new', url: 'h' },
    },
  },
  {
    name: 'repositories.Search',
    results: 'repositories',
    item: {
      ...{ node_id: 'R_1', full_name: 'company/website', description: null, owner: PERSON, forks_count: 2 },
      ...{
        stargazers_count: 9,
        open_issues_count: 4,
        updated_at: 'u',
        created_at: 'c',
        language: 'Rust',
        ...REPOSITORY,
      },
    },
    details: { pullRequests: { totalCount: 3 } },
    row: {
      ...{ name: 'website', full_name: 'company/website', url: REPOSITORY.html_url, description: null, owner: 'ada' },
      ...{ task_count: 2, forks_count: 2, stars_count: 9, pull_request_count: 3, issues_count: 4, updated: 'u' },
      ...{ created: 'c', language: 'Rust' },
    },
  },
  {
    name: 'topics.Search',
    results: 'topics',
    item: { name: 'data', display_name: 'Data', featured: true, curated: true, score: 1, logo_url: 'x' },
    row: {
      ...{ name: 'data', display_name: 'Data', short_description: null, description: null, created_by: null },
      ...{ released: null, created_at: null, updated_at: null, featured: true, curated: true, score: 1 },
    },
  },
  {
    name: 'users.Search',
    results: 'users',
    item: { node_id: 'U_1', login: 'ada', html_url: 'https://github.com/ada', type: 'User' },
    details: {
      ...{ name: 'Ada', company: null, location: 'London', createdAt: 'c', updatedAt: 'u' },
      ...{ followers: { totalCount: 1 }, following: { totalCount: 2 } },
      ...{ public: { totalCount: 3 }, private: { totalCount: 4 } },
    },
    row: {
      ...{ username: 'ada', url: 'https://github.com/ada', name: 'Ada', followers: 1, following: 2, company: null },
      ...{
        location: 'London',
        public_repositories: 3,
        private_repositories: 4,
        updated: 'u',
        created: 'c',
        type: 'User',
      },
    },
  },
]

for (const { name, results, item, details, row } of ROWS) {
  test(`a row of ${name} has the published columns`, async t => {
    const id = Object.entries(item).find(([key]) => key === 'node_id')?.[1]
    const graph = (query: string, variables: { readonly ids: readonly string[] }): unknown => {
      assert.match(query, /^query\(\$ids: \[ID!\]!\) \{ nodes\(ids: \$ids\) \{ id \.\.\. on /)
      assert.deepEqual(variables.ids, [id])
      return { data: { nodes: [{ id, ...details }] } }
    }

    const { result, server } = await search(
      t,
      name,
      { query: 'x', fetchType: 'FETCH_ONE' },
      { results: { [results]: [item, item] }, graph },
    )

    assert.equal(result.state, 'SUCCESS', result.message)
    assert.deepEqual(result.outputs, { row, size: 1, total: 2 })
    assert.equal(server.asked[0]?.query['per_page'], '1')
    assert.equal(server.asked.length, details === undefined ? 1 : 2)
    if (details !== undefined) assert.equal(server.asked[1]?.path, '/api/graphql')
  })
}

const manyTopics = (count: number): readonly object[] => Array.from({ length: count }, (_, at) => ({ name: `t${at}` }))

test('results are read a page at a time and stored as rows', async t => {
  const { result, server, rows } = await search(
    t,
    'topics.Search',
    { query: 'x' },
    { results: { topics: manyTopics(250) } },
  )

  assert.equal(result.outputs['size'], 250)
  assert.equal(result.outputs['total'], 250)
  assert.deepEqual(
    server.asked.map(({ query }) => query['page']),
    ['1', '2', '3'],
  )
  const names = (await rows()).map(row => Object(row).name)
  assert.deepEqual([names.length, names[0], names[249]], [250, 't0', 't249'])
})

test('of more than 1,000 results the first 1,000 are given, and the log says so', async t => {
  const { result } = await search(
    t,
    'topics.Search',
    { query: 'x', fetchType: 'FETCH' },
    { results: { topics: manyTopics(1001) } },
  )

  assert.equal(result.outputs['size'], 1000)
  assert.equal(result.outputs['total'], 1001)
  assert.match(result.logs.map(({ message }) => message).join('\n'), /knows 1001 results and gives the first 1000/)
})

test('NONE only counts', async t => {
  const { result, server } = await search(
    t,
    'topics.Search',
    { query: 'x', fetchType: 'NONE' },
    { results: { topics: manyTopics(5) } },
  )

  assert.deepEqual(result.outputs, { size: 0, total: 5 })
  assert.equal(server.asked.length, 1)
})

test('without a token nothing is asked of GraphQL, and what it would know is null', async t => {
  const { result, server } = await search(
    t,
    'issues.Search',
    { oauthToken: '', query: 'x', fetchType: 'FETCH' },
    { results: { issues: [ISSUE] } },
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(result.outputs['rows'], [{ ...ISSUE_ROW, closed_by: null }])
  assert.equal(server.asked.length, 1)
})

test('what GraphQL may not tell is left out, and the log says why', async t => {
  const graph = (): unknown => ({ data: { nodes: [null] }, errors: [{ message: 'Resource not accessible' }] })

  const { result } = await search(
    t,
    'issues.Search',
    { query: 'x', fetchType: 'FETCH' },
    { results: { issues: [ISSUE] }, graph },
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(result.outputs['rows'], [{ ...ISSUE_ROW, closed_by: null }])
  assert.match(result.logs.map(({ message }) => message).join('\n'), /did not tell everything: Resource not accessible/)
})

const FAILURES: readonly [string, ValueMap, RegExp][] = [
  ['code.Search', { query: 'x', oauthToken: '' }, /answered with 401: Requires authentication \(check the token/],
  ['users.Search', { query: 'x', oauthToken: 'ghp_of_another' }, /answered with 401: Bad credentials/],
  ['topics.Search', {}, /there is nothing to search for/],
  ['issues.Search', { query: 'x', sort: 'STARS' }, /"sort" must be one of CREATED, UPDATED, COMMENTS/],
  ['commits.Search', { query: 'x', endpoint: 'nowhere' }, /must begin with http/],
]

for (const [name, properties, reason] of FAILURES)
  test(`${name} fails with a reason: ${reason.source}`, async t => {
    const { result } = await search(t, name, properties)

    assert.equal(result.state, 'FAILED')
    assert.match(String(result.message), reason)
    assert.doesNotMatch(String(result.message), /ghp_/)
  })
