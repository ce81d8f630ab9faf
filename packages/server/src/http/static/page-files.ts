// What the build of the web page left: `files.json` lists it, and nothing that is not on the list is ever read, so that no path leads out of the
// folder. A build that replaces it under a running server is seen by the list's own age.
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { trust } from '@batuta/core'

export interface PageFile {
  readonly type: string
  readonly size: number
  /** Sizes of the compressed forms beside it. */
  readonly br?: number
  readonly gz?: number
}

export interface PageFiles {
  readonly files: ReadonlyMap<string, PageFile>
  /** What every page asks first, below `/api/v1`. */
  readonly everywhere: string | undefined
  /** Path below `/ui` → the first question of that page, below `/api/v1/{tenant}`. */
  readonly firstCalls: Readonly<Record<string, string>>
  /** What a page needs beyond what all have, by a pattern of paths below `/ui`; the first that fits counts. */
  readonly programs: readonly { readonly pattern: RegExp; readonly files: readonly string[] }[]
  readonly index: string
  /** For `script-src`: of the scripts that stand in the index. */
  readonly scriptHashes: readonly string[]
}

const LIST = 'files.json'
const INDEX = 'index.html'
const INLINE_SCRIPT = /<script>([\s\S]*?)<\/script>/g

/** Undefined while nothing is built. */
export function openPageFiles(folder: string): () => PageFiles | undefined {
  let known: { readonly mtimeMs: number; readonly files: PageFiles } | undefined
  return () => {
    const stat = statSync(join(folder, LIST), { throwIfNoEntry: false })
    if (stat === undefined) return known?.files
    if (known?.mtimeMs !== stat.mtimeMs) known = { mtimeMs: stat.mtimeMs, files: read(folder) }
    return known.files
  }
}

interface FileList {
  readonly files: Record<string, PageFile>
  readonly everywhere?: string
  readonly firstCalls: Record<string, string>
  readonly programs?: readonly { readonly pattern: string; readonly files: readonly string[] }[]
}

function read(folder: string): PageFiles {
  const list = trust<FileList>(JSON.parse(readFileSync(join(folder, LIST), 'utf8')))
  const index = readFileSync(join(folder, INDEX), 'utf8')
  const scriptHashes = [...index.matchAll(INLINE_SCRIPT)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  )
  const programs = (list.programs ?? []).map(({ pattern, files }) => ({ pattern: new RegExp(pattern), files }))
  const { everywhere, firstCalls } = list
  return { files: new Map(Object.entries(list.files)), everywhere, firstCalls, programs, index, scriptHashes }
}
