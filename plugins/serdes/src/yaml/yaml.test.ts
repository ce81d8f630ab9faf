import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convert, openTestRun, textOf } from '../testing/convert.ts'
import { ionToYaml, jsonToYaml, yamlToIon, yamlToJson } from './yaml-tasks.ts'

test('lists and documents of YAML become rows', async t => {
  const run = await openTestRun(t)
  const text = `%YAML 1.2
---
# people
- name: Ada
  text: |
    - no item
      here
- name: Bob
  n: 9007199254740993

- [1, 2]
---
single: true
...
--- 7
`

  const result = await convert(run, yamlToIon, text)

  assert.equal(
    await textOf(run, result),
    '{"name":"Ada","text":"- no item\\n  here\\n"}\n{"name":"Bob","n":9007199254740993}\n[1,2]\n{"single":true}\n7\n',
  )
  const broken = await convert(run, yamlToIon, '- a: 1\n- b: [\n')
  assert.match(broken.message ?? '', /the YAML that begins in line 2 cannot be read/)
})

test('values go to YAML and back as they were', async t => {
  const run = await openTestRun(t)
  const rows = [
    {
      a: 'yes',
      b: '1.0',
      c: 'line\nline',
      d: 'plain text',
      e: [],
      f: {},
      g: [[1, [2]], { x: 'y' }],
      h: ' lead',
      i: 'a: b # c',
    },
    {
      a: '',
      b: null,
      c: true,
      d: -1.5,
      e: ['- x', '|', 'ü', '\u0007'],
      f: { g: { h: 'end\n\n' } },
      g: [{}],
      'odd key: ': '2020-01-01',
    },
  ]
  const lines = rows.map(row => `${JSON.stringify(row)}\n`).join('')

  const written = await convert(run, ionToYaml, lines)
  const text = await textOf(run, written)
  const read = await convert(run, yamlToJson, text, { jsonl: true })

  assert.deepEqual(
    (await textOf(run, read))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown),
    rows,
    text,
  )
})

test('JSON becomes YAML: one document, or one for each line', async t => {
  const run = await openTestRun(t)

  const one = await convert(run, jsonToYaml, '{"a":{"b":[1,{"c":2}]}}')
  const lines = await convert(run, jsonToYaml, '{"a":1}\n{"a":2}\n', { jsonl: true })
  const back = await convert(run, yamlToJson, await textOf(run, lines))

  assert.equal(await textOf(run, one), 'a:\n  b:\n    - 1\n    - c: 2\n')
  assert.equal(await textOf(run, lines), '---\na: 1\n---\na: 2\n')
  assert.equal(await textOf(run, back), '[{"a":1},{"a":2}]')
})
