import type { Question } from '../harness/question.ts'
import { webhookQuestion } from './webhook-question.ts'

export const b02: Question = webhookQuestion({
  id: 'B02',
  asks: 'The same with five If tasks in sequence and a Log in each: ten task runs.',
  flowId: 'b02',
  rates: [500, 20_000, 100_000],
  goals: perMinuteMax => ({ 'at least 100,000 per minute': perMinuteMax >= 100_000 }),
})
