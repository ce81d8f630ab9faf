// An execution as its header tells it.
import type { ExecutionRow } from '../../storage/batch.ts'

export function presentRow({
  id,
  namespace,
  flowId,
  revision,
  state,
  createdMs,
  endMs,
  originalId,
}: ExecutionRow): string {
  const startDate = new Date(createdMs).toISOString()
  const ends = endMs === null ? {} : { endDate: new Date(endMs).toISOString() }
  const histories = [{ state: 'CREATED', date: startDate }, ...(endMs === null ? [] : [{ state, date: ends.endDate }])]
  return JSON.stringify({
    id,
    namespace,
    flowId,
    flowRevision: revision,
    originalId,
    state: { current: state, histories, startDate, ...ends },
  })
}
