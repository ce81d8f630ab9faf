// Measurements are kept and shown as they are: what is secret in their names and tags is not, and one whose value is a secret is left out.
import type { Metric, SecretMask } from '@batuta/plugin-sdk'

export function maskMetrics(
  metrics: readonly Metric[],
  mask: Pick<SecretMask, 'isEmpty' | 'apply' | 'hidesNumber'>,
): readonly Metric[] {
  if (mask.isEmpty) return metrics
  const told = metrics.filter(({ value }) => !mask.hidesNumber(value))
  return told.map(metric => ({
    ...metric,
    name: mask.apply(metric.name),
    tags: Object.fromEntries(Object.entries(metric.tags).map(([name, value]) => [mask.apply(name), mask.apply(value)])),
  }))
}
