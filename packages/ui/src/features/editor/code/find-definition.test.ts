import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDefinition } from './find-definition.ts'

const FLOW = `id: a
namespace: company
inputs:
  - id: region
    type: STRING
tasks:
  - id: fetch
    type: x.Return
    format: "{{ inputs.region }}"
  - id: show
    type: x.Log
    message: "{{ outputs.fetch.value }}"
  - id: call
    type: x.Subflow
    namespace: "{{ flow.namespace }}"
    flowId: child
`
const lineAt = (offset: number): string => FLOW.slice(offset).split('\n')[0] ?? ''

test('outputs lead to the task, inputs to the input', () => {
  const output = findDefinition(FLOW, FLOW.indexOf('fetch.value') + 2)
  const input = findDefinition(FLOW, FLOW.indexOf('inputs.region') + 9)

  assert.equal(output?.type === 'place' && lineAt(output.offset), '- id: fetch')
  assert.equal(input?.type === 'place' && lineAt(input.offset), '- id: region')
})

test('the name of a flow leads to that flow', () => {
  assert.deepEqual(findDefinition(FLOW, FLOW.indexOf('child') + 1), { type: 'flow', namespace: 'company', id: 'child' })
})

test('a word that names nothing leads nowhere', () => {
  assert.equal(findDefinition(FLOW, FLOW.indexOf('Subflow')), undefined)
})
