// One table for all, and under it what its columns do not say: what an acknowledgement promises, what is kept, why a row is empty.
import type { Figures } from '../harness/figures.ts'
import type { LoopResult } from './closed-loop.ts'
import type { Row } from './measure.ts'

const NONE = '–'
const HEADINGS: readonly string[] = [
  'peer',
  'store',
  '3 steps, 1 client: p50 ms',
  'p95 ms',
  'n',
  '3 steps, 32 clients: /s',
  'p50 ms',
  '2 steps: acknowledged /s',
  'ended /s',
  'start → first result s',
  'memory at rest MB',
  'under load MB',
  'load average before',
]

export function printTable(rows: readonly Row[], machine: Figures): string {
  const lines = [HEADINGS, HEADINGS.map(() => '---'), ...rows.map(cellsOf)].map(cells => `| ${cells.join(' | ')} |`)
  return `${lines.join('\n')}\n\n${rows.map(noteOf).join('\n')}\n\nMachine: ${JSON.stringify(machine)}\n`
}

function cellsOf({ title, store, figures, loadAverage: load }: Row): readonly string[] {
  if (figures === undefined) return [title, store, ...HEADINGS.slice(2).map(() => NONE)]
  const { alone, together } = figures
  return [
    title,
    store,
    inMs(alone.p50, alone),
    inMs(alone.p95, alone),
    String(alone.done),
    rate(figures.togetherPerSecond, together),
    inMs(together.p50, together),
    rate(figures.acknowledgedPerSecond, figures.starts),
    String(figures.endedPerSecond),
    (figures.firstResultMs / 1000).toFixed(2),
    String(figures.restMB),
    String(figures.loadMB),
    load.join(' '),
  ]
}

function noteOf({ title, store, version, durable, stored, how, at, figures, reason }: Row): string {
  const facts = `- **${title}, ${store}** (${version}; ${at}): acknowledged = ${durable}; stored: ${stored}; ${how}.`
  if (figures === undefined) return `${facts} No figures: ${(reason ?? 'not run').split('\n', 1)[0]}`
  const { starts, ended, together, alone } = figures
  const causes = [alone, together, starts].flatMap(({ cause }) => cause ?? [])
  const failures = causes.length === 0 ? '' : ` First failures: ${causes.join('; ')}.`
  return `${facts} Of ${starts.done} acknowledged starts ${ended} had ended 15 s after the last.${failures}`
}

function inMs(ms: number, { done }: LoopResult): string {
  return done === 0 ? NONE : ms.toFixed(ms < 100 ? 1 : 0)
}

function rate(perSecond: number, { done, failed }: LoopResult): string {
  const failures = failed > 0 ? ` (${failed} failed)` : ''
  return done === 0 ? `${NONE}${failures}` : `${perSecond}${failures}`
}
