// The lines of one task run: from the ends of what it waited for to its beginning, and from its end to what waited for it. Only what crosses the rows
// in sight is drawn. Nobody needs this program before a row is looked at.
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { formatNumber } from '../../lib/messages.ts'
import { formatDuration } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { criticalPath, type CriticalPath, type RunSpan } from './critical-path.ts'
import { edgeMessages as t } from './edge-messages.ts'
import classes from './gantt.module.css'
import type { GanttRow } from './gantt-tree.ts'
import type { GanttRun } from './gantt-run.ts'
import type { Span } from './gantt-view.ts'
import { openEdges, placeRuns, type EdgeBook, type EdgeSource, type RunEdges } from './run-edges.ts'

/** Of the tree and its rows, looked up until they change. What is looked at is a task run, or the first and the last of an iteration: `id` or `id id`. */
export interface Edges {
  /** The row that is looked at. */
  lookAt(ends: string): EdgeLook | undefined
  /** Where the keys go on: to the row that let it begin last, or to the first that it let begin; or why there is none. */
  nextOf(ends: string, way: Way): number | string
  tell(ends: string): string | undefined
}

export type Way = 'before' | 'after'

export interface EdgeLook {
  readonly first: GanttRun
  readonly last: GanttRun
  readonly edges: RunEdges
  readonly book: EdgeBook
  readonly placeOf: (id: string) => number
  readonly row: number
  /** At the other ends of the lines. */
  readonly rows: ReadonlySet<number>
  readonly told: string | undefined
}

export function readEdges(source: EdgeSource, rows: readonly GanttRow[]): Edges {
  const book = openEdges(source)
  const placeOf = placeRuns(rows, book)
  const edgesOf = (ends: string): RunEdges => {
    const [first = '', last = first] = ends.split(' ')
    return { before: book.of(first).before, after: book.of(last).after }
  }
  return {
    lookAt: ends => {
      const [firstId = '', lastId = firstId] = ends.split(' ')
      const [first, last] = [book.find(firstId)?.run, book.find(lastId)?.run]
      if (!first || !last) return undefined
      const edges = edgesOf(ends)
      const row = placeOf(firstId)
      const rowsOfEnds = [...edges.before, ...edges.after].map(({ id }) => placeOf(id)).filter(end => end !== row)
      return { first, last, edges, book, placeOf, row, rows: new Set(rowsOfEnds), told: tellEdges(edges) }
    },
    nextOf: (ends, way) => {
      const { before, after } = edgesOf(ends)
      const next = way === 'before' ? before.at(-1) : after[0]
      const place = next ? placeOf(next.id) : -1
      return place < 0 ? t(way === 'before' ? 'noneBefore' : 'noneAfter') : place
    },
    tell: ends => tellEdges(edgesOf(ends)),
  }
}

export function findPath(spans: readonly RunSpan[]): CriticalPath & { readonly told: string } {
  const path = criticalPath(spans)
  const { ids, busyMs, totalMs } = path
  const share = totalMs === 0 ? 100 : Math.min(100, Math.round((busyMs / totalMs) * 100))
  const [busy, total] = [formatDuration(busyMs), formatDuration(totalMs)]
  return { ...path, told: t('criticalTold', { count: ids.size, busy, total, share }) }
}

export interface EdgeLayerProps {
  readonly look: EdgeLook
  readonly view: Span
  readonly nowMs: number
  /** Middle of a row. */
  readonly middleOf: (index: number) => number
  /** Of the rows that are in the page. */
  readonly topPx: number
  readonly bottomPx: number
}

/** As narrow as a bar may be. */
const BAR_MIN_PX = 3
/** Room on both sides for what leads to the very beginning and from the very end. */
const ROOM_PX = 12
const NAMED_MAX = 3

export function EdgeLayer(props: EdgeLayerProps): ReactNode {
  const { topPx, bottomPx } = props
  const layer = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = layer.current
    if (!element) return undefined
    const measure = (): void => setWidth(element.clientWidth - 2 * ROOM_PX)
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  const height = bottomPx - topPx
  return (
    <div ref={layer} className={classes['edges']} style={{ top: topPx, height }} aria-hidden="true">
      {width > 0 && (
        <svg width={width + 2 * ROOM_PX} height={height}>
          {linesOf(props, width).map(({ key, path, tip, isAfter }) => (
            <g key={key} className={cx(classes['edge'], isAfter && classes['after'])} data-edge={key}>
              <path className={classes['halo']} d={path} />
              <path className={classes['stroke']} d={path + tip} />
            </g>
          ))}
        </svg>
      )}
    </div>
  )
}

interface Line {
  readonly key: string
  readonly path: string
  readonly tip: string
  readonly isAfter: boolean
}

function linesOf(props: EdgeLayerProps, width: number): readonly Line[] {
  const { look, middleOf, topPx, bottomPx } = props
  const { first, last, edges, placeOf } = look
  const pairs = [
    ...edges.before.map(from => ({ from, to: first, isAfter: false })),
    ...edges.after.map(to => ({ from: last, to, isAfter: true })),
  ]
  const lines = new Map<string, Line>()
  for (const { from, to, isAfter } of pairs) {
    const [start, end] = [placeOf(from.id), placeOf(to.id)]
    if (start < 0 || end < 0 || start === end) continue
    const [startPx, endPx] = [middleOf(start), middleOf(end)]
    const isAway = Math.max(startPx, endPx) < topPx || Math.min(startPx, endPx) > bottomPx
    if (isAway) continue
    const at = { x: startX(to, props, width) + ROOM_PX, y: endPx - topPx }
    const path = pathOf({ x: endX(from, props, width) + ROOM_PX, y: startPx - topPx }, at)
    // Of those that are folded into one row, one line is enough.
    lines.set(`${start}-${end}`, { key: `${start}-${end}`, path, tip: tipOf(at), isAfter })
  }
  return [...lines.values()]
}

function startX(run: GanttRun, props: EdgeLayerProps, width: number): number {
  return Math.min(xOf(props.look.book.find(run.id)?.startMs ?? 0, props, width), width - BAR_MIN_PX)
}

function endX(run: GanttRun, props: EdgeLayerProps, width: number): number {
  const endMs = Math.min(props.look.book.find(run.id)?.endMs ?? 0, props.nowMs)
  return Math.max(xOf(endMs, props, width), startX(run, props, width) + BAR_MIN_PX)
}

function xOf(ms: number, { view: { fromMs, toMs } }: EdgeLayerProps, width: number): number {
  return ((ms - fromMs) / Math.max(1, toMs - fromMs)) * width
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Leaves to the right and arrives from the left. */
function pathOf(from: Point, to: Point): string {
  const swing = Math.max(22, Math.abs(to.x - from.x) / 2)
  const [x1, y1, x2, y2] = [from.x, from.y, to.x, to.y].map(round)
  return `M${x1} ${y1}C${round(from.x + swing)} ${y1} ${round(to.x - swing)} ${y2} ${x2} ${y2}`
}

function tipOf({ x, y }: Point): string {
  return `M${round(x - 5)} ${round(y - 3.5)}L${round(x)} ${round(y)}L${round(x - 5)} ${round(y + 3.5)}`
}

function round(px: number): number {
  return Math.round(px * 10) / 10
}

/** What the lines say, for those who do not see them. */
function tellEdges({ before, after }: RunEdges): string | undefined {
  const parts = [
    ...(before.length === 0 ? [] : [t('waitedFor', { tasks: namesOf(before.toReversed()) })]),
    ...(after.length === 0 ? [] : [t('followedBy', { tasks: namesOf(after) })]),
  ]
  return parts.length === 0 ? undefined : parts.join(' · ')
}

function namesOf(runs: readonly GanttRun[]): string {
  const names = [...new Set(runs.map(({ taskId, value }) => (value === undefined ? taskId : `${taskId} ${value}`)))]
  const more = names.length - NAMED_MAX
  const shown = names.slice(0, NAMED_MAX).join(', ')
  return more > 0 ? t('andMore', { names: shown, more: formatNumber(more) }) : shown
}
