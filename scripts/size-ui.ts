// npm run size:ui: what each page of the web page makes the browser fetch before it is there, compressed by gzip, against its budget. Ends with 1
// above one of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closure, type Chunk as Program } from './first-programs.ts'

export interface PageSize {
  readonly page: string
  readonly scriptBytes: number
  readonly styleBytes: number
  readonly files: number
  readonly budgetBytes: number
}

interface Chunk extends Program {
  readonly css?: readonly string[]
}

type Manifest = Readonly<Record<string, Chunk>>

const FEATURES = 'src/features/'
const OUT = join(import.meta.dirname, '..', 'dist', 'ui')
const KB = 1_000
const SHELL = 'shell'
const SHELL_BUDGET = 165 * KB
const PAGE_BUDGET = 200 * KB
export const STYLE_BUDGET: number = 20 * KB
/** Pages that may weigh more, by how their file begins. */
const BUDGETS: Readonly<Record<string, number>> = {
  'editor/': 365 * KB,
  topology: 265 * KB,
  dashboards: 225 * KB,
  home: 225 * KB,
  logs: 195 * KB,
}
/** Of parts of a page, by how their file begins or ends. */
const PART_BUDGETS: readonly (readonly [RegExp, number])[] = [
  [/^editor\//, 365 * KB],
  [/topology(-tab)?\.tsx$/, 265 * KB],
  [/logs\.tsx$/, 195 * KB],
]
/** What is fetched beside a page before it shows what it is for: the tabs of a page are programs of their own. */
const PARTS: readonly (readonly [page: string, part: string])[] = [
  ['execution/execution', 'execution/gantt-tab.tsx'],
  ['execution/execution', 'execution/failure-card.tsx'],
  ['execution/execution', 'logs/execution-logs.tsx'],
  ['execution/execution', 'execution/topology-tab.tsx'],
  ['execution/execution', 'execution/outputs-tab.tsx'],
  ['execution/execution', 'execution/debug-tab.tsx'],
  ['flow/flow', 'flow/flow-executions.tsx'],
  ['flow/flow', 'flow/flow-topology.tsx'],
  ['flow/flow', 'flow/flow-triggers.tsx'],
  ['flow/flow', 'flow/flow-logs.tsx'],
  ['flow/flow', 'flow/flow-revisions.tsx'],
  ['flow/flow', 'editor/flow-editor-tab.tsx'],
  ['editor/new-flow', 'editor/new-flow.tsx'],
  ['triggers/triggers', 'views/views-menu.tsx'],
  ['namespaces/namespace', 'namespaces/overview-tab.tsx'],
  ['namespaces/namespace', 'files/files-panel.tsx'],
  ['namespaces/namespace', 'keys/keys-panel.tsx'],
]
/** What these parts show besides. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'execution/topology-tab.tsx': ['topology/topology-canvas.tsx'],
  'flow/flow-topology.tsx': ['topology/topology-canvas.tsx'],
  'execution/failure-card.tsx': ['execution/gantt-tab.tsx', 'execution/facts.tsx'],
}
const PAGE = /^src\/features\/(.+)-page\.tsx$/

export function measurePages(): readonly PageSize[] {
  const manifest = JSON.parse(readFileSync(join(OUT, 'manifest.json'), 'utf8')) as Manifest
  const { files } = JSON.parse(readFileSync(join(OUT, 'files.json'), 'utf8')) as {
    readonly files: Readonly<Record<string, { readonly size: number; readonly gz?: number }>>
  }
  const [entry = ''] = Object.entries(manifest).flatMap(([name, chunk]) => (chunk.isEntry === true ? [name] : []))
  const measure = (page: string, names: readonly string[], budgetBytes = budgetOf(page)): PageSize => {
    const needed = [...new Set(names.flatMap(name => [...closure(manifest, name)]))].map(name => manifest[name])
    const scripts = [...new Set(needed.map(chunk => chunk?.file ?? ''))]
    const styles = [...new Set(needed.flatMap(chunk => chunk?.css ?? []))]
    const sum = (list: readonly string[]): number =>
      list.reduce((bytes, name) => bytes + (files[name]?.gz ?? files[name]?.size ?? 0), 0)
    return {
      page,
      scriptBytes: sum(scripts),
      styleBytes: sum(styles),
      files: scripts.length,
      budgetBytes,
    }
  }
  const pages = Object.keys(manifest).flatMap(name => {
    const page = PAGE.exec(name)?.[1]
    return page === undefined || manifest[name]?.isEntry === true ? [] : [measure(page, [entry, name])]
  })
  const parts = PARTS.map(([page, part]) => {
    const own = [part, ...(MORE[part] ?? [])].map(file => `${FEATURES}${file}`)
    const missing = own.filter(name => manifest[name] === undefined)
    if (missing.length > 0)
      throw new Error(`the page has no program ${missing.join(', ')}: scripts/size-ui.ts names it`)
    const budget = PART_BUDGETS.find(([names]) => names.test(part))?.[1] ?? PAGE_BUDGET
    return measure(`${page} + ${part}`, [entry, `${FEATURES}${page}-page.tsx`, ...own], budget)
  })
  return [measure(SHELL, [entry]), ...[...pages, ...parts].sort((a, b) => b.scriptBytes - a.scriptBytes)]
}

function budgetOf(page: string): number {
  if (page === SHELL) return SHELL_BUDGET
  return Object.entries(BUDGETS).find(([begin]) => page.startsWith(begin))?.[1] ?? PAGE_BUDGET
}

function print(sizes: readonly PageSize[]): void {
  const kb = (bytes: number): string => (bytes / KB).toFixed(1).padStart(8)
  console.log(`${'page'.padEnd(56)}  script   style  files  budget   (kB, gzip)`)
  for (const { page, scriptBytes, styleBytes, files, budgetBytes } of sizes) {
    const isOver = scriptBytes > budgetBytes || styleBytes > STYLE_BUDGET
    console.log(
      `${page.padEnd(56)}${kb(scriptBytes)}${kb(styleBytes)}${String(files).padStart(7)}${kb(budgetBytes)}${isOver ? '  OVER' : ''}`,
    )
    if (isOver) process.exitCode = 1
  }
}

if (import.meta.main) print(measurePages())
