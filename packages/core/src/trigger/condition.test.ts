import assert from 'node:assert/strict'
import test from 'node:test'
import { BatutaError } from '../std/errors.ts'
import type { ValueMap } from '../std/value.ts'
import { judgeConditions, judgeWhen } from './condition.ts'
import type { ConditionContext } from './condition.ts'

const TUESDAY = '2030-01-15T09:30:00+01:00'

function contextOf(date: string, more: Partial<ConditionContext> = {}): ConditionContext {
  return {
    flow: { namespace: 'team', id: 'own' },
    render: template => {
      if (template === '{{ trigger.date }}') return date
      if (template === '{{ ghost }}') throw new BatutaError('expression-undefined', 'there is no `ghost`')
      return template
    },
    ...more,
  }
}

function typed(name: string, properties: ValueMap = {}): ValueMap {
  return { type: `io.kestra.plugin.core.condition.${name}`, ...properties }
}

const ON_TUESDAY: readonly (readonly [string, ValueMap, string])[] = [
  ['DayWeek', { dayOfWeek: 'TUESDAY' }, 'holds'],
  ['DayWeek', { dayOfWeek: 'MONDAY' }, 'fails'],
  ['DayWeek', { dayOfWeek: 'WEDNESDAY', date: '2030-01-16T00:30:00+02:00' }, 'holds'],
  ['DayWeekInMonth', { dayOfWeek: 'TUESDAY', dayInMonth: 'THIRD' }, 'holds'],
  ['DayWeekInMonth', { dayOfWeek: 'TUESDAY', dayInMonth: 'LAST' }, 'fails'],
  ['DayWeekInMonth', { dayOfWeek: 'TUESDAY', dayInMonth: 'LAST', date: '2030-01-29T00:00:00Z' }, 'holds'],
  ['Weekend', {}, 'fails'],
  ['Weekend', { date: '2030-01-19T00:00:00Z' }, 'holds'],
  ['TimeBetween', { after: '08:00:00+00:00', before: '09:00:00+00:00' }, 'holds'],
  ['TimeBetween', { after: '09:00:00+00:00' }, 'fails'],
  ['TimeBetween', {}, 'problem'],
  ['DateTimeBetween', { after: '2030-01-15T08:00:00Z', before: '2030-01-15T09:00:00Z' }, 'holds'],
  ['DateTimeBetween', { before: '2030-01-15T08:30:00Z' }, 'fails'],
  ['DateTimeBetween', {}, 'problem'],
  ['Expression', { expression: 'yes' }, 'holds'],
  ['Expression', { expression: '0' }, 'holds'],
  ['Expression', { expression: '  false ' }, 'fails'],
  ['Expression', { expression: ' ' }, 'fails'],
  ['Expression', { expression: '{{ ghost }}' }, 'problem'],
  ['Not', { conditions: [typed('Weekend')] }, 'holds'],
  ['Not', { conditions: [typed('DayWeek', { dayOfWeek: 'TUESDAY' })] }, 'fails'],
  ['Or', { conditions: [typed('Weekend'), typed('DayWeek', { dayOfWeek: 'TUESDAY' })] }, 'holds'],
  ['Or', { conditions: [typed('Weekend')] }, 'fails'],
  ['FlowCondition', { namespace: 'team', flowId: 'own' }, 'holds'],
  ['FlowNamespaceCondition', { namespace: 'te', prefix: true }, 'holds'],
  ['ExecutionFlow', { namespace: 'a', flowId: 'b' }, 'problem'],
  ['PublicHoliday', {}, 'problem'],
  ['Nonsense', {}, 'problem'],
]

for (const [name, properties, outcome] of ON_TUESDAY) {
  test(`on a Tuesday morning, ${name} ${JSON.stringify(properties)} ${outcome}`, () => {
    const judgement = judgeConditions([typed(name, properties)], contextOf(TUESDAY))

    assert.equal(judgement.type, outcome)
  })
}

const EXECUTION = {
  namespace: 'io.kestra.prod',
  flowId: 'up',
  state: 'FAILED',
  labels: [{ key: 'size', value: 'big' }],
  hasOutputs: true,
  attempts: [['FAILED', 'SUCCESS'], ['SUCCESS']],
}

const ON_EXECUTION: readonly (readonly [string, ValueMap, string])[] = [
  ['ExecutionFlow', { namespace: 'io.kestra.prod', flowId: 'up' }, 'holds'],
  ['ExecutionNamespace', { namespace: 'io.k', comparison: 'PREFIX' }, 'holds'],
  ['ExecutionNamespace', { namespace: 'io.k' }, 'fails'],
  ['ExecutionNamespace', { namespace: 'prod', comparison: 'SUFFIX' }, 'holds'],
  ['ExecutionLabels', { labels: { size: 'big' } }, 'holds'],
  ['ExecutionLabels', { labels: [{ key: 'size', value: 'small' }] }, 'fails'],
  ['ExecutionStatus', { in: ['FAILED'] }, 'holds'],
  ['ExecutionStatus', { notIn: ['FAILED'] }, 'fails'],
  ['ExecutionOutputs', { expression: 'true' }, 'holds'],
  ['HasRetryAttempt', { in: ['FAILED'] }, 'holds'],
  ['HasRetryAttempt', { in: ['KILLED'] }, 'fails'],
]

for (const [name, properties, outcome] of ON_EXECUTION) {
  test(`of a failed execution with a retry, ${name} ${JSON.stringify(properties)} ${outcome}`, () => {
    const judgement = judgeConditions([typed(name, properties)], contextOf(TUESDAY, { execution: EXECUTION }))

    assert.equal(judgement.type, outcome)
  })
}

test('the first condition that does not hold tells why', () => {
  const judgement = judgeConditions([typed('DayWeek', { dayOfWeek: 'TUESDAY' }), typed('Weekend')], contextOf(TUESDAY))

  assert.deepEqual(judgement, { type: 'fails', reason: 'Weekend was not met' })
})

test('public holidays come from a calendar that is given', () => {
  const asked: unknown[] = []
  const isHoliday = (...question: readonly unknown[]): boolean => asked.push(question) > 0

  const judgement = judgeConditions([typed('PublicHoliday', { country: 'FR' })], contextOf(TUESDAY, { isHoliday }))

  assert.equal(judgement.type, 'holds')
  assert.deepEqual(asked, [['2030-01-15', 'FR', undefined]])
})

test('`when` goes by the truth of its text', () => {
  assert.equal(judgeWhen('true', contextOf(TUESDAY)).type, 'holds')
  assert.equal(judgeWhen('false', contextOf(TUESDAY)).type, 'fails')
  assert.equal(judgeWhen('{{ ghost }}', contextOf(TUESDAY)).type, 'problem')
})
