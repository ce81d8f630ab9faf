import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../../lib/api.ts'
import { nowMs } from '../../platform/clock.ts'
import { mistakeOf, valueOutcome, type Outcome } from './explain-result.ts'

export type Context =
  | { readonly type: 'execution'; readonly executionId: string }
  | { readonly type: 'flow'; readonly namespace: string; readonly flowId: string }
  | { readonly type: 'json'; readonly values: unknown }

const WAIT_MS = 250
const LATEST = 20

/** Rendered a moment after the last key. */
export function useRendering(source: string, context: Context | undefined): UseQueryResult<Outcome> {
  const settled = useSettled(source)
  return useQuery({
    queryKey: ['expressions', settled, context],
    queryFn: ({ signal }) => render(settled, context, signal),
    enabled: settled.trim() !== '' && context !== undefined,
    placeholderData: before => before,
  })
}

async function render(source: string, context: Context | undefined, signal: AbortSignal): Promise<Outcome> {
  const { findMistake, renderLocally } = await import('./render-locally.ts')
  if (context === undefined) throw new Error('There is nothing to render with.')
  if (context.type === 'json') {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
    return renderLocally(source, context.values, { nowMs: nowMs(), zone: timeZone, random: () => 0.5 })
  }
  const mistake = findMistake(source)
  if (mistake) return mistake
  const { type: _, ...place } = context
  const { rendered, errors } = await api.misc.renderExpressions({ body: { expressions: [source], ...place }, signal })
  const message = valueAt(errors, source)
  return message === undefined ? valueOutcome(valueAt(rendered, source)) : mistakeOf(String(message))
}

function valueAt(map: unknown, name: string): unknown {
  return typeof map === 'object' && map !== null ? Object.entries(map).find(([key]) => key === name)?.[1] : undefined
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

/** The latest executions, to choose from. */
export function useLatestExecutions(): UseQueryResult<readonly { readonly id: string; readonly title: string }[]> {
  return useQuery({
    queryKey: ['executions', 'latest', LATEST],
    queryFn: async ({ signal }) =>
      (await api.executions.search({ query: { cursor: '', size: LATEST }, signal })).results.map(run => ({
        id: run.id,
        title: `${run.namespace}.${run.flowId} · ${run.state.current}`,
      })),
  })
}
