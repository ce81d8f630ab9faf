// The process of this machine behind a number that a sandbox tells: inside, processes are counted anew.
import { readFileSync } from 'node:fs'

const DEPTH_MAX = 4

/** Looks below the process that is given, which may be the one itself; nested numbers need a kernel that shows them (`NSpid`). */
export function findNested(root: number, innerId: number): number | undefined {
  let level = [root]
  for (let depth = 0; depth < DEPTH_MAX && level.length > 0; depth++) {
    const found = level.find(id => innerIdOf(id) === innerId)
    if (found !== undefined) return found
    level = level.flatMap(childrenOf)
  }
  return undefined
}

function innerIdOf(id: number): number | undefined {
  const numbers = /^NSpid:\s+(.*)$/m.exec(readIfThere(`/proc/${id}/status`))?.[1]?.split(/\s+/)
  return numbers === undefined || numbers.length < 2 ? undefined : Number(numbers.at(-1))
}

function childrenOf(id: number): readonly number[] {
  return readIfThere(`/proc/${id}/task/${id}/children`).split(' ').filter(Boolean).map(Number)
}

/** Empty for a process that has ended. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
