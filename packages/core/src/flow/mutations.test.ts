// Flows as people spoil them: lines and values of valid flows are left out, doubled, moved, indented otherwise or exchanged for others. Whatever comes of it
// is judged with line and column, and what is taken compiles.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import test from 'node:test'
import fc, { type Arbitrary } from 'fast-check'
import { writeYaml } from '../flow-test/write-yaml.ts'
import { compilePlan } from '../execution/plan.ts'
import { flowOf, JOB_TYPE } from '../execution/testing/reference/tree.ts'
import { TREE } from '../execution/testing/reference/random-tree.ts'
import type { Value } from '../std/value.ts'
import { createCatalogue } from './catalogue.ts'
import { checkFlow } from './validate.ts'

const CATALOGUE = createCatalogue([{ type: JOB_TYPE, kind: 'task' }])
const EXAMPLES = new URL('../../../../examples/', import.meta.url)
const SOURCES = [
  ...readdirSync(EXAMPLES)
    .filter(name => name.endsWith('.yaml'))
    .map(name => readFileSync(new URL(name, EXAMPLES), 'utf8')),
  ...fc
    .sample(TREE, { numRuns: 60, seed: 7 })
    .map(tree => `id: f\nnamespace: a.b\n${writeYaml(flowOf(tree) as Value)}`),
]

const VALID = SOURCES.filter(source => checkFlow(source, { catalogue: CATALOGUE }).flow)

const SCALARS = [
  ...[
    '',
    '~',
    'true',
    '-1',
    '1.5',
    '0x1f',
    '.inf',
    '2031-02-30',
    'PT',
    'PT1S',
    "''",
    '"',
    '"x',
    "'x",
    '[]',
    '{}',
    '[',
    '{',
  ],
  ...[
    '"{{ inputs.a }}"',
    '"{{ outputs["x"].y }}"',
    '"{{"',
    '"{% if %}"',
    '|',
    '>-',
    '&a x',
    '*a',
    '!!binary x',
    '<<: *a',
  ],
  ...['id', 'io.kestra.plugin.core.flow.Loop', 'core.flow.Dag', 'é😀', 'a: b: c', '- - x', '? x', '%x', '@x', '`x`'],
]

type Mutation = (lines: string[]) => void

const MUTATION: Arbitrary<Mutation> = fc
  .record({
    what: fc.constantFrom('drop', 'double', 'swap', 'indent', 'outdent', 'value', 'key', 'cut', 'tab', 'join'),
    at: fc.nat(10_000),
    to: fc.nat(10_000),
    scalar: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...SCALARS) }, { weight: 1, arbitrary: fc.string() }),
  })
  .map(
    ({ what, at, to, scalar }) =>
      lines =>
        mutate(lines, { what, at: at % lines.length, to: to % lines.length, scalar }),
  )

interface Where {
  readonly what: string
  readonly at: number
  readonly to: number
  readonly scalar: string
}

function mutate(lines: string[], { what, at, to, scalar }: Where): void {
  const line = lines[at] ?? ''
  const set = (text: string): void => void (lines[at] = text)
  if (what === 'drop' && lines.length > 1) lines.splice(at, 1)
  if (what === 'double') lines.splice(to, 0, line)
  if (what === 'swap') [lines[at], lines[to]] = [lines[to] ?? '', line]
  if (what === 'indent') set(`  ${line}`)
  if (what === 'outdent') set(line.replace(/^ {1,2}/, ''))
  if (what === 'value') set(line.replace(/:(?: .*)?$/, () => `: ${scalar}`))
  if (what === 'key') set(line.replace(/[\w.-]+:/, () => `${scalar}:`))
  if (what === 'cut') set(line.slice(0, to % (line.length + 1)))
  if (what === 'tab') set(`\t${line}`)
  if (what === 'join') lines.splice(at, 2, `${line}${lines[at + 1] ?? ''}`)
}

const RUNS = Number(process.env['BATUTA_MUTATIONS'] ?? 1_500)

test('a flow that was spoiled is judged with line and column, and what is taken compiles', t => {
  let taken = 0
  fc.assert(
    fc.property(fc.constantFrom(...VALID), fc.array(MUTATION, { minLength: 1, maxLength: 3 }), (source, mutations) => {
      const lines = source.split('\n')
      for (const change of mutations) change(lines)
      const { flow, diagnostics } = checkFlow(lines.join('\n'), { catalogue: CATALOGUE })

      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      assert.equal(flow === undefined, errors.length > 0)
      for (const { line, column, message } of errors) {
        assert.ok(line !== undefined && line >= 1 && line <= lines.length + 1, `${message}: line ${line}`)
        assert.ok(column !== undefined && column >= 1, `${message}: column ${column}`)
      }
      if (!flow) return
      taken += 1
      assert.ok(compilePlan(flow, { tenant: 'main', revision: 1 }).tasks.length > 0)
    }),
    { numRuns: RUNS },
  )
  t.diagnostic(`${taken} of ${RUNS} were taken`)
  assert.ok(taken > RUNS / 30)
})
