import type { Question } from '../harness/question.ts'
import { webhookQuestion } from './webhook-question.ts'

const GOAL_RATE = 350_000

export const b01: Question = webhookQuestion({
  id: 'B01',
  asks: 'How many executions of two inline tasks does a webhook start per minute, each durable before its answer?',
  flowId: 'b01',
  rates: [2_000, 60_000, 200_000, GOAL_RATE],
  goals: (perMinuteMax, p99At, store) =>
    store === 'postgres'
      ? { 'at least 350,000 per minute': perMinuteMax >= GOAL_RATE }
      : {
          'at least 500,000 per minute': perMinuteMax >= 500_000,
          'p99 below 100 ms at 350,000 per minute': (p99At.get(GOAL_RATE) ?? Infinity) < 100,
        },
})
