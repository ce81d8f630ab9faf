import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatutaError } from '../std/errors.ts'
import type { Value } from '../std/value.ts'
import { encodeValue } from '../std/value-json.ts'
import { Asked } from './asked.ts'
import type { Request } from './asked.ts'
import { evaluateAsync, renderAsync } from './render-async.ts'
import { compileDeep } from './render-deep.ts'
import { compileTemplate } from './template.ts'
import { scopeOver } from './testing/scope.ts'

test('what touches the world is asked for, not done', () => {
  const template = compileTemplate("{{ secret('TOKEN') }}", { dialect: 1 })

  assert.throws(
    () => template.render(scopeOver()),
    (error: unknown) => error instanceof Asked && error.request.name === 'secret',
  )
})

test('arguments by position and by name make the same request', () => {
  const keyOf = (source: string): string => {
    try {
      compileTemplate(source, { dialect: 1 }).render(scopeOver())
    } catch (error) {
      if (error instanceof Asked) return error.request.key
    }
    return 'not asked'
  }

  assert.equal(keyOf("{{ kv('k', 'ns') }}"), 'kv {"key":"k","namespace":"ns"}')
  assert.equal(keyOf("{{ kv(namespace='ns', key='k') }}"), 'kv {"key":"k","namespace":"ns"}')
})

test('nothing in the language absorbs a request', () => {
  for (const source of [
    "{{ secret('A') ?? 'x' }}",
    "{{ secret('A') | default('x') }}",
    "{{ secret('A') is defined }}",
    "{{ 1 + kv('A') }}",
    "{% if kv('A') %}x{% endif %}",
    "{{ render('{{ kv(1) }}') ?? 'x' }}",
  ]) {
    assert.throws(() => compileTemplate(source, { dialect: 1 }).render(scopeOver()), Asked, source)
  }
})

test('answers are fetched one by one until nothing is missing', async () => {
  const template = compileTemplate("{{ kv('a') }}-{{ kv(kv('a')) }}-{{ read('/x') | upper }}-{{ kv('a') }}", {
    dialect: 1,
  })
  const asked: string[] = []
  const ask = async ({ name, args }: Request): Promise<Value> => {
    asked.push(`${name} ${encodeValue(args)}`)
    return name === 'kv' ? 'b' : 'text'
  }

  const text = await renderAsync(template, scopeOver(), ask)

  assert.equal(text, 'b-b-TEXT-b')
  assert.deepEqual(asked, ['kv {"key":"a"}', 'kv {"key":"b"}', 'read {"path":"/x"}'])
})

test('random numbers are the same in every pass', async () => {
  let next = 0
  const scope = scopeOver({}, { random: () => (next++ % 100) / 100 })
  const template = compileTemplate("{{ randomInt(0, 100) }} {{ http(uri='x' ~ randomInt(0, 100)) }} {{ kv('k') }}", {
    dialect: 1,
  })
  const asked: string[] = []

  const text = await renderAsync(template, scope, async request => {
    asked.push(request.key)
    return 'ok'
  })

  assert.equal(text, '0 ok ok')
  assert.deepEqual(asked, ['http {"uri":"x1"}', 'kv {"key":"k"}'])
})

test('a structure is rendered with answers, too', async () => {
  const compiled = compileDeep({ a: ["{{ secret('S') }}", 1], '{{ kv("k") }}': 2 }, { dialect: 1 })

  const value = await renderAsync(compiled, scopeOver(), async ({ name }) => name)

  assert.deepEqual(value, { a: ['secret', 1], kv: 2 })
})

test('a refused answer fails the rendering', async () => {
  const template = compileTemplate("{{ secret('S') ?? 'x' }}", { dialect: 1 })

  await assert.rejects(
    renderAsync(template, scopeOver(), () => Promise.reject(new Error('no such secret'))),
    /no such secret/,
  )
})

test('questions have a bound', async () => {
  const source = '{% for i in 1..2000 %}{{ kv(i) }}{% endfor %}'

  await assert.rejects(
    evaluateAsync(
      scope => compileTemplate(source, { dialect: 1 }).render(scope),
      scopeOver({}, { limits: { stepsMax: 1e12 } }),
      async () => 1,
    ),
    { kind: 'LIMIT' },
  )
})

test('ids are drawn from the scope', () => {
  const draw = (): string =>
    compileTemplate('{{ uuid() }} {{ id() }} {{ ksuid() }} {{ nanoId() }} {{ nanoId(5, "ab") }}', {
      dialect: 1,
    }).render(scopeOver({}, { random: () => 0.25 }))

  assert.equal(draw(), draw())
  assert.match(
    draw(),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} \w{22} \w{27} [\w-]{21} [ab]{5}$/,
  )
})

test('a question that is refused fails where it was asked, and nothing in the language absorbs that', async () => {
  const refuse = async (): Promise<Value> => {
    throw new BatutaError('key-not-found', 'there is no such key')
  }
  const alone = renderAsync(compileTemplate("{{ kv('a') ?? 'x' }}", { dialect: 1 }), scopeOver(), refuse)
  const together = evaluateAsync(
    scope => {
      try {
        return compileTemplate("{{ kv('a') }}", { dialect: 1 }).render(scope)
      } catch (error) {
        if (error instanceof Asked) throw error
        return 'went on'
      }
    },
    scopeOver(),
    refuse,
  )

  await assert.rejects(alone, { code: 'key-not-found' })
  assert.equal(await together, 'went on')
})
