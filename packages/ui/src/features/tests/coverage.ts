// Which tasks of a flow the cases of its suites came by.
import { flowBlocks, walkBlocks } from '../topology/flow-blocks.ts'

export interface CaseLike {
  readonly tasks?: readonly { readonly id: string }[]
}

export interface Coverage {
  readonly covered: readonly string[]
  readonly missing: readonly string[]
}

/** Undefined where nothing tells it: no run yet, or a flow without tasks. */
export function coverageOf(flow: unknown, cases: readonly CaseLike[]): Coverage | undefined {
  const seen = new Set(cases.flatMap(({ tasks = [] }) => tasks.map(({ id }) => id)))
  const all = [...new Set([...walkBlocks(flowBlocks(flow).branches)].map(({ block }) => block.id))]
  if (all.length === 0 || cases.every(({ tasks }) => tasks === undefined)) return undefined
  return { covered: all.filter(id => seen.has(id)), missing: all.filter(id => !seen.has(id)) }
}
