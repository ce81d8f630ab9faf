// The types that our plugins define are those of the catalogue: same names, aliases, properties and outputs. What a type has beyond the
// catalogue is listed here with its reason.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue, parseFlow } from '@batuta/core'
import type { Presence, Property, TypeDescription } from '@batuta/plugin-sdk'
import * as jdbcPostgresql from '@batuta/jdbc-postgresql'
import * as serdes from '@batuta/serdes'

const definitions: readonly TypeDescription[] = [...jdbcPostgresql.tasks, ...jdbcPostgresql.triggers, ...serdes.tasks]
/** Older flows still say these. */
const BEYOND: ReadonlySet<string> = new Set(['autoCommit'])
const catalogue = createCatalogue()

for (const definition of definitions) {
  const { type, properties } = definition
  const known = catalogue.resolve(type)

  test(`${type} has the properties of the catalogue`, () => {
    assert.ok(known !== undefined && !known.alias, 'not in the catalogue')
    const ours = Object.entries(properties)
      .filter(([name]) => !BEYOND.has(name))
      .map(([name, property]) => describe(name, property))
    const theirs = [...known.properties.values()].map(
      ({ name, isDynamic, isRequired, isDeprecated }) =>
        `${name}${isDynamic ? ' dynamic' : ''}${isRequired ? ' required' : ''}${isDeprecated ? ' deprecated' : ''}`,
    )

    assert.deepEqual(ours.sort(), theirs.sort())
    assert.deepEqual(definition.aliases ?? [], known.aliases)
    assert.deepEqual(
      (definition.outputs ?? []).map(output => `${output.name} ${output.type}`),
      known.outputs.map(output => `${output.name} ${output.type}`),
    )
  })

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

function describe(name: string, { spec }: Property<unknown, Presence>): string {
  return `${name}${spec.isDynamic ? ' dynamic' : ''}${spec.isRequired ? ' required' : ''}${spec.deprecated === undefined ? '' : ' deprecated'}`
}
