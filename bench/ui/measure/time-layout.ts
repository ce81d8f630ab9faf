// The layout of a drawing is pure: it is timed without a browser, on the flow as the API tells it.
import { flowBlocks } from '../../../packages/ui/src/features/topology/flow-blocks.ts'
import { layOut } from '../../../packages/ui/src/features/topology/layout.ts'
import { BIG_NAMESPACE, NODES } from '../fixture/fixture-flows.ts'
import { medianOf, type Sample } from './figure.ts'

const TIMES = 21

export async function timeLayout(address: string): Promise<Sample> {
  const reply = await fetch(`${address}/api/v1/main/flows/${BIG_NAMESPACE}/wide`)
  const flow: unknown = await reply.json()
  const blocks = flowBlocks(flow)
  const times = Array.from({ length: TIMES }, () => {
    const startMs = performance.now()
    layOut(blocks, { folded: new Set(), isHidden: () => false })
    return performance.now() - startMs
  })
  return { page: `topology of ${NODES}`, what: 'layout', unit: 'ms', most: 10, value: medianOf(times) }
}
