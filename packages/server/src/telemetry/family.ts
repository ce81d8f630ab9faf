// What is measured, as whoever asks gets it: families of samples with labels, made when somebody asks and not before.
import type { Histogram, Timer } from './histogram.ts'

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  /** Behind the name of the family: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string
  readonly labels?: Labels
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly help: string
  readonly samples: readonly Sample[]
}

export interface Title {
  readonly name: string
  readonly help: string
}

export function counter({ name, help }: Title, samples: readonly Sample[] | number): Family {
  return { name, help, type: 'counter', samples: listed(samples) }
}

export function gauge({ name, help }: Title, samples: readonly Sample[] | number): Family {
  return { name, help, type: 'gauge', samples: listed(samples) }
}

export interface Measured<Of> {
  readonly labels?: Labels
  readonly of: Of
}

export function histogram({ name, help }: Title, measured: readonly Measured<Histogram>[]): Family {
  return { name, help, type: 'histogram', samples: measured.flatMap(bucketsOf) }
}

/** A timer becomes a summary without quantiles, and its greatest value a family of its own. */
export function timer(
  { name, help }: Title,
  { measured, nowMs }: { readonly measured: readonly Measured<Timer>[]; readonly nowMs: number },
): readonly Family[] {
  return [
    {
      name,
      help,
      type: 'summary',
      samples: measured.flatMap(({ labels = {}, of }) => [
        { suffix: '_count', labels, value: of.count },
        { suffix: '_sum', labels, value: of.sum },
      ]),
    },
    gauge(
      { name: `${name}_max`, help: `${help} The longest lately.` },
      measured.map(({ labels = {}, of }) => ({ labels, value: of.maxAt(nowMs) })),
    ),
  ]
}

function listed(samples: readonly Sample[] | number): readonly Sample[] {
  return typeof samples === 'number' ? [{ value: samples }] : samples
}

function bucketsOf({ labels = {}, of }: Measured<Histogram>): readonly Sample[] {
  let count = 0
  const buckets = Array.from(of.counts, (part, index): Sample => {
    count += part
    const bound = of.bounds[index]
    return {
      suffix: '_bucket',
      labels: { ...labels, le: bound === undefined ? '+Inf' : String(bound) },
      value: count,
    }
  })
  return [...buckets, { suffix: '_sum', labels, value: of.sum }, { suffix: '_count', labels, value: count }]
}
