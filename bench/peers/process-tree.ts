// A process with all its descendants, by what the kernel says: how much memory they hold together, and their end.
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const PPID_FIELD = 1
const START_FIELD = 19
const END_TIMEOUT_MS = 10_000
const END_POLL_MS = 50

interface Member {
  readonly pid: number
  readonly parent: number
  /** With the id it names one process for ever: ids are used again. */
  readonly started: string
}

export function listTree(root: number): readonly number[] {
  return treeOf(root).map(({ pid }) => pid)
}

/** Proportional set size: a shared page counts for every process that maps it by its share. */
export function residentBytes(pids: readonly number[]): number {
  return [...new Set(pids)].reduce((sum, pid) => sum + residentOf(pid), 0)
}

/** Asks the whole group of the root to end, then ends by id what is left of the tree. */
export async function endTree(root: number): Promise<void> {
  const members = treeOf(root)
  signal(-root, 'SIGTERM')
  for (let waited = 0; waited < END_TIMEOUT_MS && members.some(isThere); waited += END_POLL_MS) await sleep(END_POLL_MS)
  for (const member of [...members, ...treeOf(root)]) if (isThere(member)) signal(member.pid, 'SIGKILL')
  for (let waited = 0; waited < END_TIMEOUT_MS && members.some(isThere); waited += END_POLL_MS) await sleep(END_POLL_MS)
}

function treeOf(root: number): readonly Member[] {
  const all = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => memberOf(Number(name)) ?? [])
  const tree = all.filter(({ pid }) => pid === root)
  for (let at = 0; at < tree.length; at++) tree.push(...all.filter(({ parent }) => parent === tree[at]?.pid))
  return tree
}

function memberOf(pid: number): Member | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? undefined : { pid, parent: Number(fields[PPID_FIELD]), started: fields[START_FIELD] ?? '' }
}

function isThere({ pid, started }: Member): boolean {
  return memberOf(pid)?.started === started
}

function residentOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0) * 1024
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name)
  } catch (error) {
    // It has ended in the meantime, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** A process may end between the listing and the reading. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}
