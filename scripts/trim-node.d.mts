export const KEPT_OF_NODE: readonly string[]
export function packedNodeOf(root: string): string
export function trimPackedNode(root: string, hasOwnNode: boolean): void
