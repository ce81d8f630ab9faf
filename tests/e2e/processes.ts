// What runs on this machine, as the kernel tells it: for what a script leaves behind, and for the memory of the server and its host.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** Processes whose command line holds the word, but for those that have ended and are not yet taken away. */
export function processesWith(word: string): readonly number[] {
  return listPids().filter(pid => read(pid, 'cmdline').includes(word) && !/\) [ZX]/.test(read(pid, 'stat')))
}

export function childrenOf(parent: number): readonly number[] {
  return listPids().filter(pid => {
    const stat = read(pid, 'stat')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
  })
}

/** The youngest process that works in the folder. A script in a sandbox knows its folder as we do, but not its number. */
export function processIn(folder: string): number | undefined {
  return listPids()
    .filter(pid => folderOf(pid) === folder && !/\) [ZX]/.test(read(pid, 'stat')))
    .at(-1)
}

/** The most memory that the process ever held. */
export function peakMemoryMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1] ?? 0) / 1024
}

function listPids(): readonly number[] {
  return readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? [Number(name)] : []))
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return '' // As below.
  }
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return '' // The process ended between the listing and the look.
  }
}
