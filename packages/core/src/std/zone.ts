// Offsets of time zones at an instant, fast enough to be asked on every tick. `Intl` knows the zones but needs microseconds and an
// object per answer, so answers are kept per stretch of a day and a half; only the rare stretch with a change in it is searched.

/** 2^27 ms, about 37 hours: no zone changes its offset twice within one since 1970. */
const CHUNK_MS = 2 ** 27
/** Answers kept per zone: some seven years of consecutive days. */
const CHUNKS_MAX = 2048
const ZONES_MAX = 512

interface Chunk {
  readonly beforeMs: number
  readonly afterMs: number
  /** When the offset changes from before to after; infinite when it does not. */
  readonly changesAt: number
}

export interface Zone {
  readonly id: string
  /** Undefined for a fixed offset: whoever needs no more than UTC does without the tables of `Intl`, 9 MB and 15 ms. */
  readonly format: Intl.DateTimeFormat | undefined
  readonly chunks: Map<number, Chunk>
  readonly fixedOffsetMs: number | undefined
}

const zones = new Map<string, Zone>()

/** The zone with this id (`Europe/Berlin`, `UTC`, `Z`, `+02:00`, `GMT+2`, `EST5EDT`), undefined when nobody knows it. */
export function findZone(id: string): Zone | undefined {
  const known = zones.get(id)
  if (known !== undefined) return known
  const zone = openZone(id)
  if (zone === undefined) return undefined
  if (zones.size >= ZONES_MAX) zones.clear()
  zones.set(id, zone)
  return zone
}

/** How far the zone's clocks are ahead of UTC at that instant. */
export function zoneOffsetMs(zone: Zone, instantMs: number): number {
  if (zone.fixedOffsetMs !== undefined) return zone.fixedOffsetMs
  const chunk = chunkAt(zone, Math.floor(instantMs / CHUNK_MS))
  return instantMs < chunk.changesAt ? chunk.beforeMs : chunk.afterMs
}

/**
 * The instants at which the zone's clocks show the local time (given as if it were UTC): one, two where it occurs twice, and none
 * in a gap; `gapEndsAt` is then the first instant after the gap.
 */
export function instantsOf(zone: Zone, localMs: number): { instants: readonly number[]; gapEndsAt?: number } {
  const before = zoneOffsetMs(zone, localMs - CHUNK_MS)
  const after = zoneOffsetMs(zone, localMs + CHUNK_MS)
  if (before === after && zoneOffsetMs(zone, localMs - before) === before) return { instants: [localMs - before] }
  const instants = [...new Set([localMs - before, localMs - after])]
    .filter(instant => instant + zoneOffsetMs(zone, instant) === localMs)
    .sort((a, b) => a - b)
  if (instants.length > 0) return { instants }
  return {
    instants,
    gapEndsAt: changeBetween(zone, localMs - Math.max(before, after) - 1, localMs - Math.min(before, after)),
  }
}

/** The first instant with the later offset, given two instants around exactly one change. */
export function changeBetween(zone: Zone, fromMs: number, toMs: number): number {
  const target = zoneOffsetMs(zone, toMs)
  let low = fromMs
  let high = toMs
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (zoneOffsetMs(zone, middle) === target) high = middle
    else low = middle
  }
  return high
}

function openZone(id: string): Zone | undefined {
  if (id.length > 64) return undefined
  const fixedOffsetMs = parseOffset(id)
  if (fixedOffsetMs !== undefined) return { id, format: undefined, chunks: new Map(), fixedOffsetMs }
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' })
    return { id, format, chunks: new Map(), fixedOffsetMs }
  } catch {
    // RangeError is how Intl says that it does not know a zone.
    return undefined
  }
}

/** Java's fixed zones: `Z`, `+2`, `+02:00`, `UTC+2`, `GMT-03:30`. */
function parseOffset(id: string): number | undefined {
  if (id === 'Z' || id === 'UTC' || id === 'GMT' || id === 'UT') return 0
  const match = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?([0-5]\d)(?::?([0-5]\d))?)?$/.exec(id)
  if (match === null) return undefined
  const [, sign, hours, minutes, seconds] = match
  const ms = (Number(hours) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000
  if (ms > 18 * 3_600_000) return undefined
  return sign === '-' ? -ms : ms
}

function chunkAt(zone: Zone, index: number): Chunk {
  const known = zone.chunks.get(index)
  if (known !== undefined) return known
  const chunk = measureChunk(zone, index * CHUNK_MS)
  if (zone.chunks.size >= CHUNKS_MAX) zone.chunks.clear()
  zone.chunks.set(index, chunk)
  return chunk
}

function measureChunk(zone: Zone, fromMs: number): Chunk {
  const beforeMs = measureOffset(zone, fromMs)
  const afterMs = measureOffset(zone, fromMs + CHUNK_MS - 1)
  if (beforeMs === afterMs) return { beforeMs, afterMs, changesAt: Infinity }
  let low = fromMs
  let high = fromMs + CHUNK_MS - 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (measureOffset(zone, middle) === beforeMs) low = middle
    else high = middle
  }
  return { beforeMs, afterMs, changesAt: high }
}

/** `longOffset` reads `GMT`, `GMT+05:30` or, for years long gone, `GMT-00:25:21`. */
function measureOffset(zone: Zone, instantMs: number): number {
  const text = zone.format?.format(instantMs) ?? ''
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
  if (match?.[1] === undefined) return 0
  const ms = (Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)) * 1000
  return match[1] === '-' ? -ms : ms
}

/** ISO 8601 with the offset of the zone: `2027-03-28T03:00:00+02:00`, `…Z` at UTC; milliseconds only when there are any. */
export function formatZoned(instantMs: number, zone: Zone): string {
  const offsetMs = zoneOffsetMs(zone, instantMs)
  const local = new Date(instantMs + offsetMs).toISOString().replace(/(\.000)?Z$/, '')
  if (offsetMs === 0) return `${local}Z`
  const minutes = Math.abs(offsetMs) / 60_000
  const text = [minutes / 60, minutes % 60].map(part => String(Math.floor(part)).padStart(2, '0')).join(':')
  return `${local}${offsetMs < 0 ? '-' : '+'}${text}`
}
