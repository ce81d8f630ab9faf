// What a simulation says, counted by days, against another one, and as a calendar file.

export interface Fire {
  readonly at: string
  /** With the offset of the zone then. */
  readonly local: string
}

export interface FireDay {
  readonly date: string
  readonly count: number
}

/** All days from the first to the last, also those without; by the clock of the zone. */
export function daysOf(fires: readonly Fire[], max: number): readonly FireDay[] {
  const counts = new Map<string, number>()
  for (const { local } of fires) {
    const date = local.slice(0, 10)
    counts.set(date, (counts.get(date) ?? 0) + 1)
  }
  const [first] = counts.keys()
  const last = [...counts.keys()].at(-1)
  if (first === undefined || last === undefined) return []
  const startMs = Date.parse(`${first}T00:00:00Z`)
  const length = Math.round((Date.parse(`${last}T00:00:00Z`) - startMs) / DAY_MS) + 1
  return Array.from({ length: Math.min(length, max) }, (_, index) => {
    const date = new Date(startMs + index * DAY_MS).toISOString().slice(0, 10)
    return { date, count: counts.get(date) ?? 0 }
  })
}

const DAY_MS = 86_400_000

/** How many dates the new schedule has that the old one has not, and the other way round, as far as both are known. */
export function compareFires(
  old: readonly Fire[],
  next: readonly Fire[],
): { readonly added: number; readonly removed: number } {
  const until = [old.at(-1)?.at, next.at(-1)?.at].filter(at => at !== undefined).sort()[0] ?? ''
  const within = (fires: readonly Fire[]): ReadonlySet<string> =>
    new Set(fires.map(({ at }) => at).filter(at => old.length === 0 || next.length === 0 || at <= until))
  const [before, after] = [within(old), within(next)]
  return {
    added: [...after].filter(at => !before.has(at)).length,
    removed: [...before].filter(at => !after.has(at)).length,
  }
}

const CRLF = '\r\n'

/** As calendars read it: one event of fifteen minutes per date. */
export function icalOf(name: string, fires: readonly Fire[]): string {
  const stamp = (iso: string): string => iso.replace(/[-:]|\.\d+/g, '')
  const text = name.replace(/[\\;,]/g, letter => `\\${letter}`)
  const events = fires.flatMap(({ at }) => [
    'BEGIN:VEVENT',
    `UID:${stamp(at)}-${encodeURIComponent(name)}@batuta`,
    `DTSTAMP:${stamp(at)}`,
    `DTSTART:${stamp(at)}`,
    'DURATION:PT15M',
    `SUMMARY:${text}`,
    'END:VEVENT',
  ])
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Batuta//Schedule//EN', ...events, 'END:VCALENDAR', ''].join(CRLF)
}
