// Who belongs to an attempt: the processes of its session and group, whoever carries its mark in the environment, and all their
// descendants. A script may leave its group (setsid), lose its parent (a double fork) or clear its environment; only one that does
// all three at once between two looks is missed.
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessTree {
  /** The first process, which leads its own session and group. */
  readonly leader: number
  /** The value of `BATUTA_ATTEMPT` in its environment. */
  readonly mark: string
}

export const MARK_VARIABLE = 'BATUTA_ATTEMPT'
const MARK_ENTRY = `\0${MARK_VARIABLE}=`

interface ProcessRow {
  readonly id: number
  readonly parent: number
  readonly group: number
  readonly session: number
}

/** Living members of the tree; empty where the system has no /proc. Takes about 15 µs per process of the machine. */
export function findMembers(tree: ProcessTree): readonly number[] {
  const rows = readTable()
  const members = new Set<number>()
  for (const row of rows) {
    const isOwn = row.group === tree.leader || row.session === tree.leader || row.id === tree.leader
    if (isOwn || markOf(row.id) === tree.mark) members.add(row.id)
  }
  addDescendants(rows, members)
  return [...members]
}

/** Processes by their mark, for those whose mark begins with the prefix. */
export function findMarked(prefix: string): readonly { readonly id: number; readonly mark: string }[] {
  return readTable().flatMap(({ id }) => {
    const mark = markOf(id)
    return mark?.startsWith(prefix) === true ? [{ id, mark }] : []
  })
}

const COUNT_KEPT_MS = 10_000
let counted = { atMs: Number.NEGATIVE_INFINITY, tasks: 0 }

/** Threads of all processes of our user, as the kernel counts them against its limit; a few seconds old at most. */
export function countOwnTasks(): number {
  const nowMs = performance.now()
  if (nowMs - counted.atMs < COUNT_KEPT_MS || process.platform !== 'linux') return counted.tasks
  const uid = process.getuid?.()
  let tasks = 0
  for (const { id } of readTable()) {
    const status = readProc(`/proc/${id}/status`)
    if (Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === uid) tasks += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1)
  }
  counted = { atMs: nowMs, tasks }
  return tasks
}

function addDescendants(rows: readonly ProcessRow[], members: Set<number>): void {
  for (let before = -1; before !== members.size;) {
    before = members.size
    for (const row of rows) if (members.has(row.parent)) members.add(row.id)
  }
}

function readTable(): readonly ProcessRow[] {
  if (process.platform !== 'linux') return []
  const rows: ProcessRow[] = []
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0)
    if (first < 49 || first > 57) continue
    const row = parseStat(readProc(`/proc/${name}/stat`))
    if (row !== undefined && row.id !== process.pid) rows.push(row)
  }
  return rows
}

/** `pid (name) state parent group session …`; the name may contain anything. Zombies are dead. */
function parseStat(text: string): ProcessRow | undefined {
  const end = text.lastIndexOf(')')
  if (end < 0) return undefined
  const [state, parent, group, session] = text.slice(end + 2).split(' ', 4)
  if (state === 'Z' || state === 'X') return undefined
  return { id: Number.parseInt(text, 10), parent: Number(parent), group: Number(group), session: Number(session) }
}

function markOf(id: number): string | undefined {
  const environment = `\0${readProc(`/proc/${id}/environ`)}`
  const start = environment.indexOf(MARK_ENTRY)
  if (start < 0) return undefined
  const end = environment.indexOf('\0', start + 1)
  return environment.slice(start + MARK_ENTRY.length, end < 0 ? undefined : end)
}

/** Empty when the process is gone or belongs to somebody else. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
