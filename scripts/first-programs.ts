// Which programs a page needs beyond those that every page has, by its address: the server names them in the page, so that the browser fetches them while
// it reads the others, and not after it has run them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}

export type Manifest = Readonly<Record<string, Chunk>>

/** The first that an address fits counts. */
export interface FirstPrograms {
  /** A regular expression of paths below `/ui`. */
  readonly pattern: string
  readonly files: readonly string[]
}

const ROUTES = join(import.meta.dirname, '..', 'packages', 'ui', 'src', 'app', 'routes.ts')
const ROUTE = /path:\s*'([^']+)',\s*load: async \(\) => \(await import\('\.\.\/([^']+)'\)\)/g
/** Tabs that somebody opens a page for, beside the page itself. */
const TABS: readonly (readonly [path: string, part: string])[] = [
  ['/executions/$namespace/$flowId/$id/logs', 'features/logs/execution-logs.tsx'],
  ['/executions/$namespace/$flowId/$id/topology', 'features/execution/topology-tab.tsx'],
  ['/executions/$namespace/$flowId/$id/gantt', 'features/execution/gantt-tab.tsx'],
  ['/executions/$namespace/$flowId/$id/overview', 'features/execution/gantt-tab.tsx'],
  ['/executions/$namespace/$flowId/$id', 'features/execution/gantt-tab.tsx'],
  ['/flows/edit/$namespace/$id/edit', 'features/editor/flow-editor-tab.tsx'],
  ['/flows/edit/$namespace/$id/topology', 'features/flow/flow-topology.tsx'],
]
/**
 * Each is a line of the page, which has to stay small: the largest are worth it. What is not among them is asked for only after the programs of the shell
 * have run. Sheets of style are waited for before a program of them runs.
 */
const FILES_MAX = 15
const STYLES_MAX = 5

export function firstPrograms(manifest: Manifest, sizeOf: (file: string) => number): readonly FirstPrograms[] {
  const pages = [...readFileSync(ROUTES, 'utf8').matchAll(ROUTE)].map(([, path = '', source = '']) => ({
    path,
    source,
  }))
  const [entry = ''] = Object.entries(manifest).flatMap(([name, chunk]) => (chunk.isEntry === true ? [name] : []))
  const everywhere = closure(manifest, entry)
  const programs = (path: string, sources: readonly string[]): FirstPrograms => {
    const needed = new Set(sources.flatMap(source => [...closure(manifest, `src/${source}`)]))
    const own = [...needed].filter(name => !everywhere.has(name)).flatMap(name => manifest[name] ?? [])
    const largest = (files: readonly string[], most: number): readonly string[] =>
      [...new Set(files)].sort((one, other) => sizeOf(other) - sizeOf(one)).slice(0, most)
    const styles = largest(
      own.flatMap(({ css = [] }) => css),
      STYLES_MAX,
    )
    const scripts = largest(
      own.map(({ file }) => file),
      FILES_MAX,
    )
    return { pattern: patternOf(path), files: [...styles, ...scripts] }
  }
  const tabs = TABS.map(([path, part]) => {
    const page = pages.find(each => new RegExp(patternOf(each.path)).test(path.replaceAll('$', '')))
    if (!page) throw new Error(`no page of routes.ts has the tab ${path}`)
    return programs(path, [page.source, part])
  })
  return [...tabs, ...pages.map(({ path, source }) => programs(path, [source]))].filter(({ files }) => files.length > 0)
}

/** `$name` is a part of the path, `{-$name}` one that may be absent. */
function patternOf(path: string): string {
  const parts = path
    .split('/')
    .slice(1)
    .map(part => (part.startsWith('{-') ? '(?:/[^/]+)?' : part.startsWith('$') ? '/[^/]+' : `/${part}`))
  return `^${parts.join('')}/?$`
}

/** A chunk and all that it imports at once. */
export function closure(manifest: Manifest, name: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(name) || manifest[name] === undefined) return seen
  seen.add(name)
  for (const other of manifest[name]?.imports ?? []) closure(manifest, other, seen)
  return seen
}
