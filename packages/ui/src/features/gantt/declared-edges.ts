import { flowBlocks, walkBlocks } from '../topology/flow-blocks.ts'

/** By the id of a task in a Dag: those that it waits for. */
export function declaredEdges(document: unknown): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const { block } of walkBlocks(flowBlocks(document).branches))
    if (block.dependsOn) found.set(block.id, block.dependsOn)
  return found
}
