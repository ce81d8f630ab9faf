// Three inline steps behind a webhook, by one client after the other, by 32 and by 128.
import type { Figures } from '../harness/figures.ts'
import { readFlow, startBenchServer } from '../harness/bench-server.ts'
import { Generator } from '../harness/generator.ts'
import type { Ask, Question } from '../harness/question.ts'
import { measureWebhook, sendLoad } from '../harness/webhook-load.ts'
import { roundTo } from '../harness/figures.ts'

const FLOW = 's01'
const STEPS = 3
const CLIENTS: readonly number[] = [1, 32, 128]
const SECONDS = 8
const WARMUP_SECONDS = 4
const MINUTE_S = 60

export const s01: Question = {
  id: 'S01',
  asks: 'What does a step cost in a workflow of three inline steps, for 1, 32 and 128 clients that each wait for their answer?',
  run: async ask => {
    const target = await startBenchServer(ask, { [FLOW]: readFlow(FLOW) })
    const generator = new Generator()
    try {
      await sendLoad(target, generator, {
        flowId: FLOW,
        pace: { type: 'closed' },
        seconds: WARMUP_SECONDS,
        clients: 128,
      })
      const figures = await measure(ask, rounds => measureWebhook(target, generator, rounds))
      return { ...figures, ...target.database.about }
    } finally {
      generator.stop()
      await target.stop()
    }
  },
}

async function measure(
  ask: Ask,
  at: (load: Parameters<typeof measureWebhook>[2]) => ReturnType<typeof measureWebhook>,
): Promise<Figures> {
  const byClients: Figures[] = []
  let perMinute = 0
  let overheadMs = Infinity
  for (const clients of ask.clients === undefined ? CLIENTS : [ask.clients]) {
    ask.say(`${clients} clients`)
    const { load, isSound } = await at({
      flowId: FLOW,
      pace: { type: 'closed' },
      seconds: ask.seconds ?? SECONDS,
      clients,
    })
    const perSecond = load.acknowledged / (load.elapsedMs / 1000)
    const { p50, p95, p99, max } = load.latencyMs
    overheadMs = Math.min(overheadMs, p50 / STEPS)
    perMinute = Math.max(perMinute, Math.round(perSecond * MINUTE_S))
    byClients.push({ clients, perSecond: Math.round(perSecond), p50, p95, p99, max, failed: load.failed, isSound })
  }
  return {
    executionsPerMinute: perMinute,
    overheadPerStepMs: roundTo(overheadMs, 3),
    byClients,
    goals: { 'below 1 ms per step': overheadMs < 1 },
  }
}
