import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultsOf, readPluginDefaults } from './plugin-defaults.ts'
import { Sources } from './sources.ts'

function read(text: string): ReturnType<typeof readPluginDefaults> {
  return readPluginDefaults(new Sources(undefined, { KESTRA_CONFIGURATION: text }))
}

test('defaults of the configuration are for all flows, those of a namespace for it and what is below, the closest first', () => {
  const configured = read(`
kestra:
  plugins:
    defaults:
      - { type: io.kestra, values: { retry: { type: constant } } }
namespaces:
  company: { pluginDefaults: [{ type: a, values: { x: 1 } }] }
  company.team: { pluginDefaults: [{ type: b, forced: true, values: { y: 2 } }] }`)

  assert.deepEqual(
    configured.global.map(({ type }) => type),
    ['io.kestra'],
  )
  assert.deepEqual(
    defaultsOf('company.team.sub', configured).map(({ type, forced }) => `${type} ${forced}`),
    ['b true', 'a false'],
  )
  assert.deepEqual(defaultsOf('companyX', configured), [])
})

test('the former name still counts, and what is no default is refused with its place', () => {
  assert.equal(read('{kestra: {tasks: {defaults: [{type: t, values: {}}]}}}').global.length, 1)
  assert.throws(() => read('{kestra: {plugins: {defaults: [{values: {}}]}}}'), /kestra\.plugins\.defaults\[0\]/)
})
