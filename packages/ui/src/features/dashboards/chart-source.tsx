import type { ReactNode } from 'react'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { writePlain } from '../editor/yaml/edit-yaml.ts'

/** A chart as its YAML. */
export function ChartSource({ chart, label }: { readonly chart: unknown; readonly label: string }): ReactNode {
  return <CodeBlock label={label} text={writePlain(chart)} />
}

export function sourceOfChart(chart: unknown): string {
  return writePlain(chart)
}
