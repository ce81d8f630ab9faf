// Stalls of the event loop while Benchmark 1 runs as fast as it goes, and at a constant rate. The machine's other load is in them, and told beside them.
import { Generator } from '../harness/generator.ts'
import { loopEnv, readLoop } from '../harness/loop-figures.ts'
import { readFlow, startBenchServer } from '../harness/bench-server.ts'
import type { Figures } from '../harness/figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { measureWebhook, sendLoad } from '../harness/webhook-load.ts'
import type { Pace } from '../load/plan.ts'

const PACES: readonly Pace[] = [
  { type: 'open', perMinute: 60_000 },
  { type: 'open', perMinute: 200_000 },
  { type: 'closed' },
]
const SECONDS = 10
const WARMUP_SECONDS = 4
const CLIENTS = 128

export const l01: Question = {
  id: 'L01',
  asks: 'How long, and how often above 50 and 100 ms, is the event loop of the server held during Benchmark 1?',
  run: async ask => {
    const runs: Figures[] = []
    for (const pace of PACES) runs.push(await runPace(ask, pace))
    const long = runs.reduce((sum, figures) => sum + Number(figures['ownOver100']), 0)
    return { runs, goals: { 'none above 100 ms that was our own': long === 0 } }
  },
}

/** A server for each, so that what one leaves behind is not another's. */
async function runPace(ask: Ask, pace: Pace): Promise<Figures> {
  const target = await startBenchServer(ask, { b01: readFlow('b01') }, loopEnv(ask.folder))
  const generator = new Generator()
  try {
    const load = { flowId: 'b01', clients: ask.clients ?? CLIENTS }
    await sendLoad(target, generator, { ...load, pace, seconds: WARMUP_SECONDS })
    const before = await readLoop(ask.folder, target.server.pid)
    const { figures, isSound } = await measureWebhook(target, generator, {
      ...load,
      pace,
      seconds: ask.seconds ?? SECONDS,
    })
    const after = await readLoop(ask.folder, target.server.pid)
    const name = pace.type === 'open' ? pace.perMinute : 'max'
    ask.say(`${name} per minute: at most ${after.maxMs} ms, ${after.over50 - before.over50} above 50 ms`)
    return {
      rate: name,
      executionsPerMinute: figures['executionsPerMinute'] ?? 0,
      maxMs: after.maxMs,
      over50: after.over50 - before.over50,
      over100: after.over100 - before.over100,
      ownMaxMs: after.ownMaxMs,
      ownOver50: after.ownOver50 - before.ownOver50,
      ownOver100: after.ownOver100 - before.ownOver100,
      otherLoadShare: figures['otherLoadShare'] ?? 0,
      isSound,
    }
  } finally {
    generator.stop()
    await target.stop()
  }
}
