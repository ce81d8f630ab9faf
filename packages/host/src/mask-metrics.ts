// Measurements are kept and shown as they are: what is secret in their names and tags is not.
import type { Metric, SecretMask } from '@batuta/plugin-sdk'

export function maskMetrics(
  metrics: readonly Metric[],
  mask: Pick<SecretMask, 'isEmpty' | 'apply'>,
): readonly Metric[] {
  if (mask.isEmpty) return metrics
  return metrics.map(metric => ({
    ...metric,
    name: mask.apply(metric.name),
    tags: Object.fromEntries(Object.entries(metric.tags).map(([name, value]) => [mask.apply(name), mask.apply(value)])),
  }))
}
