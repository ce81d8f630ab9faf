import type { ExecutionState } from './state.ts'

export type Wait = 'nothing' | 'job' | 'timer' | 'signal' | 'child' | 'limit' | 'human'

/** What has to come before the execution goes on; null when it has ended. `nothing`: it could go on now, or must ask the world again. */
export function waitsFor(state: ExecutionState): Wait | null {
  if (state.isEnded) return state.timers.size > 0 ? 'timer' : null
  if (state.isHeld) return 'human'
  if (state.slot?.type === 'waits') return 'limit'
  if (state.agenda.length > 0 || state.asked.size > 0) return 'nothing'
  if (state.awaited.size > 0) return 'job'
  if (state.timers.size > 0) return 'timer'
  if (state.children.size > 0) return 'child'
  return 'signal'
}
