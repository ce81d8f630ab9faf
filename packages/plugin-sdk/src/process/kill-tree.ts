// Ends an attempt's processes: asks first, then insists until nobody is left. Members are stopped before they are killed, so that a
// fork loop cannot outrun the search.
import { setTimeout as sleep } from 'node:timers/promises'
import { findMembers } from './process-table.ts'
import type { ProcessTree } from './process-table.ts'

const FIRST_LOOK_MS = 10
const LOOK_MS_MAX = 200
const KILL_PASSES_MAX = 500
const PASS_PAUSE_MS = 10

/** True when nobody survived. */
export async function killTree(tree: ProcessTree, graceMs: number): Promise<boolean> {
  if (graceMs > 0 && (await endsAlone(tree, graceMs))) return true
  for (let pass = 0; pass < KILL_PASSES_MAX; pass++) {
    signalGroup(tree.leader, 'SIGKILL')
    if (isGone(tree)) return true
    const members = findMembers(tree)
    for (const id of members) signalOne(id, 'SIGSTOP')
    for (const id of members) signalOne(id, 'SIGKILL')
    await sleep(PASS_PAUSE_MS)
  }
  return false
}

async function endsAlone(tree: ProcessTree, graceMs: number): Promise<boolean> {
  signalGroup(tree.leader, 'SIGTERM')
  for (const id of findMembers(tree)) signalOne(id, 'SIGTERM')
  let waitMs = FIRST_LOOK_MS
  for (let waitedMs = 0; waitedMs < graceMs; waitedMs += waitMs) {
    await sleep(Math.min(waitMs, graceMs - waitedMs))
    if (isGone(tree)) return true
    waitMs = Math.min(waitMs * 2, LOOK_MS_MAX)
  }
  return false
}

export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  trySignal(-leader, signal)
}

/** True for a group of zombies too: whoever inherited them may take seconds to bury them. */
export function groupExists(leader: number): boolean {
  return trySignal(-leader, 0)
}

function isGone(tree: ProcessTree): boolean {
  if (process.platform === 'linux') return findMembers(tree).length === 0
  return !groupExists(tree.leader)
}

function signalOne(id: number, signal: NodeJS.Signals): void {
  trySignal(id, signal)
}

/** False when there is nobody to signal. */
function trySignal(id: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(id, signal)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
