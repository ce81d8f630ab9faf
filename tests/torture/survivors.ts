// Processes that belong to a server: its children, and the scripts that carry the mark of this torture. Found before and right after a kill,
// looked for again two seconds later. A process is its id and the moment of its start, for ids are used again.
import { readFileSync, readdirSync } from 'node:fs'

export interface KnownProcess {
  readonly id: number
  readonly startTicks: string
  readonly command: string
}

const PARENT_FIELD = 1
const START_FIELD = 19

export function findScripts(mark: string): readonly KnownProcess[] {
  const entry = `TORTURE_MARK=${mark}`
  return listProcesses().filter(({ id }) => readIfThere(`/proc/${id}/environ`)?.split('\0').includes(entry) === true)
}

export function findChildren(parent: number): readonly KnownProcess[] {
  return listProcesses().filter(({ id }) => Number(statOf(id)?.[PARENT_FIELD]) === parent)
}

/** The children of a process, theirs, and so on. */
export function findDescendants(ancestor: number): readonly KnownProcess[] {
  const all = listProcesses().map(known => ({ known, parent: Number(statOf(known.id)?.[PARENT_FIELD]) }))
  const family = new Set([ancestor])
  for (let size = 0; size < family.size;) {
    size = family.size
    for (const { known, parent } of all) if (family.has(parent)) family.add(known.id)
  }
  return all.filter(({ known }) => known.id !== ancestor && family.has(known.id)).map(({ known }) => known)
}

/** Those that still live; one that has ended and waits to be buried does not. */
export function stillAlive(known: readonly KnownProcess[]): readonly KnownProcess[] {
  return known.filter(({ id, startTicks }) => {
    const stat = statOf(id)
    return stat !== undefined && stat[START_FIELD] === startTicks && stat[0] !== 'Z' && stat[0] !== 'X'
  })
}

function listProcesses(): readonly KnownProcess[] {
  return readdirSync('/proc').flatMap(name => {
    const id = Number(name)
    const stat = Number.isInteger(id) ? statOf(id) : undefined
    if (stat === undefined) return []
    const command = readIfThere(`/proc/${id}/cmdline`)?.replaceAll('\0', ' ').trim() ?? ''
    return [{ id, startTicks: stat[START_FIELD] ?? '', command }]
  })
}

/** The fields after the name: state, parent, … */
function statOf(id: number): readonly string[] | undefined {
  const text = readIfThere(`/proc/${id}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // It has ended, or is not ours.
  }
}
