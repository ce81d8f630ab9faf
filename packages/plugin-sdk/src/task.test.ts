import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Value } from '@batuta/core'
import { bindProperties, renderAll } from './lazy-properties.ts'
import { p } from './property.ts'
import { schemaOf } from './property-schema.ts'
import { defineTask } from './task.ts'

const plain = {
  renderText: (template: string): Promise<string> => Promise.resolve(template.replace('{{ n }}', '3')),
  renderDeep: (value: Value): Promise<Value> => Promise.resolve(value),
}

const task = defineTask({
  type: 'io.example.Copy',
  title: 'Copy',
  properties: {
    from: p.string().dynamic().required().storageUri().group('main'),
    times: p.integer().dynamic().default(1),
    wait: p.duration().dynamic(),
    mode: p.enum('FAST', 'SLOW').default('FAST'),
    headers: p.map(p.string()).dynamic(),
    options: p.object({ retries: p.integer().default(2), proxy: p.object({ port: p.integer().required() }) }).dynamic(),
    names: p.list(p.string()).dynamic().alias('name'),
  },
  async run(_ctx, props) {
    const from: string = await props.from.render()
    const wait: number | undefined = await props.wait.render()
    const options = await props.options.render()
    const port: number | undefined = options?.proxy?.port
    return { from, wait, port }
  },
})

test('properties are rendered, converted and given their defaults', async () => {
  const written = {
    from: 'x',
    times: ' {{ n }} ',
    wait: 'PT1M',
    mode: 'slow',
    name: '["a","b"]',
    options: '{"proxy":{"port":"8080"}}',
  }

  const rendered = await renderAll(bindProperties(task.properties, written, plain))

  assert.deepEqual(rendered, {
    from: 'x',
    times: 3,
    wait: 60_000,
    mode: 'SLOW',
    headers: undefined,
    options: { retries: 2, proxy: { port: 8080 } },
    names: ['a', 'b'],
  })
})

test('a value of the wrong type is refused with the name of the property and the value', async () => {
  const props = bindProperties(task.properties, { from: 'x', times: 'many' }, plain)

  await assert.rejects(props.times.render(), { message: 'property "times" must be an integer, not "many"' })
})

test('a required property that is absent is refused by name', async () => {
  const props = bindProperties(task.properties, { options: { proxy: {} } }, plain)

  await assert.rejects(props.from.render(), { message: 'property "from" is required' })
  await assert.rejects(props.options.render(), { message: 'property "options.proxy.port" is required' })
})

test('the schema carries types, annotations and templates', () => {
  const { properties } = schemaOf(task)

  assert.deepEqual(properties['required'], ['from'])
  assert.deepEqual((properties['properties'] as Record<string, unknown>)['times'], {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    default: 1,
    $dynamic: true,
  })
})
