import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTemplate, divergesBetweenDialects } from './check.ts'

function findings(source: string): readonly string[] {
  return checkTemplate(source, { dialect: 1 }).map(({ severity, kind, line, column, suggestion }) =>
    `${severity} ${kind} ${line}:${column} ${suggestion ?? ''}`.trim(),
  )
}

test('a sound template has no findings', () => {
  assert.deepEqual(findings("{{ inputs.a | date('yyyy-MM-dd', timeZone='Europe/Paris') }} {{ v | jq('.a[]') }}"), [])
})

test('an error of syntax is found with its place', () => {
  assert.deepEqual(findings('ok\n{{ a. }}'), ['error SYNTAX 2:7'])
})

test('unknown names are found all at once, with what was meant', () => {
  assert.deepEqual(findings('{{ a | jsonify }} {{ b | uper }} {{ nwo() }} {{ 1 is evn }}'), [
    'error UNKNOWN 1:8',
    'error UNKNOWN 1:26 upper',
    'error UNKNOWN 1:37 now',
    'error UNKNOWN 1:54 even',
  ])
})

test('superfluous and misspelt arguments are found', () => {
  assert.deepEqual(findings("{{ 'a' | upper(1) }} {{ range(1, 2, 3, 4) }} {{ a | date(timezone='UTC') }}"), [
    'error ARGUMENT 1:25',
    'error ARGUMENT 1:53 timeZone',
  ])
})

test('constants that cannot work are found before anything runs', () => {
  const sources = [
    "{{ a | date('yyyy-MM-ddTHH') }}",
    "{{ a | date('iso', timeZone='Mars/Olympus') }}",
    "{{ a | date('YYYY-MM-dd') }}",
    "{{ a | dateAdd(1, 'days') }}",
    "{{ a | jq('.[') }}",
    "{{ a | regexMatch('(') }}",
    "{{ a | split('(?=x)') }}",
    "{{ a | numberFormat('0#0') }}",
  ]

  assert.deepEqual(
    sources.flatMap(source => checkTemplate(source, { dialect: 1 }).map(finding => finding.kind)),
    ['ARGUMENT', 'ARGUMENT', 'ARGUMENT', 'ARGUMENT', 'VALUE', 'VALUE', 'VALUE', 'ARGUMENT'],
  )
})

test('a length in a shell script is warned of, for it opens a comment', () => {
  assert.deepEqual(findings('echo ${#list[@]} #}'), ['warning SYNTAX 1:7'])
  assert.deepEqual(findings('echo ${#list[@]}'), ['error SYNTAX 1:7', 'warning SYNTAX 1:7'])
})

test('a template that the dialects read differently is known, and parentheses settle it', () => {
  assert.equal(divergesBetweenDialects("{{ a ?? 'x' | upper }}"), true)
  assert.equal(divergesBetweenDialects("{{ (a ?? 'x') | upper }}"), false)
  assert.equal(divergesBetweenDialects("{{ a ?? 'x' }} {{ b | upper }}"), false)
})
