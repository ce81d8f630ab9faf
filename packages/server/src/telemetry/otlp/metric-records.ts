// Families as metrics of OTLP: what counts up is a cumulative sum since the start of the server.
import type { Family, Labels, Sample } from '../family.ts'
import { attributeList, nanoText } from './otlp-json.ts'

export interface Period {
  readonly startedMs: number
  readonly nowMs: number
}

const CUMULATIVE = 2

export function metricTexts(families: readonly Family[], period: Period): readonly string[] {
  return families.filter(({ samples }) => samples.length > 0).map(family => JSON.stringify(metricOf(family, period)))
}

function metricOf(family: Family, period: Period): unknown {
  const { name, help: description, samples } = family
  switch (family.type) {
    case 'gauge':
      return { name, description, gauge: { dataPoints: samples.map(sample => numberPoint(sample, period)) } }
    case 'counter':
      return {
        name,
        description,
        sum: {
          dataPoints: samples.map(sample => numberPoint(sample, period)),
          aggregationTemporality: CUMULATIVE,
          isMonotonic: true,
        },
      }
    case 'histogram':
      return {
        name,
        description,
        histogram: { dataPoints: pointsOf(samples, period, histogramPoint), aggregationTemporality: CUMULATIVE },
      }
    case 'summary':
      return { name, description, summary: { dataPoints: pointsOf(samples, period, summaryPoint) } }
  }
}

function numberPoint({ labels = {}, value }: Sample, period: Period): unknown {
  return { ...pointHead(labels, period), asDouble: value }
}

function pointHead(labels: Labels, { startedMs, nowMs }: Period): Readonly<Record<string, unknown>> {
  return {
    attributes: attributeList(labels),
    startTimeUnixNano: nanoText(startedMs),
    timeUnixNano: nanoText(nowMs),
  }
}

type MakePoint = (group: readonly Sample[]) => Readonly<Record<string, unknown>>

/** The samples of one set of labels are one point. */
function pointsOf(samples: readonly Sample[], period: Period, make: MakePoint): readonly unknown[] {
  const groups = Map.groupBy(samples, ({ labels = {} }) => JSON.stringify({ ...labels, le: undefined }))
  return [...groups.values()].map(group => {
    const { le: _, ...labels } = group[0]?.labels ?? {}
    return { ...pointHead(labels, period), ...make(group) }
  })
}

function histogramPoint(group: readonly Sample[]): Readonly<Record<string, unknown>> {
  const buckets = group.filter(({ suffix }) => suffix === '_bucket')
  const bounds = buckets.map(({ labels }) => labels?.['le'] ?? '').filter(bound => bound !== '+Inf')
  return {
    ...summaryPoint(group),
    explicitBounds: bounds.map(Number),
    // Theirs do not add up, ours do.
    bucketCounts: buckets.map(({ value }, index) => String(value - (buckets[index - 1]?.value ?? 0))),
  }
}

function summaryPoint(group: readonly Sample[]): Readonly<Record<string, unknown>> {
  const valueOf = (suffix: string): number => group.find(sample => sample.suffix === suffix)?.value ?? 0
  return { count: String(valueOf('_count')), sum: valueOf('_sum') }
}
