// Lines of logs and metrics that go before their execution does.
import { levelMaxOf, splitLines } from '../batch.ts'
import type { LogPurge } from '../store.ts'
import type { BirthOrder } from './birth-order.ts'
import type { Performance, Performers } from './perform.ts'
import { CHUNKS_OF, DELETE_CHUNK, PURGE_METRICS, updateChunk } from './perform.sql.ts'
import { number, text } from './rows.ts'
import { of } from './statement.ts'

export const LOG_PERFORMERS: Pick<Performers, 'purgeLogs' | 'purgeMetrics'> = {
  *purgeLogs(purge, { born }) {
    return yield* purgeLogs(purge, born)
  },
  *purgeMetrics({ executionId }, { born }) {
    return (yield of(PURGE_METRICS, born.is(executionId, 'execution_id'))).length
  },
}

/** Chunk by chunk: of one that has lines to keep the rest stays. */
function* purgeLogs(purge: LogPurge, born: BirthOrder): Performance<number> {
  const own = born.is(purge.executionId, 'execution_id')
  let count = 0
  for (const row of yield of(CHUNKS_OF, own)) {
    const { kept, purged } = splitLines(text(row, 'lines'), purge)
    if (purged === 0) continue
    count += purged
    const place = [...own.values, number(row, 'seq')]
    if (kept.length === 0) yield of(DELETE_CHUNK, { text: own.text, values: place })
    else {
      const values = [JSON.stringify(kept), levelMaxOf(kept), ...place]
      yield of('?', { text: updateChunk(own.text), values })
    }
  }
  return count
}
