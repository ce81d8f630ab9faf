import assert from 'node:assert/strict'
import test from 'node:test'
import { Double } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { openPositions } from './positions.ts'
import { readYaml, splitDocuments } from './yaml.ts'
import { valueOf } from './yaml-node.ts'

function valueIn(source: string): Value {
  const { root, problems } = readYaml(source)
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  return root === undefined ? null : valueOf(root)
}

function firstProblem(source: string): { readonly code: string; readonly offset: number } {
  const { problems } = readYaml(source)
  const [first] = problems
  assert.ok(first, 'no problem was found')
  return { code: first.code, offset: first.offset }
}

test('scalars keep the form of their numbers', () => {
  const value = valueIn(
    '{a: 1, b: 4.0, c: 1e3, d: 12345678901234567890, e: 0x1F, f: 0o17, g: -0.5, h: .5, i: "1", j: 2026-01-02}',
  )

  assert.deepEqual(value, {
    a: 1,
    b: new Double(4),
    c: new Double(1000),
    d: 12345678901234567890n,
    e: 31,
    f: 15,
    g: -0.5,
    h: 0.5,
    i: '1',
    j: '2026-01-02',
  })
})

test('empty values, words and tags are read by the core schema', () => {
  const value = valueIn('a:\nb: ~\nc: null\nd: True\ne: FALSE\nf: !!str 12\ng: !!int "7"\nh: ! 1\n')

  assert.deepEqual(value, { a: null, b: null, c: null, d: true, e: false, f: '12', g: 7, h: '1' })
})

test('what YAML 1.1 read differently gets a warning at its place', () => {
  for (const [text, column] of [
    ['a: yes', 4],
    ['a: OFF', 4],
    ['a: 012', 4],
    ['a: 12:30:45', 4],
    ['a: 1_000', 4],
  ] as const) {
    const { root, problems } = readYaml(text)

    assert.equal(problems[0]?.code, 'yaml-1.1', text)
    assert.equal(openPositions(text, root).ofOffset(problems[0]?.offset ?? 0).column, column)
  }
  for (const text of ['a: "yes"', 'a: y', 'a: 10', 'a: 09:30', 'on: push', 'a: 0', 'a: 0.5']) {
    assert.deepEqual(readYaml(text).problems, [], text)
  }
})

test('aliases repeat their node', () => {
  assert.deepEqual(valueIn('a: &x {k: [1]}\nb: *x\n'), { a: { k: [1] }, b: { k: [1] } })
})

const REFUSED: readonly (readonly [string, string, string, number])[] = [
  ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'yaml-duplicate-key', 10],
  ['a merge key', 'a: &x {k: 1}\nb:\n  <<: *x\n', 'yaml-merge-key', 18],
  ['a prototype as key', '__proto__: 1\n', 'yaml-key', 0],
  ['a list as key', '? [a]\n: b\n', 'yaml-key', 0],
  ['a tag that asks for code', 'a: !!js/function x', 'yaml-tag', 3],
  ['an alias without an anchor', 'a: *nope', 'yaml-syntax', 3],
  ['an alias to its own node', 'a: &q [*q]', 'yaml-syntax', 7],
  ['an unclosed list', 'a: [1,', 'yaml-syntax', 3],
  ['a second document', 'a: 1\n---\nb: 2\n', 'yaml-many-documents', 5],
]

for (const [what, source, code, offset] of REFUSED) {
  test(`${what} is refused where it stands`, () => {
    assert.equal(firstProblem(source).code, code)
    assert.ok(Math.abs(firstProblem(source).offset - offset) <= 1, `offset ${firstProblem(source).offset}`)
  })
}

test('a quoted << is a key like any other', () => {
  assert.deepEqual(valueIn('"<<": 1'), { '<<': 1 })
})

const HOSTILE: readonly (readonly [string, string, string])[] = [
  ['a bomb of aliases', bomb(), 'yaml-too-large'],
  ['two megabytes', `a: ${'x'.repeat(2 * 1024 * 1024)}`, 'yaml-too-large'],
  ['half a million letters of three bytes', `a: ${'€'.repeat(500_000)}`, 'yaml-too-large'],
  ['a hundred thousand brackets', '['.repeat(100_000), 'yaml-too-deep'],
  ['three hundred thousand items', `[${'1,'.repeat(300_000)}1]`, 'yaml-too-large'],
  ['a hundred and one aliases', `a: &x 1\nb: [${'*x,'.repeat(101)}]`, 'yaml-too-many-aliases'],
]

function bomb(): string {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x]']
  for (const [index, name] of [...'bcdefgh'].entries())
    lines.push(`${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`)
  return lines.join('\n')
}

for (const [what, source, code] of HOSTILE) {
  test(`${what} is refused at once`, () => {
    const start = performance.now()
    const { code: found } = firstProblem(source)

    assert.equal(found, code)
    // Loosely, for the machine may be busy: what is not bounded takes minutes.
    assert.ok(performance.now() - start < 30_000)
  })
}

test('a mebibyte of ordinary YAML is read in a fraction of a second', () => {
  const task = '  - id: step\n    type: io.kestra.plugin.core.log.Log\n    message: "hello {{ flow.id }}"\n'
  const source = `tasks:\n${task.repeat(Math.floor((1024 * 1024 - 10) / task.length))}`

  const start = performance.now()
  const { root } = readYaml(source)

  assert.ok(root)
  assert.ok(performance.now() - start < 30_000)
})

test('a stream is split at its separators, and empty parts are dropped', () => {
  assert.deepEqual(splitDocuments('# head\n---\na: 1\n---\nb: |\n  --- no\n--- \n'), ['\na: 1\n', '\nb: |\n  --- no\n'])
})

const PLACES = [
  'plain: x {{ here }}',
  "single: 'it''s {{ here }}'",
  'double: "a\\n\\u00e9\\t {{ here }}"',
  'literal: |-\n  one\n    two {{ here }}',
  'literal: |\n\n  one\n\n  {{ here }}\n',
  'folded: >\n  one\n  two\n\n  {{ here }}\n',
  'many: one\n  two {{ here }}',
  'list:\n  - map:\n      deep.er: "x {{ here }}"',
]

for (const source of PLACES) {
  test(`a character of a text is found in the source: ${JSON.stringify(source)}`, () => {
    const { root } = readYaml(source)
    assert.ok(root)
    const path = source.startsWith('list') ? 'list[0].map.deep.er' : source.slice(0, source.indexOf(':'))
    const text = textAt(valueOf(root), path)

    const position = openPositions(source, root).ofCharacter(path, text.indexOf('here'))

    assert.ok(position)
    const line = source.split('\n')[position.line - 1] ?? ''
    assert.equal(line.slice(position.column - 1, position.column + 3), 'here')
  })
}

function textAt(value: Value, path: string): string {
  if (path.startsWith('list'))
    return (value as unknown as { list: [{ map: { 'deep.er': string } }] }).list[0].map['deep.er']
  return (value as Record<string, string>)[path] ?? ''
}
