import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '../flow/catalogue.ts'
import type { Flow } from '../flow/flow.ts'
import { parseFlow } from '../flow/parse.ts'
import { parseYaml } from '../flow/yaml.ts'
import { defaultsOfPolicies, judgePolicies, withPolicyLabels } from './judge-policies.ts'
import { fitsGlob } from './policy-field.ts'
import { readPolicy, type Policy } from './policy.ts'

const CATALOGUE = createCatalogue([])
const FLOW = flowOf(`id: f
namespace: company.team
labels: { owner: ada, team.name: x }
tasks:
  - id: group
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - id: script
        type: io.kestra.plugin.scripts.python.Script
        timeout: PT2H
        containerImage: docker.io/python:3
        taskRunner: { type: io.kestra.plugin.scripts.runner.docker.Docker }
        script: print(1)
  - id: say
    type: io.kestra.core.tasks.log.Log
    message: hi
    timeout: "{{ vars.t }}"
triggers:
  - id: hourly
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 * * * *"
`)

function flowOf(source: string): Flow {
  const { flow, diagnostics } = parseFlow(source, { catalogue: CATALOGUE })
  assert.ok(flow, JSON.stringify(diagnostics))
  return flow
}

function policyOf(rules: string, more = ''): Policy {
  const { policy, problems } = readPolicy(parseYaml(`id: p\n${more}\nrules:\n${rules}`).value ?? null)
  assert.ok(policy, problems.join('; '))
  return policy
}

function brokenBy(policy: Policy, flow = FLOW): readonly string[] {
  const canonicalOf = (type: string): string => CATALOGUE.resolve(type)?.type ?? type
  return judgePolicies(flow, [policy], { canonicalOf }).map(({ path }) => path)
}

test('a type is denied wherever it stands, by any of its names', () => {
  const deny = (operator: string, value: string): readonly string[] =>
    brokenBy(policyOf(`  - { type: Deny, where: [{ field: type, operator: ${operator}, value: "${value}" }] }`))

  assert.deepEqual(deny('EQUAL_TO', 'io.kestra.plugin.scripts.python.Script'), ['tasks[0].tasks[0]'])
  assert.deepEqual(deny('EQUAL_TO', 'io.kestra.core.tasks.log.Log'), ['tasks[1]'])
  assert.deepEqual(deny('EQUAL_TO', 'io.kestra.plugin.core.log.Log'), ['tasks[1]'])
  assert.deepEqual(deny('STARTS_WITH', 'io.kestra.plugin.core.trigger.'), ['triggers[0]'])
  assert.deepEqual(deny('ENDS_WITH', '.docker.Docker'), ['tasks[0].tasks[0].taskRunner'])
  assert.deepEqual(deny('MATCHES', '.*\\\\.nobody\\\\..*'), [])
})

test('labels and properties are required of the flow, and of plugins that are meant', () => {
  assert.deepEqual(
    brokenBy(policyOf('  - { type: Require, on: FLOW, properties: [labels.owner, labels.team.name] }')),
    [],
  )
  assert.deepEqual(brokenBy(policyOf('  - { type: Require, on: FLOW, properties: [labels.cost, description] }')), [
    '',
    '',
  ])
  const timeouts =
    '  - { type: Require, properties: [timeout], where: [{ field: message, operator: NOT_EXISTS }, { field: type, operator: STARTS_WITH, value: io.kestra.plugin.scripts. }] }'
  assert.deepEqual(brokenBy(policyOf(timeouts)), ['tasks[0].tasks[0].taskRunner'])
})

test('values are restricted to some, kept from others, and bounded; an expression is nothing that can be judged', () => {
  const restrict = (rule: string): readonly string[] => brokenBy(policyOf(`  - { type: Restrict, ${rule} }`))

  assert.deepEqual(restrict('property: containerImage, values: ["registry.acme.org/*"]'), [
    'tasks[0].tasks[0].containerImage',
  ])
  assert.deepEqual(restrict('property: containerImage, values: ["docker.io/*:3"]'), [])
  assert.deepEqual(restrict('property: containerImage, denied: ["*python*"]'), ['tasks[0].tasks[0].containerImage'])
  assert.deepEqual(restrict('property: timeout, max: PT1H'), ['tasks[0].tasks[0].timeout', 'tasks[1].timeout'])
  assert.deepEqual(restrict('property: timeout, max: PT3H, expressions: allow'), [])
  assert.deepEqual(restrict('property: taskRunner.type, values: [io.kestra.plugin.core.runner.Process]'), [
    'tasks[0].tasks[0].taskRunner.type',
  ])
  assert.deepEqual(restrict('on: FLOW, property: triggers.type, denied: [io.kestra.plugin.core.trigger.*]'), [
    'triggers.type',
  ])
})

test('what is evaluated or warns blocks nothing, what is disabled, elsewhere or not referred to says nothing', () => {
  const rule = '  - { type: Require, on: FLOW, properties: [description]'
  const of = (policy: Policy): readonly (readonly [boolean, boolean])[] =>
    judgePolicies(FLOW, [policy], { canonicalOf: type => type }).map(
      ({ isBlocking, isEvaluated }) => [isBlocking, isEvaluated] as const,
    )

  assert.deepEqual(of(policyOf(`${rule} }`)), [[true, false]])
  assert.deepEqual(of(policyOf(`${rule}, action: WARN }`)), [[false, false]])
  assert.deepEqual(of(policyOf(`${rule} }`, 'enforcement: EVALUATE')), [[false, true]])
  assert.deepEqual(of(policyOf(`${rule} }`, 'enforcement: DISABLED')), [])
  assert.deepEqual(of(policyOf(`${rule} }`, 'target: { namespaces: [company.teams] }')), [])
  assert.deepEqual(of(policyOf(`${rule} }`, 'target: { namespaces: [company] }')), [[true, false]])
  assert.deepEqual(of(policyOf(`${rule} }`, 'enforcement: REFERENCE')), [])
  const referring = { ...FLOW, policyRefs: ['p'] }
  assert.deepEqual(brokenBy(policyOf(`${rule} }`, 'enforcement: REFERENCE'), referring), [''])
})

test('what is added is a plugin default, or a label', () => {
  const policy = policyOf(`  - type: io.kestra.plugin.ee.rules.Add
    where: [{ field: type, operator: IN, value: [io.a.B, io.c.] }]
    values: { timeout: PT1M }
    override: true
  - { type: Add, on: FLOW, values: { labels: { owner: eve, cost: "1" } } }`)

  assert.deepEqual(defaultsOfPolicies([policy], 'x'), [
    { type: 'io.a.B', forced: true, values: { timeout: 'PT1M' } },
    { type: 'io.c.', forced: true, values: { timeout: 'PT1M' } },
  ])
  assert.deepEqual(
    withPolicyLabels(FLOW, [policy]).labels.map(({ key, value }) => `${key}=${value}`),
    [...['owner=ada', 'team.name=x', 'cost=1']],
  )
  assert.deepEqual(defaultsOfPolicies([{ ...policy, enforcement: 'EVALUATE' }], 'x'), [])
})

test('what is no policy is refused with every problem and its place', () => {
  const { problems } = readPolicy(
    parseYaml(`id: "a b"
enforcement: SOMETIMES
rules:
  - { type: Forbid }
  - { type: Deny, where: [{ field: type, operator: LIKE, value: x }, {}] }
  - { type: Restrict, property: timeout }
  - { type: Add, on: FLOW, values: { tasks: [] } }
`).value ?? null,
  )

  assert.deepEqual(
    problems.map(problem => problem.slice(0, problem.indexOf(':'))),
    [
      'id',
      'enforcement',
      'rules[0].type',
      'rules[1].where[0].operator',
      'rules[1].where[1].field',
      'rules[2].values',
      'rules[3].values',
    ],
  )
})

test('a star stands for any signs', () => {
  for (const [pattern, text, fits] of [
    ['a*', 'abc', true],
    ['*', '', true],
    ['a*c', 'abc', true],
    ['a*c', 'ab', false],
    ['a*b*c', 'axbyc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
  ] as const)
    assert.equal(fitsGlob(pattern, text), fits, `${pattern} ${text}`)
})
