// Every type of our plugins says what it is for: each property has a title, and an example is a whole flow that is valid.
// How they compare with the published types is the matter of differences.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue, parseFlow } from '@batuta/core'
import type { TypeDescription } from '@batuta/plugin-sdk'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

interface PluginModule {
  readonly tasks?: readonly TypeDescription[]
  readonly triggers?: readonly TypeDescription[]
}

const PLUGINS = join(import.meta.dirname, '..', '..', 'plugins')
/** Compared where they are: what the engine itself does is described in core. */
const ELSEWHERE: ReadonlySet<string> = new Set(['core-tasks'])
const modules: readonly PluginModule[] = await Promise.all(
  readdirSync(PLUGINS)
    .filter(name => !ELSEWHERE.has(name))
    .map(async name => (await import(join(PLUGINS, name, 'src', 'index.ts'))) as PluginModule),
)
const definitions = modules.flatMap(({ tasks = [], triggers = [] }) => [...tasks, ...triggers])
/** Batuta's own are in no list of published types. */
const own = definitions.filter(({ type }) => type.startsWith('io.batuta.'))
const catalogue = createCatalogue(own.map(({ type }) => ({ type, kind: 'task' })))

for (const definition of definitions) {
  const { type, properties } = definition

  test(`${type} explains itself`, () => {
    for (const [name, { spec }] of Object.entries(properties))
      assert.ok(spec.title !== undefined, `${name} has no title`)
    const whole = (definition.examples ?? []).filter(example => example.full === true)
    assert.ok(whole.length > 0, 'no example is a whole flow')
    for (const { code } of whole) {
      const { diagnostics } = parseFlow(code, { catalogue })
      assert.deepEqual(
        diagnostics.filter(diagnostic => diagnostic.severity === 'error'),
        [],
        code,
      )
      assert.match(code, new RegExp(`type: ${type.replaceAll('.', '\\.')}$`, 'm'))
    }
  })
}
