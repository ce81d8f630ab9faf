import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '@batuta/core'
import { describeType } from './describe-type.ts'

const catalogue = createCatalogue()

test('a type that nothing installed implements is documented with its properties, defaults, outputs and the way out', () => {
  const type = catalogue.resolve('io.kestra.plugin.aws.s3.Download')
  assert.ok(type)

  const { implemented, markdown, schema } = describeType(type)

  assert.equal(implemented, false)
  assert.match(markdown, /no plugin of this server implements it/)
  assert.match(markdown, /batuta plugins install/)
  assert.match(markdown, /\* `bucket` \(required\): string/)
  assert.match(markdown, /## Outputs\n(?:.*\n)*\* `uri`: uri/)
  assert.deepEqual(schema.properties['required'], ['bucket'])
})

test('a default becomes a value of the schema where it is one', () => {
  const type = catalogue.resolve('io.kestra.plugin.ai.memory.Redis')
  assert.ok(type)

  const properties = Object.entries(describeType(type).schema.properties['properties'] ?? {})
  const defaults = properties.map(([name, property]) => [name, property.default])

  assert.deepEqual(Object.fromEntries(defaults.filter(([, value]) => value !== undefined)), {
    messages: 10,
    ttl: 'PT1H',
    memoryId: '{{ labels.system.correlationId }}',
    drop: 'NEVER',
    port: 6379,
  })
})

test('every known type can be documented, and not one of them is said to run without a plugin', () => {
  const documents = [...catalogue.names()].flatMap(name => catalogue.resolve(name) ?? []).map(describeType)
  const plugins = documents.filter(({ cls }) => !cls.startsWith('io.kestra.plugin.core.'))

  assert.ok(documents.length > 900)
  assert.deepEqual(
    plugins.filter(({ implemented }) => implemented),
    [],
  )
})
