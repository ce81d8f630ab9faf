import assert from 'node:assert/strict'
import test from 'node:test'
import type { ValueMap } from '../std/value.ts'
import { createCatalogue } from './catalogue.ts'
import type { PluginDefault, Task } from './flow.ts'
import { parseFlow } from './parse.ts'

const catalogue = createCatalogue()
const RETURN = 'io.kestra.plugin.core.debug.Return'

interface Levels {
  readonly own?: string
  readonly namespace?: readonly PluginDefault[]
  readonly global?: readonly PluginDefault[]
}

function taskWith(task: string, { own = '', namespace = [], global = [] }: Levels): Task {
  const source = `id: f\nnamespace: n\n${own}tasks:\n  - {id: a, ${task}}\n`
  const { flow, diagnostics } = parseFlow(source, { catalogue, namespaceDefaults: namespace, globalDefaults: global })
  const [first] = flow?.tasks ?? []
  assert.ok(first, JSON.stringify(diagnostics))
  return first
}

function soft(values: ValueMap, type = RETURN): PluginDefault {
  return { type, forced: false, values }
}

function hard(values: ValueMap, type = RETURN): PluginDefault {
  return { type, forced: true, values }
}

function own(...defaults: readonly string[]): string {
  return `pluginDefaults:\n${defaults.map(item => `  - ${item}\n`).join('')}`
}

test('a default fills what the task does not say', () => {
  assert.deepEqual(taskWith('type: core.debug.Return', { global: [soft({ format: 'x' })] }).properties, { format: 'x' })
  assert.deepEqual(taskWith('type: core.debug.Return, format: own', { global: [soft({ format: 'x' })] }).properties, {
    format: 'own',
  })
})

test('the flow goes before its namespace, and that before the configuration', () => {
  const levels = {
    own: own(`{type: ${RETURN}, values: {format: flow}}`),
    namespace: [soft({ format: 'namespace' })],
    global: [soft({ format: 'global' })],
  }

  assert.deepEqual(taskWith('type: core.debug.Return', levels).properties, { format: 'flow' })
  assert.deepEqual(taskWith('type: core.debug.Return', { ...levels, own: '' }).properties, { format: 'namespace' })
})

test('of two defaults in one list the first wins, of two forced ones the last', () => {
  const first = own(`{type: ${RETURN}, values: {format: one}}`, `{type: ${RETURN}, values: {format: two}}`)
  const forced = own(
    `{type: ${RETURN}, forced: true, values: {format: one}}`,
    `{type: ${RETURN}, forced: true, values: {format: two}}`,
  )

  assert.deepEqual(taskWith('type: core.debug.Return', { own: first }).properties, { format: 'one' })
  assert.deepEqual(taskWith('type: core.debug.Return, format: own', { own: forced }).properties, { format: 'two' })
})

test('of forced defaults on several levels that of the flow wins', () => {
  const levels = {
    own: own(`{type: ${RETURN}, forced: true, values: {format: flow}}`),
    global: [hard({ format: 'global' })],
  }

  assert.deepEqual(taskWith('type: core.debug.Return, format: own', levels).properties, { format: 'flow' })
})

test('an exact type goes before a longer prefix, that before a shorter one', () => {
  const global = [
    soft({ description: 'short', timeout: 'PT1S' }, 'io.kestra'),
    soft({ description: 'long' }, 'io.kestra.plugin.core'),
    soft({ format: 'exact' }),
  ]

  const task = taskWith('type: core.debug.Return', { global })

  assert.equal(task.description, 'long')
  assert.equal(task.timeout, 'PT1S')
  assert.deepEqual(task.properties, { format: 'exact' })
})

test('of a prefix a type takes only what it knows, of its own name everything', () => {
  const byPrefix = taskWith('type: core.debug.Return', {
    global: [soft({ errorMessage: 'x' }, 'io.kestra.plugin.core')],
  })
  const byName = parseFlow(`id: f\nnamespace: n\ntasks: [{id: a, type: ${RETURN}}]`, {
    catalogue,
    globalDefaults: [soft({ errorMessage: 'x' })],
  })

  assert.deepEqual(byPrefix.properties, {})
  assert.deepEqual(
    byName.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ['unknown-property'],
  )
})

test('a prefix that spans many plugins brings each of them its own properties only', () => {
  const values = { projectId: 'p', bucket: 'b' }
  const query = 'type: io.kestra.plugin.gcp.bigquery.Query, sql: x'

  const task = taskWith(query, { global: [soft(values, 'io.kestra.plugin.gcp')] })

  assert.deepEqual(task.properties, { sql: 'x', projectId: 'p' })
})

test('old names of types reach new ones and the other way round', () => {
  const global = [soft({ format: 'x' }, 'io.kestra.core.tasks.debugs.Return')]

  assert.deepEqual(taskWith('type: core.debug.Return', { global }).properties, { format: 'x' })
  assert.deepEqual(
    taskWith('type: io.kestra.core.tasks.debugs.Return', { global: [soft({ format: 'y' })] }).properties,
    {
      format: 'y',
    },
  )
})

test('maps are merged deeply, lists one after the other, and a null leaves the default', () => {
  const type = 'io.kestra.plugin.scripts.shell.Commands'
  const values = { env: { A: '1', B: '2' }, commands: ['first'], containerImage: 'default' }
  const task = `type: ${type}, env: {B: own}, commands: [second], containerImage: null`

  assert.deepEqual(taskWith(task, { global: [soft(values, type)] }).properties, {
    env: { B: 'own', A: '1' },
    commands: ['first', 'second'],
    containerImage: 'default',
  })
  assert.deepEqual(taskWith(task, { global: [hard(values, type)] }).properties['commands' as never], [
    'second',
    'first',
  ])
})

test('defaults reach nested tasks, triggers and task runners', () => {
  const source = [
    'id: f\nnamespace: n',
    'tasks:',
    '  - id: s',
    '    type: io.kestra.plugin.core.flow.Sequential',
    '    tasks:',
    '      - {id: a, type: io.kestra.plugin.scripts.shell.Commands, commands: [x], taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}}',
    'triggers:',
    '  - {id: w, type: io.kestra.plugin.core.trigger.Webhook}',
  ].join('\n')
  const globalDefaults = [
    soft({ pullPolicy: 'NEVER' }, 'io.kestra.plugin.scripts.runner.docker.Docker'),
    soft({ key: 'secret' }, 'io.kestra.plugin.core.trigger.Webhook'),
  ]

  const { flow } = parseFlow(source, { catalogue, globalDefaults })

  assert.deepEqual(flow?.tasks[0]?.lists?.tasks[0]?.properties['taskRunner' as never], {
    type: 'io.kestra.plugin.scripts.runner.docker.Docker',
    pullPolicy: 'NEVER',
  })
  assert.deepEqual(flow?.triggers[0]?.properties, { key: 'secret' })
})

test('a retry for every task can come from a prefix', () => {
  const retry = { type: 'constant', interval: 'PT1S', maxAttempts: 3 }

  const task = taskWith('type: core.debug.Return', { global: [soft({ retry }, 'io.kestra')] })

  assert.equal(task.retry?.maxAttempts, 3)
})

test('a wrong value from a default of the flow is reported where the default stands', () => {
  const source = `id: f\nnamespace: n\npluginDefaults:\n  - type: ${RETURN}\n    values:\n      disabled: perhaps\ntasks:\n  - {id: a, type: ${RETURN}}\n`

  const { diagnostics } = parseFlow(source, { catalogue })

  const error = diagnostics.find(({ severity }) => severity === 'error')
  assert.deepEqual([error?.path, error?.line, error?.column], ['tasks[0].disabled', 6, 17])
})

test('defaults that would make the flow explode are refused', () => {
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`k${index}`, index]))
  const tasks = Array.from({ length: 200 }, (_, index) => `  - {id: t${index}, type: ${RETURN}}`).join('\n')

  const { flow, diagnostics } = parseFlow(`id: f\nnamespace: n\ntasks:\n${tasks}`, {
    catalogue,
    globalDefaults: [soft(many)],
  })

  assert.equal(flow, undefined)
  assert.ok(diagnostics.some(({ code }) => code === 'yaml-too-large'))
})
