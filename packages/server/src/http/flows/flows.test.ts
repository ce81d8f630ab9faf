import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const YAML = { 'content-type': 'application/x-yaml' }

function flow(id: string, namespace = 'flows.test', more = ''): string {
  return `id: ${id}\nnamespace: ${namespace}\n${more}tasks:\n  - id: one\n    type: io.kestra.plugin.core.debug.Return\n    format: "{{ flow.id }}"\n`
}

test('a flow that is saved comes back with its source, its labels as a list, and revision 1', async () => {
  const source = flow('first', 'flows.test', 'labels:\n  team: x\n')

  const created = await server.client.flows.create({ body: source })

  assert.equal(created.revision, 1)
  assert.equal(created.source, source)
  assert.deepEqual(created.labels, [{ key: 'team', value: 'x' }])
  const read = await server.client.flows.get({ params: { namespace: 'flows.test', id: 'first' } })
  assert.equal(read.source, undefined)
  assert.deepEqual(read.tasks, [{ id: 'one', type: 'io.kestra.plugin.core.debug.Return', format: '{{ flow.id }}' }])
})

test('a flow whose id is taken is refused in words that clients look for', async () => {
  await server.saveFlow(flow('taken'))

  const again = await server.send('POST', '/api/v1/main/flows', { body: flow('taken'), headers: YAML })

  assert.equal(again.status, 422)
  assert.match(again.text, /already exist/)
  assert.equal(again.json.code, 'flow-exists')
})

test('a flow may come as JSON', async () => {
  const body = JSON.stringify({
    id: 'json',
    namespace: 'flows.test',
    tasks: [{ id: 'a', type: 'io.kestra.plugin.core.debug.Return' }],
  })

  const created = await server.send('POST', '/api/v1/main/flows', {
    body,
    headers: { 'content-type': 'application/json' },
  })

  assert.equal(created.status, 200)
  assert.equal(created.json.id, 'json')
})

test('an update that names an older revision is refused and told the newest; one that names none goes through', async () => {
  const params = { namespace: 'flows.test', id: 'both' }
  const put = (name: string, tag?: string): ReturnType<TestServer['send']> =>
    server.send('PUT', '/api/v1/main/flows/flows.test/both', {
      body: flow('both', 'flows.test', `description: ${name}\n`),
      headers: { ...YAML, ...(tag === undefined ? {} : { 'if-match': tag }) },
    })
  await server.saveFlow(flow('both'))

  const theirs = await put('theirs', '"1"')
  const late = await put('mine', '"1"')
  const again = await put('theirs', '"1"')
  const foreign = await put('mine', '"abc"')
  const merged = await put('merged', '"7", W/"2"')
  const kestra = await put('without a word')

  const tags = [theirs, again, merged, kestra].map(({ status, headers }) => [status, headers.get('etag')])
  assert.deepEqual(
    tags,
    [200, 200, 200, 200].map((status, at) => [status, ['"2"', '"2"', '"3"', '"4"'][at]]),
  )
  assert.deepEqual([late.status, late.json.code, foreign.status], [412, 'revision-outdated', 412])
  const { newest } = late.json as unknown as { readonly newest: { readonly revision: number; readonly source: string } }
  assert.deepEqual([newest.revision, newest.source], [2, flow('both', 'flows.test', 'description: theirs\n')])
  const read = await server.client.flows.get({ params })
  assert.equal(read.revision, 4)
})

test('an update makes a revision, an equal source makes none, and old ones stay readable', async () => {
  const params = { namespace: 'flows.test', id: 'moving' }
  await server.saveFlow(flow('moving'))

  const same = await server.client.flows.update({ params, body: flow('moving') })
  const changed = await server.client.flows.update({ params, body: flow('moving', 'flows.test', 'description: new\n') })

  assert.deepEqual([same.revision, changed.revision], [1, 2])
  const old = await server.client.flows.get({ params, query: { revision: 1, source: true } })
  assert.equal(old.source, flow('moving'))
  const revisions = await server.client.flows.revisions({ params })
  assert.deepEqual(
    revisions.map(revision => revision.revision),
    [1, 2],
  )
})

test('an update of another flow than the address names is refused', async () => {
  await server.saveFlow(flow('mine'))

  const other = await server.send('PUT', '/api/v1/main/flows/flows.test/mine', { body: flow('yours'), headers: YAML })
  const unknown = await server.send('PUT', '/api/v1/main/flows/flows.test/nobody', {
    body: flow('nobody'),
    headers: YAML,
  })

  assert.deepEqual([other.status, other.json.code], [422, 'flow-mismatch'])
  assert.deepEqual([unknown.status, unknown.json.code], [404, 'not-found'])
})

test('an invalid flow is refused with all that is wrong with it', async () => {
  const body =
    'id: broken\nnamespace: flows.test\ntasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Lg\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: "{{ x"\n'

  const refused = await server.send('POST', '/api/v1/main/flows', { body, headers: YAML })

  assert.equal(refused.status, 422)
  assert.match(refused.json.message, /^Invalid entity/)
  assert.ok(refused.json._embedded.errors.length >= 2)
  assert.equal(refused.json.title, 'Invalid')
})

test('a flow of 2 MB is refused before it is read', async () => {
  const refused = await server.send('POST', '/api/v1/main/flows', {
    body: `description: ${'x'.repeat(2 ** 21)}`,
    headers: YAML,
  })

  assert.deepEqual([refused.status, refused.json.code], [413, 'body-too-large'])
})

test('a deleted flow is gone, but can be read with allowDeleted, and comes back with the next number', async () => {
  const params = { namespace: 'flows.test', id: 'mortal' }
  await server.saveFlow(flow('mortal'))

  const deleted = await server.send('DELETE', '/api/v1/main/flows/flows.test/mortal')

  assert.equal(deleted.status, 204)
  assert.equal((await server.send('GET', '/api/v1/main/flows/flows.test/mortal')).status, 404)
  assert.equal((await server.send('DELETE', '/api/v1/main/flows/flows.test/mortal')).status, 404)
  const ghost = await server.client.flows.get({ params, query: { allowDeleted: true } })
  assert.equal(ghost.deleted, true)
  const reborn = await server.client.flows.create({ body: flow('mortal') })
  assert.equal(reborn.revision, 3)
})

test('flows are found by namespace, text and label, page by page', async () => {
  for (const id of ['a', 'b', 'c'])
    await server.saveFlow(flow(`found-${id}`, 'search.one', `labels:\n  letter: ${id}\n`))
  await server.saveFlow(flow('found-d', 'search.one.deep'))

  const page = await server.client.flows.search({ query: { namespace: 'search', size: 2, page: 2 } })
  const byLabel = await server.client.flows.search({ query: { labels: ['letter:b'] } })
  const byFilter = await server.client.flows.search({
    query: { 'filters[namespace][EQUALS]': 'search.one', 'filters[q][EQUALS]': 'FOUND' },
  })
  const list = await server.client.flows.listOfNamespace({ params: { namespace: 'search.one' } })
  const names = await server.client.flows.distinctNamespaces({ query: { q: 'search' } })

  assert.deepEqual([page.total, page.results.map(row => row.id)], [4, ['found-c', 'found-d']])
  assert.deepEqual(
    byLabel.results.map(row => row.id),
    ['found-b'],
  )
  assert.equal(byFilter.total, 3)
  assert.equal(list.length, 3)
  assert.deepEqual(names, ['search.one', 'search.one.deep'])
})

test('a list of outlines tells who flows are and what they ask for, as they are now, and nothing of their tasks', async () => {
  const more = `labels:\n  team: x\ninputs:\n  - { id: day, type: DATE }\ntriggers:\n  - { id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: abc }\n`
  await server.saveFlow(flow('drawn', 'outline.test', more))
  await server.saveFlow(flow('plain', 'outline.test'))
  const query = { namespace: 'outline.test', outline: true }

  const { results, total } = await server.client.flows.search({ query })
  await server.client.flows.disableByIds({ body: [{ namespace: 'outline.test', id: 'plain' }] })
  const after = await server.client.flows.search({ query })

  const [{ updated, ...drawn } = { updated: undefined }, plain] = results
  assert.match(updated ?? '', /^\d{4}-/)
  assert.deepEqual(drawn, {
    ...{ id: 'drawn', namespace: 'outline.test', revision: 1, labels: [{ key: 'team', value: 'x' }] },
    inputs: [{ id: 'day', type: 'DATE' }],
    triggers: [{ id: 'hook', type: 'io.kestra.plugin.core.trigger.Webhook' }],
    ...{ disabled: false, deleted: false },
  })
  assert.deepEqual([total, plain?.id, plain?.disabled, plain?.tasks], [2, 'plain', false, undefined])
  assert.deepEqual(
    after.results.map(({ id, disabled }) => [id, disabled]),
    [
      ['drawn', false],
      ['plain', true],
    ],
  )
})

test('a filter that nobody knows is refused with the list of those there are', async () => {
  const field = await server.send('GET', '/api/v1/main/flows/search?filters[moon][EQUALS]=1')
  const operation = await server.send('GET', '/api/v1/main/flows/search?filters[namespace][REGEX]=1')
  const size = await server.send('GET', '/api/v1/main/flows/search?size=many')

  assert.deepEqual([field.status, operation.status, size.status], [422, 422, 422])
  assert.match(field.json.message, /namespace/)
})

test('a namespace becomes equal to the documents that are sent', async () => {
  await server.saveFlow(flow('old', 'sync.test'))
  await server.saveFlow(flow('kept', 'sync.test'))
  const params = { namespace: 'sync.test' }

  const saved = await server.client.flows.updateNamespace({
    params,
    body: `${flow('kept', 'sync.test')}---\n${flow('new', 'sync.test')}`,
  })

  assert.deepEqual(
    saved.map(row => [row.id, row.revision]),
    [
      ['kept', 1],
      ['new', 1],
    ],
  )
  const left = await server.client.flows.listOfNamespace({ params })
  assert.deepEqual(
    left.map(row => row.id),
    ['kept', 'new'],
  )
})

test('documents of another namespace are refused, and nothing is saved', async () => {
  const body = `${flow('fine', 'strict.test')}---\n${flow('foreign', 'other.test')}`

  const refused = await server.send('POST', '/api/v1/main/flows/strict.test', { body, headers: YAML })

  assert.equal(refused.status, 422)
  assert.equal((await server.send('GET', '/api/v1/main/flows/strict.test/fine')).status, 404)
})

test('validation reports on each document and saves none', async () => {
  const body = `${flow('good', 'check.test')}---\nid: bad\nnamespace: check.test\ntasks: []\n`

  const reports = await server.client.flows.validate({ body })

  assert.deepEqual(
    reports.map(report => [report.index, report.flow]),
    [
      [0, 'good'],
      [1, 'bad'],
    ],
  )
  assert.equal(reports[0]?.constraints, undefined)
  assert.ok(reports[1]?.constraints)
  assert.equal((await server.send('GET', '/api/v1/main/flows/check.test/good')).status, 404)
})

test('dialect a has no tenant in its paths, dialect c shows it in its documents', async () => {
  await server.saveFlow(flow('dialects'))

  const old = await server.send('GET', '/api/v1/flows/flows.test/dialects')
  const recent = await server.send('GET', '/api/v1/main/flows/flows.test/dialects', {
    headers: { 'x-batuta-dialect': '2.0' },
  })

  assert.deepEqual([old.status, old.json.tenantId], [200, undefined])
  assert.deepEqual([recent.status, recent.json.tenantId], [200, 'main'])
})

test('a flow that closes an endless circle of calls is refused, and one that may end is warned of', async () => {
  const calling = (id: string, called: string, more = ''): string =>
    `id: ${id}\nnamespace: flows.ring\ntasks:\n  - id: call\n    type: io.kestra.plugin.core.flow.Subflow\n    namespace: flows.ring\n    flowId: ${called}\n${more}`
  await server.saveFlow(calling('here', 'there'))

  const endless = await server.send('POST', '/api/v1/main/flows', { body: calling('there', 'here'), headers: YAML })
  const body = calling('there', 'here', '    runIf: "{{ false }}"\n')
  const [warned] = await server.client.flows.validate({ body })
  const saved = await server.client.flows.create({ body })

  assert.equal(endless.status, 422)
  assert.match(
    endless.text,
    /task \\"call\\" always comes back to this flow, without end \(flows\.ring\.there → flows\.ring\.here → /,
  )
  assert.equal(warned?.constraints, undefined)
  assert.match(warned?.warnings.join() ?? '', /may come back to this flow/)
  assert.equal(saved.revision, 1)
})

test('names that the server does not know are warned of where they stand', async () => {
  const child = `id: child\nnamespace: ask.test\ninputs: [{id: size, type: INT}]\ntasks: [{id: t, type: io.kestra.plugin.core.debug.Return}]\noutputs: [{id: total, type: STRING, value: x}]\n`
  await server.saveFlow(child)
  const call = (id: string, flowId: string, inputs: string): string =>
    `  - {id: ${id}, type: io.kestra.plugin.core.flow.Subflow, namespace: ask.test, flowId: ${flowId}, inputs: ${inputs}}\n`
  const body = `id: asking\nnamespace: ask.test\ntasks:\n${call('one', 'child', '{sise: 1}')}${call('two', 'chld', '{}')}  - id: say
    type: io.kestra.plugin.core.log.Log
    message: "{{ kv('ghost') }} {{ kv('soft', errorOnMissing=false) }} {{ secret('GHOST') }} {{ outputs.one.outputs.totl }}"
`

  const [report] = await server.client.flows.validate({ body })

  assert.equal(report?.constraints, undefined)
  assert.deepEqual(
    report?.diagnostics
      ?.filter(({ code }) => code !== 'not-implemented')
      .map(({ line, column, severity, code }) => `${line}:${column} ${severity} ${code}`),
    [
      '4:5 warning missing-input',
      '4:108 warning unknown-input',
      '5:86 warning unknown-flow',
      '8:18 warning unknown-key',
      '8:75 warning unknown-secret',
      '8:117 warning unknown-output',
    ],
  )
  assert.match(report.warnings.join('\n'), /has no input "sise"\. Did you mean "size"\?/)
  assert.match(report.warnings.join('\n'), /no flow ask\.test\.chld yet; did you mean "child"\?/)
  assert.match(report.warnings.join('\n'), /has no output "totl"\. Did you mean "total"\?/)
})

test('a revision tells who saved it and why, as far as that was said', async () => {
  const flow = { namespace: 'flows.test', id: 'told' }
  const source = (text: string): string =>
    `id: told\nnamespace: flows.test\ntasks:\n  - { id: say, type: io.kestra.plugin.core.log.Log, message: ${text} }\n`
  await server.client.flows.create({ body: source('one') })
  await server.client.flows.update({ params: flow, body: source('two'), query: { message: ' Two is right. ' } })
  await server.client.flows.update({ params: flow, body: source('two'), query: { message: ' ' } })

  const authors = await server.client.flows.authors({ params: flow })

  assert.deepEqual(
    authors.map(({ revision, message }) => [revision, message]),
    [[2, 'Two is right.']],
  )
})

test('past revisions are deleted: no list and no search names them, the newest one is refused', async () => {
  const params = { namespace: 'flows.test', id: 'history' }
  await server.saveFlow(flow('history'))
  for (const text of ['a', 'b', 'c'])
    await server.client.flows.update({ params, body: flow('history', 'flows.test', `description: ${text}\n`) })
  const path = '/api/v1/main/flows/flows.test/history/revisions'

  const deleted = await server.send('DELETE', `${path}?revisions=1,2`)
  const newest = await server.send('DELETE', `${path}?revisions=4`)
  const again = await server.send('DELETE', `${path}?revisions=2&revisions=3`)
  const nothing = await server.send('DELETE', path)
  const nobody = await server.send('DELETE', `${path.replace('history', 'nobody')}?revisions=1`)

  assert.deepEqual(
    [deleted, newest, again, nothing, nobody].map(({ status }) => status),
    [200, 422, 404, 400, 404],
  )
  assert.equal(newest.json.code, 'revision-newest')
  const left = await server.client.flows.revisions({ params })
  assert.deepEqual(
    left.map(({ revision }) => revision),
    [3, 4],
  )
  assert.equal((await server.send('GET', '/api/v1/main/flows/flows.test/history?revision=1')).status, 404)
})

test('one task is exchanged, with the comments of the others left where they are', async () => {
  await server.saveFlow(flow('parts').replace('  - id: one', '  # the only one\n  - id: one'))
  const patch = (taskId: string, body: object, id = 'parts'): ReturnType<TestServer['send']> =>
    server.send('PATCH', `/api/v1/main/flows/flows.test/${id}/${taskId}`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
  const task = { id: 'one', type: 'io.kestra.plugin.core.log.Log', message: 'hi' }

  const changed = await patch('one', task)
  const renamed = await patch('one', { ...task, id: 'two' })
  const unknown = await patch('two', { ...task, id: 'two' })
  const broken = await patch('one', { ...task, type: 'io.kestra.plugin.core.log.Lag' })
  const nobody = await patch('one', task, 'nobody')

  assert.deepEqual(
    [changed, renamed, unknown, broken, nobody].map(({ status }) => status),
    [200, 422, 404, 422, 404],
  )
  assert.equal(changed.json.revision, 2)
  assert.match(
    changed.json.source,
    /# the only one\n {2}- id: one\n {4}type: io.kestra.plugin.core.log.Log\n {4}message: hi/,
  )
})
