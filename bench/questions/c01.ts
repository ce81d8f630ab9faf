// The server is killed again and again under load: what it acknowledged must be there once, and how soon it is ready again with so much behind it.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { webhookPath } from '../harness/api.ts'
import { readFlow, startBenchServer } from '../harness/bench-server.ts'
import { median } from '../harness/calibrate.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import type { Question } from '../harness/question.ts'
import { startServer, type ServerProcess } from '../harness/server-process.ts'
import type { LoadResult } from '../load/plan.ts'

const ROUNDS = 5
const ROUNDS_FULL = 100
const CLIENTS = 64
const LOAD_MS = 2_500
const KILL_FROM_MS = 800
const KILL_SPAN_MS = 1_200
const SAMPLES_MAX = 100_000
const ID_MAX = 500

export const c01: Question = {
  id: 'C01',
  asks: 'The server is killed under load: is everything there that it acknowledged, once, and how soon is it ready again?',
  run: async ask => {
    const target = await startBenchServer(ask, { b01: readFlow('b01') })
    const { database } = target
    const dirs = { dataDir: join(ask.folder, 'data'), flowsDir: join(ask.folder, 'flows'), env: database.env }
    const rounds: Figures[] = []
    let { server } = target
    let missing = 0
    let storedBefore = 0
    try {
      for (let round = 1; round <= (ask.isFull ? ROUNDS_FULL : ROUNDS); round++) {
        const result = await loadAndKill(server)
        server = await startServer(dirs)
        const lost = await countMissing(result.sampleIds, database.rows)
        const [stored] = await database.rows('select count(*) as n, count(distinct id) as ids from executions')
        const [open] = await database.rows('select count(*) as n from executions where waits_for is not null')
        const fewer = Math.max(0, result.acknowledged - (Number(stored?.['n']) - storedBefore))
        storedBefore = Number(stored?.['n'])
        missing += lost + fewer
        rounds.push({
          acknowledged: result.acknowledged,
          looked: result.sampleIds.length,
          missing: lost + fewer,
          stored: Number(stored?.['n']),
          open: Number(open?.['n']),
          readyMs: roundTo(server.readyMs, 0),
        })
        ask.say(JSON.stringify(rounds.at(-1)))
      }
      return {
        rounds: rounds.length,
        missing,
        readyMs: median(rounds.map(({ readyMs }) => Number(readyMs))),
        readyWorstMs: Math.max(...rounds.map(({ readyMs }) => Number(readyMs))),
        byRound: rounds,
        isSound: missing === 0 && rounds.every(({ looked }) => Number(looked) > 0),
        goals: { 'nothing acknowledged is missing': missing === 0 },
      }
    } finally {
      await server.stop()
      await database.close()
    }
  },
}

async function loadAndKill(server: ServerProcess): Promise<LoadResult> {
  const { host, port } = server
  const generator = new Generator()
  try {
    const running = generator.run({
      host,
      port,
      requests: [`GET ${webhookPath('b01')} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`],
      connectionsMax: CLIENTS,
      pace: { type: 'closed' },
      sendMs: LOAD_MS,
      samplesMax: SAMPLES_MAX,
    })
    await sleep(KILL_FROM_MS + Math.random() * KILL_SPAN_MS)
    await server.kill()
    return await running
  } finally {
    generator.stop()
  }
}

async function countMissing(
  ids: readonly string[],
  rows: (text: string, values?: readonly (string | number)[]) => Promise<readonly unknown[]>,
): Promise<number> {
  let missing = 0
  for (let from = 0; from < ids.length; from += ID_MAX) {
    const slice = ids.slice(from, from + ID_MAX)
    const marks = slice.map((_, index) => `$${index + 1}`).join(', ')
    missing +=
      slice.length -
      (await rows(`select id from executions where id in (${marks}) and state = 'SUCCESS'`, slice)).length
  }
  return missing
}
