// Lists of executions: every filter alone and together, by key and by offset.
import assert from 'node:assert/strict'
import { idFloorOf, isInScope, trust, type NamespaceScope } from '@batuta/core'
import type { ExecutionRow } from '../batch.ts'
import type { ExecutionQuery, Store, TallyQuery } from '../store.ts'
import { NOW_MS, TENANT, executionRow, jobRow, join, journalRow, logRow, storeCase, timerRow } from './subject.ts'
import type { StoreSubject } from './subject.ts'

export function executionContract(subject: StoreSubject): void {
  filters(subject)
  scopes(subject)
  paging(subject)
  labels(subject)
  others(subject)
}

/** Ids as they are: they begin with the moment of birth. */
const MOMENTS = { '01': 0, '02': 0, '03': 1, '04': 2, '05': 3, '06': 4, '07': 5, '08': 6, '09': 7 } as const
const E = trust<Readonly<Record<keyof typeof MOMENTS, string>>>(
  Object.fromEntries(Object.entries(MOMENTS).map(([name, ms]) => [name, `${idFloorOf(NOW_MS + ms)}e${name}`])),
)

function bornRow(name: keyof typeof MOMENTS, more: Partial<ExecutionRow>): ExecutionRow {
  return executionRow(E[name], { createdMs: NOW_MS + MOMENTS[name], ...more })
}

const ROWS: ExecutionRow[] = [
  bornRow('01', { state: 'SUCCESS', endMs: NOW_MS + 10, waitsFor: null }),
  bornRow('02', { state: 'FAILED', endMs: NOW_MS + 10, waitsFor: null, namespace: 'company' }),
  bornRow('03', { namespace: 'company.team.deep' }),
  bornRow('04', { namespace: 'company.teams' }),
  bornRow('05', { namespace: 'company.team-2', waitsFor: 'nothing' }),
  bornRow('06', { flowId: 'other', parentId: E['01'], waitsFor: 'nothing' }),
  bornRow('07', { flowId: 'other', state: 'FAILED', endMs: NOW_MS + 9, waitsFor: null }),
  bornRow('08', { parentId: E['01'], state: 'KILLED', endMs: NOW_MS + 9, waitsFor: null }),
  bornRow('09', { tenant: 'guest', waitsFor: 'nothing' }),
]

async function fill(store: Store): Promise<void> {
  const node = await join(store)
  // A namespace that executions have is one that flows have or had.
  for (const namespace of new Set(ROWS.map(row => row.namespace)))
    for (const flowId of ['hello', 'other'])
      await store.perform('saveFlow', {
        tenant: TENANT,
        namespace,
        flowId,
        source: '',
        parsed: '{}',
        nowMs: NOW_MS,
        isDisabled: false,
      })
  await node.write({
    births: ROWS,
    labels: [
      { executionId: E['01'], key: 'team', value: 'blue' },
      { executionId: E['01'], key: 'env', value: 'prod' },
      { executionId: E['03'], key: 'team', value: 'blue' },
      { executionId: E['04'], key: 'team', value: 'red' },
      { executionId: E['09'], key: 'team', value: 'blue' },
    ],
  })
}

async function ids(store: Store, query: Partial<ExecutionQuery>): Promise<string> {
  const rows = await store.read.listExecutions({ tenant: TENANT, limit: 100, ...query })
  return rows.map(row => row.id.slice(row.id.lastIndexOf('e') + 1)).join(' ')
}

const FILTERS: readonly (readonly [string, Partial<ExecutionQuery>, string])[] = [
  ['nothing but the tenant, newest first', {}, '08 07 06 05 04 03 02 01'],
  ['another tenant', { tenant: 'guest' }, '09'],
  ['a tenant that nobody has', { tenant: 'nobody' }, ''],
  ['oldest first', { isAscending: true }, '01 02 03 04 05 06 07 08'],
  ['exactly one namespace', { namespace: 'company.team' }, '08 07 06 01'],
  ['a namespace and those below it', { namespace: 'company.team', isPrefix: true }, '08 07 06 03 01'],
  ['all below the first namespace', { namespace: 'company', isPrefix: true }, '08 07 06 05 04 03 02 01'],
  ['a namespace whose name only begins alike', { namespace: 'company.te', isPrefix: true }, ''],
  ['a flow', { flowId: 'other' }, '07 06'],
  ['a flow of a namespace', { namespace: 'company.team', flowId: 'hello' }, '08 01'],
  ['one state', { states: ['FAILED'] }, '07 02'],
  ['several states', { states: ['FAILED', 'KILLED'] }, '08 07 02'],
  ['a state of a namespace', { namespace: 'company.team', states: ['FAILED'] }, '07'],
  ['a state of a flow', { namespace: 'company.team', flowId: 'hello', states: ['KILLED', 'FAILED'] }, '08'],
  [
    'a state below a namespace',
    { namespace: 'company', isPrefix: true, states: ['FAILED', 'RUNNING'] },
    '07 06 05 04 03 02',
  ],
  ['a namespace that nobody has', { namespace: 'nobody', isPrefix: true }, ''],
  ['the children of an execution that failed', { parentId: E['01'], states: ['FAILED'] }, ''],
  ['a label of a namespace', { namespace: 'company.teams', labels: [{ key: 'team', value: 'red' }] }, '04'],
  ['a label from a moment on', { labels: [{ key: 'team', value: 'blue' }], startFromMs: NOW_MS + 1 }, '03'],
  ['no state at all', { states: [] }, ''],
  ['from a moment on, the moment included', { startFromMs: NOW_MS + 5 }, '08 07'],
  ['up to a moment, the moment included', { startToMs: NOW_MS + 1 }, '03 02 01'],
  ['between two moments', { startFromMs: NOW_MS + 1, startToMs: NOW_MS + 3 }, '05 04 03'],
  ['the children of an execution', { parentId: E['01'] }, '08 06'],
  ['a label', { labels: [{ key: 'team', value: 'blue' }] }, '03 01'],
  ['the same key with another value', { labels: [{ key: 'team', value: 'red' }] }, '04'],
  [
    'two labels at once',
    {
      labels: [
        { key: 'team', value: 'blue' },
        { key: 'env', value: 'prod' },
      ],
    },
    '01',
  ],
  ['a label that nobody has', { labels: [{ key: 'team', value: 'prod' }] }, ''],
  [
    'everything together',
    {
      namespace: 'company',
      isPrefix: true,
      flowId: 'hello',
      states: ['RUNNING', 'SUCCESS'],
      startFromMs: NOW_MS,
      startToMs: NOW_MS + 1,
      labels: [{ key: 'team', value: 'blue' }],
      isAscending: true,
      offset: 1,
    },
    '03',
  ],
]

function filters(subject: StoreSubject): void {
  for (const [what, query, expected] of FILTERS) {
    storeCase(subject, `executions are listed by ${what}`, async ({ store }) => {
      await fill(store)

      assert.equal(await ids(store, query), expected)
      const count = await store.read.countExecutions({ tenant: TENANT, limit: 100, ...query, offset: 0 })
      assert.equal(count, expected === '' ? 0 : expected.split(' ').length + (query.offset ?? 0))
    })
  }
}

const SCOPES: readonly NamespaceScope[] = [
  { all: true },
  { all: false, allow: [], deny: [] },
  { all: false, allow: ['company.team'], deny: [] },
  { all: false, allow: ['company.team.deep', 'company.teams'], deny: [] },
  { all: false, allow: ['company'], deny: ['company.team'] },
  { all: false, allow: [''], deny: ['company.team.deep', 'company.team-2'] },
  { all: false, allow: ['nobody'], deny: [] },
]

function scopes(subject: StoreSubject): void {
  storeCase(subject, 'every list, count and tally keeps to the namespaces of a scope', async ({ store }) => {
    await fill(store)
    for (const [what, filter] of FILTERS) {
      const query = { tenant: TENANT, ...filter, offset: 0, limit: 100 }
      const all = await store.read.listExecutions(query)
      for (const scope of SCOPES) {
        const expected = all.filter(row => isInScope(scope, row.namespace))
        const about = `${what} in ${JSON.stringify(scope)}`

        assert.deepEqual(await store.read.listExecutions({ ...query, scope }), expected, about)
        assert.equal(await store.read.countExecutions({ ...query, scope }), expected.length, about)
        const tally = await store.read.tallyExecutions({ ...query, scope, slotMs: 4, by: 'namespace' })
        assert.equal(
          tally.reduce((sum, { count }) => sum + count, 0),
          expected.length,
          about,
        )
        const first = await store.read.listExecutions({ ...query, scope, limit: 1 })
        assert.deepEqual(first, expected.slice(0, 1), about)
      }
    }
  })
}

function paging(subject: StoreSubject): void {
  storeCase(subject, 'a list is read page by page, by key and by offset, either way round', async ({ store }) => {
    await fill(store)

    assert.equal(await ids(store, { limit: 3 }), '08 07 06')
    assert.equal(await ids(store, { limit: 3, afterId: E['06'] }), '05 04 03')
    assert.equal(await ids(store, { limit: 3, afterId: E['03'] }), '02 01')
    assert.equal(await ids(store, { limit: 3, afterId: E['01'] }), '')
    assert.equal(await ids(store, { limit: 3, afterId: E['03'], isAscending: true }), '04 05 06')
    assert.equal(await ids(store, { limit: 3, offset: 3 }), '05 04 03')
    assert.equal(await ids(store, { limit: 3, offset: 7 }), '01')
    assert.equal(await ids(store, { limit: 3, offset: 8 }), '')
    assert.equal(await ids(store, { limit: 2, offset: 1, afterId: E['06'] }), '04 03')
    assert.equal(await ids(store, { limit: 0 }), '')
  })

  storeCase(subject, 'counting stops at the limit', async ({ store }) => {
    await fill(store)

    assert.equal(await store.read.countExecutions({ tenant: TENANT, limit: 5 }), 5)
    assert.equal(await store.read.countExecutions({ tenant: TENANT, limit: 8 }), 8)
    assert.equal(await store.read.countExecutions({ tenant: TENANT, limit: 100, states: ['KILLED'] }), 1)
  })

  storeCase(subject, 'executions are tallied by birth and state, for every filter of a list', async ({ store }) => {
    await fill(store)
    const slotMs = 4
    const tally = async (query: Partial<TallyQuery>): Promise<string[]> =>
      (await store.read.tallyExecutions({ tenant: TENANT, limit: 100, slotMs, ...query }))
        .map(({ slotMs: at, state, namespace = '', flowId = '', count, ended, tookMs }) =>
          [at - NOW_MS, state, namespace, flowId, count, ended, tookMs].join(' '),
        )
        .sort()

    assert.deepEqual(await tally({}), [
      '0 FAILED   1 1 10',
      '0 RUNNING   3 0 0',
      '0 SUCCESS   1 1 10',
      '4 FAILED   1 1 4',
      '4 KILLED   1 1 3',
      '4 RUNNING   1 0 0',
    ])
    assert.deepEqual(await tally({ states: ['FAILED'], by: 'flow' }), [
      '0 FAILED company hello 1 1 10',
      '4 FAILED company.team other 1 1 4',
    ])
    assert.deepEqual(await tally({ labels: [{ key: 'team', value: 'blue' }], by: 'namespace' }), [
      '0 RUNNING company.team.deep  1 0 0',
      '0 SUCCESS company.team  1 1 10',
    ])
    assert.deepEqual(await tally({ namespace: 'company.team', isPrefix: true, startFromMs: NOW_MS + 5 }), [
      '4 FAILED   1 1 4',
      '4 KILLED   1 1 3',
    ])
    assert.equal((await tally({ limit: 1 })).length, 1)
  })

  storeCase(subject, 'executions that could go on are listed oldest first, of all tenants', async ({ store }) => {
    await fill(store)

    assert.deepEqual(await store.read.listReady('', 10), [E['05'], E['06'], E['09']])
    assert.deepEqual(await store.read.listReady('', 2), [E['05'], E['06']])
    assert.deepEqual(await store.read.listReady(E['06'], 10), [E['09']])
  })
}

function labels(subject: StoreSubject): void {
  storeCase(subject, 'the labels of an execution are written whole', async ({ store }) => {
    const node = await join(store)
    await node.write({
      births: [executionRow('e1'), executionRow('e2')],
      labels: [
        { executionId: 'e1', key: 'team', value: 'blue' },
        { executionId: 'e1', key: 'env', value: 'prod' },
        { executionId: 'e2', key: 'team', value: 'blue' },
      ],
    })

    await node.write({ labels: [{ executionId: 'e1', key: 'env', value: 'test' }] })

    const by = async (key: string, value: string): Promise<string> => await ids(store, { labels: [{ key, value }] })
    assert.deepEqual([await by('team', 'blue'), await by('env', 'prod'), await by('env', 'test')], ['2', '', '1'])
  })

  storeCase(subject, 'a label that an execution has twice is found once', async ({ store }) => {
    const node = await join(store)
    const label = { executionId: 'e1', key: 'team', value: 'blue' }
    await node.write({ births: [executionRow('e1')], labels: [label, label] })

    assert.equal(await ids(store, { labels: [label] }), '1')
  })
}

function others(subject: StoreSubject): void {
  storeCase(subject, 'journal rows are read in the order of their turns', async ({ store }) => {
    const node = await join(store)
    await node.write({ journal: [journalRow('e1', 1), journalRow('e2', 1)] })
    await node.write({ journal: [journalRow('e1', 10), journalRow('e1', 3)] })

    assert.deepEqual(
      (await store.read.journalOf('e1')).map(row => row.turn),
      [1, 3, 10],
    )
    const page = await store.read.journalOf('e1', { after: 1, limit: 1 })
    assert.deepEqual([page.map(row => row.turn), await store.read.journalOf('e1', { after: 10, limit: 5 })], [[3], []])
    assert.deepEqual(await store.read.journalOf('ghost'), [])
    const journals = await store.read.journalsOf(['e2', 'ghost', 'e1'])
    assert.equal(journals.size, 2)
    for (const id of ['e1', 'e2']) assert.deepEqual(journals.get(id), await store.read.journalOf(id))
  })

  storeCase(
    subject,
    'of a deleted execution the logs and the metrics are kept when that is wished',
    async ({ store }) => {
      const node = await join(store)
      const metric = { run: 0, taskId: 't', name: 'rows', type: 'counter', value: 1, tags: '{}', atMs: NOW_MS } as const
      for (const id of ['e1', 'e2'])
        await node.write({ births: [executionRow(id)], logs: [logRow(id)], metrics: [{ executionId: id, ...metric }] })

      await store.perform('deleteExecution', { id: 'e1', keepsLogs: true })
      await store.perform('deleteExecution', { id: 'e2', keepsMetrics: true })

      const kept = async (id: string): Promise<string> =>
        `${(await store.read.logsOf({ executionId: id, limit: 10 })).length} ${(await store.read.metricsOf(id)).length}`
      assert.deepEqual([await kept('e1'), await kept('e2')], ['1 0', '0 1'])
    },
  )

  storeCase(subject, 'an execution is deleted with all that belongs to it, once', async ({ store }) => {
    const node = await join(store)
    const rowsOf = (id: string): Parameters<typeof node.write>[0] => ({
      births: [executionRow(id)],
      labels: [{ executionId: id, key: 'team', value: 'blue' }],
      journal: [journalRow(id, 1)],
      logs: [logRow(id)],
      metrics: [
        { executionId: id, run: 0, taskId: 't', name: 'rows', type: 'counter', value: 1, tags: '{}', atMs: NOW_MS },
      ],
      jobs: [jobRow(id, 0)],
      timers: [timerRow(id, 'retry:0', 5)],
      signals: [{ id: `s/${id}`, shard: 0, executionId: id, body: '{}' }],
    })
    await node.write(rowsOf('e1'))
    await node.write(rowsOf('e2'))

    assert.equal(await store.perform('deleteExecution', { id: 'e1' }), true)
    assert.equal(await store.perform('deleteExecution', { id: 'e1' }), false)

    assert.equal(await ids(store, {}), '2')
    assert.equal(await ids(store, { labels: [{ key: 'team', value: 'blue' }] }), '2')
    assert.deepEqual(await store.read.journalOf('e1'), [])
    assert.deepEqual(await store.read.logsOf({ executionId: 'e1', limit: 10 }), [])
    assert.deepEqual(await store.read.metricsOf('e1'), [])
    assert.equal(await store.read.countFreeJobs(), 1)
    assert.equal((await store.read.listTimers({ untilMs: 10, limit: 10 })).length, 1)
    // Whoever takes them tells those that wait for an answer.
    assert.equal((await store.read.listSignals('', 10)).length, 2)
    await node.write({ ...rowsOf('e1'), signals: [] })
  })
}
