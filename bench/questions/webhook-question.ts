// What B01 and B02 have in common: a flow behind a webhook, first as fast as it goes, then at constant rates.
import type { Figures } from '../harness/figures.ts'
import { readFlow, startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import { Generator } from '../harness/generator.ts'
import type { Ask, Question, StoreKind } from '../harness/question.ts'
import { measureWebhook, sendLoad, type Measured } from '../harness/webhook-load.ts'
import type { Pace } from '../load/plan.ts'
import { runEngineOnly } from './engine-only.ts'

export interface WebhookQuestion {
  readonly id: string
  readonly asks: string
  readonly flowId: string
  /** Per minute, asked when no rate is given. */
  readonly rates: readonly number[]
  /** What is wanted: by name, whether it was reached. */
  goals(perMinuteMax: number, p99At: ReadonlyMap<number, number>, store: StoreKind): Readonly<Record<string, boolean>>
}

const SECONDS = 20
const WARMUP_SECONDS = 6
const CLIENTS_CLOSED = 128
const CLIENTS_OPEN = 512
const MINUTE_MS = 60_000

export function webhookQuestion(question: WebhookQuestion): Question {
  const { id, asks, flowId } = question
  const run = async (ask: Ask): Promise<Figures> => {
    if (ask.isWithoutHttp) return runEngineOnly(ask, readFlow(flowId))
    const target = await startBenchServer(ask, { [flowId]: readFlow(flowId) })
    const generator = new Generator()
    try {
      const figures = await measure(ask, question, { target, generator })
      return { ...figures, ...target.database.about }
    } finally {
      generator.stop()
      await target.stop()
    }
  }
  return { id, asks, run }
}

interface Rig {
  readonly target: BenchServer
  readonly generator: Generator
}

async function measure(ask: Ask, question: WebhookQuestion, { target, generator }: Rig): Promise<Figures> {
  const { flowId } = question
  const at = async (pace: Pace): Promise<Measured> => {
    const clients = ask.clients ?? (pace.type === 'closed' ? CLIENTS_CLOSED : CLIENTS_OPEN)
    ask.say(pace.type === 'closed' ? `as fast as it goes, ${clients} connections` : `${pace.perMinute} per minute`)
    return await measureWebhook(target, generator, { flowId, pace, seconds: ask.seconds ?? SECONDS, clients })
  }
  ask.say('warming up')
  const warmup = { flowId, pace: { type: 'closed' }, seconds: WARMUP_SECONDS, clients: CLIENTS_CLOSED } as const
  await sendLoad(target, generator, warmup)
  if (typeof ask.rate === 'number') return figuresOf(await at({ type: 'open', perMinute: ask.rate }), ask.rate)
  const max = await at({ type: 'closed' })
  if (ask.rate === 'max') return figuresOf(max, 'max')
  const atRates: Figures[] = []
  const p99At = new Map<number, number>()
  for (const rate of question.rates) {
    const measured = await at({ type: 'open', perMinute: rate })
    p99At.set(rate, measured.load.latencyMs.p99)
    atRates.push({ rate, ...measured.figures, isSound: measured.isSound })
  }
  const perMinuteMax = (max.load.acknowledged / max.load.elapsedMs) * MINUTE_MS
  return { ...figuresOf(max, 'max'), atRates, goals: question.goals(perMinuteMax, p99At, ask.store) }
}

function figuresOf({ figures, verified }: Measured, rate: number | 'max'): Figures {
  return { rate, ...figures, verified }
}
