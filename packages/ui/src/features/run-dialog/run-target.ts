// Which flow the dialog is about: `?run=1` is the flow of the page, `?run=company.sales/orders` that one, and without a flow one is asked for.
import type { FlowRef } from '../../lib/paths.ts'

export type RunTarget = FlowRef | 'choose'

export function runTargetOf(run: string | undefined, path: string): RunTarget | undefined {
  if (run === undefined || run === '') return undefined
  if (run === 'choose') return 'choose'
  const named = /^([^/]+)\/([^/]+)$/.exec(run)
  if (named) return { namespace: named[1] ?? '', id: named[2] ?? '' }
  return flowOfPath(path) ?? 'choose'
}

/** Pages of a flow and of its executions. */
export function flowOfPath(path: string): FlowRef | undefined {
  const found = /^\/(?:flows\/edit|executions)\/([^/]+)\/([^/]+)(?:\/|$)/.exec(path)
  if (!found) return undefined
  return { namespace: decodeURIComponent(found[1] ?? ''), id: decodeURIComponent(found[2] ?? '') }
}
