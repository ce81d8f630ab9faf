import type { ExecutionState } from '../state.ts'
export declare function canonical(state: ExecutionState): string
