// ISO dates, times and instants as the inputs of flows are written, checked to exist and put into one spelling.

const NANOS_PER_SECOND = 1_000_000_000

export interface IsoInstant {
  /** Seconds since 1970. */
  readonly seconds: number
  /** 0 to 999,999,999. */
  readonly nanos: number
}

/** `2031-04-05` → the days since 1970; undefined for what is no date. */
export function parseIsoDate(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text.trim())
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  // 400 years on, where the calendar is the same, for `Date` takes the years 0 to 99 for 1900 to 1999.
  const exact = Date.UTC(year + 400, month - 1, day)
  const moment = new Date(exact)
  if (moment.getUTCMonth() !== month - 1 || moment.getUTCDate() !== day) return undefined
  return Math.round(exact / 86_400_000) - 146_097
}

/** `08:30`, `08:30:15`, `08:30:15.5` → nanoseconds of the day. */
export function parseIsoTime(text: string): number | undefined {
  const match = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(text.trim())
  if (match === null) return undefined
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  return (hours * 3600 + minutes * 60 + seconds) * NANOS_PER_SECOND + Number((match[4] ?? '').padEnd(9, '0'))
}

/** `2031-04-05T06:07:08Z`, with any offset and up to nine digits of a second. */
export function parseIsoInstant(text: string): IsoInstant | undefined {
  const match = /^([^T]+)T([^Z+-]+)(?:Z|([+-])(\d\d):?(\d\d))(?:\[[\w/+-]+\])?$/i.exec(text.trim())
  if (match === null) return undefined
  const days = parseIsoDate(match[1] ?? '')
  const time = parseIsoTime(match[2] ?? '')
  if (days === undefined || time === undefined) return undefined
  const offset = (Number(match[4] ?? 0) * 3600 + Number(match[5] ?? 0) * 60) * (match[3] === '-' ? -1 : 1)
  const nanos = time % NANOS_PER_SECOND
  return { seconds: days * 86_400 + (time - nanos) / NANOS_PER_SECOND - offset, nanos }
}

/** `08:30:15`, with as many digits of a second as it has. */
export function formatIsoTime(nanosOfDay: number): string {
  const nanos = nanosOfDay % NANOS_PER_SECOND
  const seconds = (nanosOfDay - nanos) / NANOS_PER_SECOND
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const text = parts.map(part => String(part).padStart(2, '0')).join(':')
  return nanos === 0
    ? text
    : `${text}.${String(nanos)
        .padStart(9, '0')
        .replace(/(?:000){1,2}$/, '')}`
}

/** In UTC, with that many digits of a second; without a number of digits in groups of three, as many as it takes. */
export function formatIsoInstant({ seconds, nanos }: IsoInstant, digits?: number): string {
  const text = new Date(seconds * 1000).toISOString().slice(0, -5)
  const fraction = String(nanos).padStart(9, '0')
  const shown =
    digits === undefined ? (nanos === 0 ? '' : fraction.replace(/(?:000){1,2}$/, '')) : fraction.slice(0, digits)
  return shown === '' ? `${text}Z` : `${text}.${shown}Z`
}

/** Negative when the first is earlier. */
export function compareInstants(a: IsoInstant, b: IsoInstant): number {
  return a.seconds - b.seconds || a.nanos - b.nanos
}
