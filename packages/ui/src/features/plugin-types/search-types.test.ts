import assert from 'node:assert/strict'
import { test } from 'node:test'
import { propertyLines } from './property-lines.ts'
import { familyOf, searchTypes, type TypeEntry } from './search-types.ts'
import { exampleFlow } from './example-flow.ts'

const entry = (cls: string, more: Partial<TypeEntry> = {}): TypeEntry => ({
  cls: `io.kestra.plugin.${cls}`,
  kind: 'task',
  implemented: true,
  properties: [],
  ...more,
})
const ALL = [
  entry('core.http.Request', { title: 'Send an HTTP request', properties: ['uri', 'method'] }),
  entry('core.http.Trigger', { kind: 'polling', properties: ['uri'] }),
  entry('jdbc.Query', { properties: ['sql', 'requestTimeout'] }),
  entry('aws.Request', { implemented: false }),
]
const search = (text: string, more = {}): readonly string[] =>
  searchTypes(ALL, { text, kind: 'all', isHereOnly: false, ...more }).map(({ entry: { cls } }) => cls.slice(17))

test('names count most, then purposes, then properties, and what runs here stands first', () => {
  assert.deepEqual(search('request'), ['core.http.Request', 'aws.Request', 'jdbc.Query'])
  assert.deepEqual(search('uri'), ['core.http.Request', 'core.http.Trigger'])
  assert.deepEqual(search('http uri'), ['core.http.Request', 'core.http.Trigger'])
  assert.deepEqual(search('send'), ['core.http.Request'])
})

test('kinds and what does not run here can be left out', () => {
  assert.deepEqual(search('', { kind: 'triggers' }), ['core.http.Trigger'])
  assert.deepEqual(search('request', { isHereOnly: true }), ['core.http.Request', 'jdbc.Query'])
})

test('a thousand types are searched within the time of a key', () => {
  const many = Array.from({ length: 1_000 }, (_, at) =>
    entry(`family${at % 40}.Type${at}`, {
      properties: Array.from({ length: 20 }, (__, each) => `property${at}x${each}`),
    }),
  )
  // Time of the processor: what else runs on the machine does not count.
  const before = process.threadCpuUsage()

  const found = searchTypes(many, { text: 'property99 type', kind: 'all', isHereOnly: false })

  const { user, system } = process.threadCpuUsage(before)
  assert.ok(found.length > 0)
  assert.ok(user + system < 50_000)
})

test('a family is what stands between the common beginning and the name', () => {
  assert.equal(familyOf('io.kestra.plugin.core.flow.If'), 'core.flow')
  assert.equal(familyOf('org.example.Task'), 'org.example')
})

test('required properties stand first, with their types in words', () => {
  const lines = propertyLines({
    properties: {
      method: { type: 'string', enum: ['GET', 'POST'], default: 'GET' },
      uri: { type: 'string', $required: true, $dynamic: true, title: 'Where to' },
      size: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
      options: { type: 'object', properties: { timeout: { type: 'string', format: 'duration' } } },
      rows: { type: 'array', items: { type: 'string' } },
    },
  })

  assert.deepEqual(
    lines.map(({ name, type, isRequired, isDynamic, defaultText }) => [name, type, isRequired, isDynamic, defaultText]),
    [
      ['uri', 'string', true, true, undefined],
      ['method', 'string', false, false, '"GET"'],
      ['options', 'object', false, false, undefined],
      ['rows', 'list of string', false, false, undefined],
      ['size', 'integer or string', false, false, undefined],
    ],
  )
  assert.deepEqual(
    lines.find(({ name }) => name === 'options')?.children.map(({ name, type }) => [name, type]),
    [['timeout', 'duration']],
  )
})

test('the example of a task becomes a flow; one that is a flow keeps its tasks', () => {
  assert.deepEqual(exampleFlow('id: a\ntype: x.Log\nmessage: hi', 'x.Log', 'tasks'), {
    id: 'try_log',
    source: 'id: try_log\nnamespace: tutorial\n\ntasks:\n  - id: a\n    type: x.Log\n    message: hi\n',
  })
  assert.deepEqual(exampleFlow('id: flow\nnamespace: company.team\ntasks: []', 'x.Log', 'tasks'), {
    id: 'flow',
    source: 'id: flow\nnamespace: tutorial\ntasks: []\n',
  })
})
