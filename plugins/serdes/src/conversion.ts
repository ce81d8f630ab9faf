// What all conversions have in common.
import { p } from '@batuta/plugin-sdk'
import type { MetricDescription, OutputDescription, Property } from '@batuta/plugin-sdk'

export function fromProperty(format: string): Property<string, 'present'> {
  return p.string().dynamic().required().storageUri().group('main').title(`URI of the ${format} file.`)
}

export function fileOutputs(description: string): readonly OutputDescription[] {
  return [
    { name: 'uri', type: 'uri', description },
    { name: 'size', type: 'long', description: 'Number of rows.' },
  ]
}

export const recordsMetric: MetricDescription = {
  name: 'records',
  type: 'counter',
  unit: 'records',
  description: 'Number of rows converted.',
}
