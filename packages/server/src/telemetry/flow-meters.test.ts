import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePlan, createCatalogue, parseFlow, type Plan } from '@batuta/core'
import { FlowMeters } from './flow-meters.ts'

function planOf(namespace: string, id: string): Plan {
  const source = `id: ${id}\nnamespace: ${namespace}\ntasks:\n  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n`
  const { flow } = parseFlow(source, { catalogue: createCatalogue([]) })
  assert.ok(flow)
  return compilePlan(flow, { tenant: 'main', revision: 1 })
}

test('flows beyond the bound are counted together under another name', () => {
  const meters = new FlowMeters({ detail: 'flow', flowsMax: 2 })

  for (const id of ['one', 'two', 'three', 'four', 'one']) meters.of(planOf('team', id)).flow.started += 1

  assert.deepEqual(
    [...meters.flows.values()].map(({ namespace, flowId, started }) => [namespace, flowId, started]),
    [
      ['team', 'one', 2],
      ['team', 'two', 1],
      ['__other__', '__other__', 2],
    ],
  )
})

test('flows are told apart as finely as was asked for', () => {
  const namesOf = (detail: 'flow' | 'namespace' | 'none'): readonly string[] => {
    const meters = new FlowMeters({ detail, flowsMax: 10 })
    for (const [namespace, id] of [
      ['a', 'x'],
      ['a', 'y'],
      ['b', 'x'],
    ] as const)
      meters.of(planOf(namespace, id))
    return [...meters.flows.values()].map(({ namespace, flowId }) => `${namespace}/${flowId}`)
  }

  assert.deepEqual(namesOf('flow'), ['a/x', 'a/y', 'b/x'])
  assert.deepEqual(namesOf('namespace'), ['a/__other__', 'b/__other__'])
  assert.deepEqual(namesOf('none'), ['__other__/__other__'])
})

test('a plan finds its meters once', () => {
  const meters = new FlowMeters({ detail: 'flow', flowsMax: 10 })
  const plan = planOf('team', 'one')

  assert.equal(meters.of(plan), meters.of(plan))
  assert.equal(meters.of(plan).flow, meters.of(planOf('team', 'one')).flow)
})

test('flows that have not run are there from zero, unless there are too many', () => {
  const meters = new FlowMeters({ detail: 'flow', flowsMax: 2 })

  meters.expect([1, 2, 3].map(number => ({ namespace: 'team', id: `flow-${number}` })))
  assert.equal(meters.flows.size, 0)
  meters.expect([{ namespace: 'team', id: 'one' }])

  const [flow] = meters.flows.values()
  assert.deepEqual(
    [...(flow?.ends ?? [])].map(({ state, timer }) => [state, timer.count]),
    [
      ['SUCCESS', 0],
      ['FAILED', 0],
    ],
  )
})
