// The logs and metrics of an execution; a chunk is numbered by its place.
import type { Reads } from '../store.ts'
import type { Tables } from './tables.ts'

export function logReads(tables: Tables): Pick<Reads, 'logsOf' | 'logChunks' | 'metricsOf' | 'metricsAmong'> {
  return {
    logsOf: async ({ executionId, levelMin = 0, limit, offset = 0, isDescending = false }) => {
      const rows = (tables.logs.get(executionId) ?? []).filter(row => row.levelMax >= levelMin)
      return (isDescending ? rows.toReversed() : rows).slice(offset, offset + limit)
    },
    logChunks: async ({ executionId, afterSeq, toSeq = Infinity, text, limit, isDescending = false }) => {
      const wanted = text === undefined ? undefined : lowered(text)
      const rows = (tables.logs.get(executionId) ?? [])
        .map(({ atMs, levelMax, lines }, index) => ({ seq: index + 1, atMs, levelMax, lines }))
        .filter(
          ({ seq, lines }) =>
            seq > afterSeq && seq <= toSeq && (wanted === undefined || lowered(lines).includes(wanted)),
        )
      return (isDescending ? rows.toReversed() : rows).slice(0, limit)
    },
    metricsOf: async id => tables.metrics.get(id) ?? [],
    metricsAmong: async ids => ids.flatMap(id => tables.metrics.get(id) ?? []),
  }
}

/** As the databases do it: letters beyond ASCII stay as they are. */
function lowered(text: string): string {
  return text.replaceAll(/[A-Z]+/g, letters => letters.toLowerCase())
}
