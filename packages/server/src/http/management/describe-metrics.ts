// Metrics as JSON, in the shape that `/metrics` has in Kestra.
import type { Family, Sample } from '../../telemetry/family.ts'

export function describeMetrics(families: readonly Family[]): unknown {
  return { names: families.filter(({ samples }) => samples.length > 0).map(({ name }) => name) }
}

/** By its own name, or with dots instead of underscores. */
export function describeMetric(families: readonly Family[], name: string): unknown {
  const plain = name.replaceAll('.', '_')
  const found = families.find(family => family.name === plain || family.name === `${plain}_total`)
  if (!found) return undefined
  return {
    name,
    description: found.help,
    measurements: measurementsOf(found),
    availableTags: tagsOf(found.samples),
  }
}

function measurementsOf({ type, samples }: Family): unknown {
  const sum = (suffix: string | undefined): number =>
    samples.reduce((total, sample) => (sample.suffix === suffix ? total + sample.value : total), 0)
  if (type === 'counter') return [{ statistic: 'COUNT', value: sum(undefined) }]
  if (type === 'gauge') return [{ statistic: 'VALUE', value: sum(undefined) }]
  return [
    { statistic: 'COUNT', value: sum('_count') },
    { statistic: 'TOTAL', value: sum('_sum') },
  ]
}

function tagsOf(samples: readonly Sample[]): unknown {
  const tags = new Map<string, Set<string>>()
  for (const { labels = {} } of samples) {
    for (const [tag, value] of Object.entries(labels)) {
      const values = tags.get(tag) ?? new Set()
      tags.set(tag, values.add(value))
    }
  }
  tags.delete('le')
  return [...tags].map(([tag, values]) => ({ tag, values: [...values] }))
}
