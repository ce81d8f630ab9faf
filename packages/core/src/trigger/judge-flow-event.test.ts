import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fuel } from '../expression/fuel.ts'
import { createCatalogue } from '../flow/catalogue.ts'
import { readFlow } from '../flow/parse.ts'
import type { Flow } from '../flow/flow.ts'
import { trust } from '../std/trust.ts'
import { findZone, type Zone } from '../std/zone.ts'
import type { FlowEvent } from './flow-event.ts'
import { compileFlowListener, type FlowListener } from './flow-listener.ts'
import { judgeFlowEvent, type WindowState } from './judge-flow-event.ts'

const NOW_MS = Date.parse('2026-05-04T13:00:00Z')

function listenerOf(trigger: string): FlowListener {
  const source = `id: down\nnamespace: team\ntasks:\n  - { id: t, type: io.kestra.plugin.core.log.Log, message: x }\ntriggers:\n  - id: after\n    type: io.kestra.plugin.core.trigger.Flow\n${trigger}`
  const flow = trust<Flow>(readFlow(source, { catalogue: createCatalogue([]) }).draft)
  const [first] = flow.triggers
  assert.ok(first)
  return compileFlowListener(flow, first)
}

function ended(flowId: string, more: Partial<FlowEvent> = {}): FlowEvent {
  return {
    executionId: `${flowId}-1`,
    namespace: 'team',
    flowId,
    revision: 1,
    state: 'SUCCESS',
    labels: [],
    outputs: null,
    attempts: [],
    startMs: NOW_MS,
    endMs: NOW_MS,
    lastTaskId: null,
    isFromApi: true,
    context: {},
    ...more,
  }
}

/** Judges one event after the other, keeping the windows. */
class Judge {
  readonly listener: FlowListener
  readonly windows = new Map<string, WindowState>()
  nowMs = NOW_MS

  constructor(trigger: string) {
    this.listener = listenerOf(trigger)
  }

  fires(event: FlowEvent): boolean {
    const scope = {
      lookup: () => undefined,
      nowMs: this.nowMs,
      random: () => 0,
      zone: 'UTC',
      locale: 'en',
      fuel: new Fuel(),
    }
    const judgement = judgeFlowEvent(this.listener, event, {
      scope,
      nowMs: this.nowMs,
      zone: trust<Zone>(findZone('UTC')),
      windowOf: id => this.windows.get(id),
    })
    for (const [id, window] of judgement.windows) {
      if (window) this.windows.set(id, window)
      else this.windows.delete(id)
    }
    return judgement.fires
  }
}

const BOTH = `
    preconditions:
      id: both
      flows:
        - { namespace: team, flowId: a, states: [SUCCESS] }
        - { namespace: team, flowId: b, states: [SUCCESS] }
`

test('preconditions fire once all of them are met, and start over', () => {
  const judge = new Judge(BOTH)

  const fired = ['a', 'a', 'b', 'b', 'a'].map(id => judge.fires(ended(id)))

  assert.deepEqual(fired, [false, false, true, false, true])
})

test('what is not met by state or label does not count', () => {
  const judge = new Judge(BOTH)

  assert.equal(judge.fires(ended('a', { state: 'FAILED' })), false)
  assert.equal(judge.fires(ended('b')), false)
  assert.equal(judge.fires(ended('a')), true)
})

test('a window that is over forgets what was met in it', () => {
  const judge = new Judge(BOTH)
  judge.fires(ended('a'))

  judge.nowMs += 86_400_000

  assert.equal(judge.fires(ended('b')), false)
  assert.equal(judge.fires(ended('a')), true)
})

test('without a reset every further execution that meets a part fires again, and no other', () => {
  const judge = new Judge(`${BOTH}      resetOnSuccess: false\n`)

  const fired = ['a', 'b', 'b', 'c'].map(id => judge.fires(ended(id)))

  assert.deepEqual(fired, [false, true, true, false])
})

test('of many upstreams as many as wanted are enough', () => {
  const judge = new Judge(`
    mode: AT_LEAST
    minSatisfied: 2
    window: { lookback: PT10M }
    dependsOn:
      - { namespace: team, flowId: a }
      - { namespace: team, flowId: b }
      - { namespace: team, flowId: c }
`)

  const fired = ['a', 'c', 'b'].map(id => judge.fires(ended(id)))
  judge.nowMs += 600_001

  assert.deepEqual([...fired, judge.fires(ended('c'))], [false, true, false, false])
})

test('filters look at fields and expressions', () => {
  const judge = new Judge(`
    preconditions:
      id: filtered
      where:
        - id: one
          filters:
            - { field: NAMESPACE, type: IN, values: [team, other] }
            - { field: FLOW_ID, type: REGEX, value: "a.*" }
            - { field: STATE, type: NOT_EQUAL_TO, value: FAILED }
            - { field: EXPRESSION, type: IS_TRUE, value: "{{ labels.size == 'big' }}" }
`)
  const big = { context: { labels: { size: 'big' } } }

  assert.equal(judge.fires(ended('abc', big)), true)
  assert.equal(judge.fires(ended('abc')), false)
  assert.equal(judge.fires(ended('xabc', big)), false)
  assert.equal(judge.fires(ended('abc', { ...big, state: 'FAILED' })), false)
})

test('a MultipleCondition and a plain condition must both hold', () => {
  const judge = new Judge(`
    conditions:
      - { type: io.kestra.plugin.core.condition.ExecutionStatus, in: [SUCCESS] }
      - id: multiple
        type: io.kestra.plugin.core.condition.MultipleCondition
        window: P1D
        conditions:
          a: { type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: team, flowId: a }
          b: { type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: team, flowId: b }
`)

  const fired = [ended('a'), ended('b', { state: 'FAILED' }), ended('b')].map(event => judge.fires(event))

  assert.deepEqual(fired, [false, false, true])
})

test('a listener knows whose executions can matter', () => {
  assert.deepEqual(new Judge(BOTH).listener.upstreams, [
    { namespace: 'team', flowId: 'a' },
    { namespace: 'team', flowId: 'b' },
  ])
  assert.equal(new Judge('    states: [FAILED]\n').listener.upstreams, undefined)
  const byNamespace = new Judge(`
    conditions:
      - { type: io.kestra.plugin.core.condition.ExecutionNamespace, namespace: team }
`)
  assert.deepEqual(byNamespace.listener.upstreams, [{ namespace: 'team' }])
})
