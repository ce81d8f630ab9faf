import type { CircuitBreaker } from './flow.ts'
import { durationOf, fieldOf, integerOf, mapOf, missing, refuseUnknown, wrongType } from './reading.ts'
import type { Place } from './reading.ts'

const KEYS: ReadonlySet<string> = new Set(['failures', 'window', 'release'])

/** `circuitBreaker` of a flow or a trigger; Batuta's own. Undefined when there is none or it makes no sense. */
export function parseBreaker(owner: Place): CircuitBreaker | undefined {
  const place = mapOf(owner, 'circuitBreaker')
  if (place === undefined) return undefined
  refuseUnknown(place, KEYS, '`circuitBreaker`')
  for (const key of ['failures', 'window'])
    if (fieldOf(place, key) === undefined) missing(place, key, '`circuitBreaker`')
  const failures = integerOf(place, 'failures')
  const windowMs = durationOf(place, 'window')
  const releaseMs = durationOf(place, 'release')
  const node = fieldOf(place, 'failures')
  const isCounted = failures !== undefined && failures >= 1 && failures <= FAILURES_MAX
  if (failures !== undefined && !isCounted && node !== undefined)
    wrongType(place, 'failures', node, `from 1 to ${FAILURES_MAX}`)
  if (!isCounted || windowMs === undefined) return undefined
  return { failures, windowMs, ...(releaseMs === undefined ? {} : { releaseMs }) }
}

/** As many failed executions are read to judge it. */
const FAILURES_MAX = 100
