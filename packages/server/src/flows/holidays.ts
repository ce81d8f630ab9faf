// The calendar of public holidays. It is large and few flows ask it: it is loaded when the first flow that names it is seen, and read from memory
// from then on.
import { BatutaError, type ConditionContext } from '@batuta/core'

const PUBLIC = 'public'
const YEARS_KEPT_MAX = 200

interface Calendar {
  getHolidays(
    year: number,
  ): readonly { readonly date: string; readonly type: string; readonly start: Date; readonly end: Date }[]
}

type OpenCalendar = (country: string, state?: string, region?: string) => Calendar

export class Holidays {
  readonly #country: string
  #open: OpenCalendar | undefined
  #loading: Promise<void> | undefined
  readonly #days = new Map<string, ReadonlySet<string>>()

  /** Whose holidays are meant where a condition names no country. */
  constructor(locale: string) {
    this.#country = /[-_]([A-Z]{2})\b/.exec(locale)?.[1] ?? 'US'
  }

  readonly isHoliday: NonNullable<ConditionContext['isHoliday']> = (isoDate, country, subDivision) => {
    if (!this.#open) throw new BatutaError('question-unknown', 'the calendar of public holidays is still being loaded')
    const place = `${country ?? this.#country}/${subDivision ?? ''}`
    return this.#daysOf(place, Number(isoDate.slice(0, 4)), this.#open).has(isoDate)
  }

  /** The definition of a flow, as text: whoever needs the calendar names its condition. */
  async need(parsed: string): Promise<void> {
    if (this.#open || !parsed.includes('PublicHoliday')) return
    await (this.#loading ??= this.#load())
  }

  async #load(): Promise<void> {
    const { default: DateHolidays } = await import('date-holidays')
    this.#open = (country, state, region) => new DateHolidays(country, state ?? '', region ?? '')
  }

  #daysOf(place: string, year: number, open: OpenCalendar): ReadonlySet<string> {
    const name = `${place}/${year}`
    const known = this.#days.get(name)
    if (known) return known
    const [country = '', subDivision = ''] = place.toUpperCase().split('/')
    const [state, region] = subDivision.replace(`${country}-`, '').split('-')
    const found = open(country, state, region)
      .getHolidays(year)
      .filter(({ type }) => type === PUBLIC)
    const days = new Set(found.map(({ date }) => date.slice(0, 10)))
    if (this.#days.size >= YEARS_KEPT_MAX) this.#days.clear()
    this.#days.set(name, days)
    return days
  }
}
