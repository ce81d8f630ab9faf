import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '../flow/catalogue.ts'
import type { Flow } from '../flow/flow.ts'
import { parseFlow } from '../flow/parse.ts'
import { stopPoints } from './stop-points.ts'

function flowOf(tasks: string): Flow {
  const { flow, diagnostics } = parseFlow(`id: f\nnamespace: n\n${tasks}`, { catalogue: createCatalogue() })
  assert.ok(flow, JSON.stringify(diagnostics))
  return flow
}

const RETURN = 'type: io.kestra.plugin.core.debug.Return'
const FLOW = flowOf(`tasks:
  - { id: a, ${RETURN} }
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [1, 2]
    tasks:
      - { id: b, ${RETURN} }
      - { id: c, ${RETURN} }
      - { id: d, ${RETURN} }
  - { id: e, ${RETURN} }
errors:
  - { id: broken, ${RETURN} }
`)
const NONE: ReadonlySet<string> = new Set()

test('until a task: what comes after it is not begun', () => {
  assert.deepEqual(stopPoints(FLOW, { taskId: 'c', isUntil: true }, NONE), ['d', 'e', 'broken'])
})

test('one task alone: what would have to run first needs outputs to stand in for it', () => {
  assert.deepEqual(stopPoints(FLOW, { taskId: 'c', isUntil: false }, new Set(['a'])), ['b', 'd', 'e', 'broken'])
  assert.deepEqual(stopPoints(FLOW, { taskId: 'c', isUntil: false }, new Set(['a', 'b', 'e'])), ['d', 'e', 'broken'])
})

test('a group runs with what is in it', () => {
  assert.deepEqual(stopPoints(FLOW, { taskId: 'each', isUntil: false }, new Set(['a'])), ['e', 'broken'])
})

test('in a Dag only what it waits for runs before it, wherever it is written', () => {
  const flow = flowOf(`tasks:
  - id: dag
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - { task: { id: free, ${RETURN} } }
      - { task: { id: wanted, ${RETURN} }, dependsOn: [late] }
      - { task: { id: late, ${RETURN} }, dependsOn: [later] }
      - { task: { id: later, ${RETURN} } }
`)

  assert.deepEqual(stopPoints(flow, { taskId: 'wanted', isUntil: true }, NONE), ['free'])
})

test('a task that is not there has no try', () => {
  assert.equal(stopPoints(FLOW, { taskId: 'nobody', isUntil: true }, NONE), undefined)
})
