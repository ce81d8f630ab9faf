// Task runs over time: a tree whose rows are bars. Only the rows in sight are in the page. Arrow keys move and fold, Enter opens the task, + and -
// zoom, 0 fits, c shows the critical path.
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useActions } from '../../lib/actions.ts'
import { useNow } from '../../platform/clock.ts'
import { cx } from '../../widgets/class-names.ts'
import type { CriticalPath } from './critical-path.ts'
import { GanttAxis, GanttGrid, Minimap } from './gantt-axis.tsx'
import { endMsOf, spansOf } from './gantt-bars.ts'
import type { Way } from './gantt-edges.tsx'
import { GanttRowView } from './gantt-row.tsx'
import { startMsOf, type GanttRun } from './gantt-run.ts'
import { GanttToolbar } from './gantt-toolbar.tsx'
import { filterRows, rowsMeant, treeRows, unreadIn, type GanttRow, type TreeSource } from './gantt-tree.ts'
import type { Span } from './gantt-view.ts'
import classes from './gantt.module.css'
import { t } from './messages.ts'
import type { EdgeSource } from './run-edges.ts'
import { useEdges, useJump, useLook, type UsedEdges } from './use-edges.ts'
import { useGanttView, type GanttView } from './use-gantt-view.ts'

export interface GanttProps {
  readonly tree: TreeSource
  /** Those that are there, without the tree. */
  readonly runs: readonly GanttRun[]
  readonly total: number
  readonly isWhole: boolean
  readonly startMs: number
  /** Absent while it goes on. */
  readonly endMs: number | undefined
  readonly selected: string | undefined
  readonly onSelect: (runId: string) => void
  readonly onToggle: (key: string) => void
  readonly zoom: string | undefined
  readonly onZoom: (zoom: string | undefined) => void
  /** Groups came in sight whose task runs are not there yet. */
  readonly onSight?: (runIds: readonly string[]) => void
  readonly declared?: EdgeSource['declared']
  /** On the right of the toolbar. */
  readonly tools?: ReactNode
  /** Fills its place, instead of being as high as its rows. */
  readonly isFull?: boolean
  /** In its place it takes no more than its rows need: something below has the rest. */
  readonly isFitting?: boolean
}

export interface GanttLook {
  readonly text: string
  readonly isFailuresOnly: boolean
  readonly isByDuration: boolean
  readonly isCritical: boolean
  readonly isAbsolute: boolean
}

const PLAIN: GanttLook = { text: '', isFailuresOnly: false, isByDuration: false, isCritical: false, isAbsolute: false }
const TICK_MS = 500
const ROW_PX = 28
const TALL_PX = 56
const ROWS_SHOWN = 14
/** A group this near below is asked for, too. */
const NEXT_ROWS = 2

export function Gantt(props: GanttProps): ReactNode {
  const { runs, tree, startMs, endMs, selected, zoom, onZoom, declared, isFull = false, isFitting = false } = props
  const [look, setLook] = useState(PLAIN)
  const isRunning = endMs === undefined
  const now = useNow(TICK_MS, isRunning)
  const nowMs = endMs ?? now
  const whole = useMemo(() => wholeOf(runs, { startMs, nowMs }), [runs, startMs, nowMs])
  const rows = useMemo(() => rowsOf({ tree, runs, look, nowMs }), [tree, runs, look, nowMs])
  const frame = useRef<HTMLDivElement>(null)
  const view = useGanttView({ whole, zoom, onZoom, ref: frame })
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => (rows[index]?.type === 'histogram' ? TALL_PX : ROW_PX * rowsMeant(rows[index])),
    getItemKey: index => rows[index]?.key ?? index,
    overscan: 8,
  })
  useSight(rows, virtual.range, props.onSight)
  const used = useEdges(tree, rows, declared)
  const path = usePath(used, { isShown: look.isCritical, runs, nowMs })
  const { active, setActive, go, onKeyDown } = useGanttKeys({ ...props, rows, view, virtual, setLook })
  const [hasFocus, setFocus] = useState(false)
  const { note, jump } = useJump({ used, rows, active, selected, go, onSelect: props.onSelect, scroller })
  useGanttActions({ view, setLook, rows, onSelect: props.onSelect, selected, jump })
  const id = useId()
  const height = isFull ? undefined : Math.min(ROWS_SHOWN, rows.length === 0 ? 2 : rows.length) * ROW_PX + 34
  return (
    <section
      ref={frame}
      className={cx(classes['gantt'], isFull && classes['full'], isFitting && classes['fitting'])}
      aria-label={t('gantt')}
    >
      <GanttToolbar
        {...{ look, setLook, view, runs, nowMs }}
        told={note ?? path?.told ?? toldEdges(used, selected)}
        isPartial={!props.isWhole}
        total={props.total}
        tools={props.tools}
      />
      {view.isZoomed && <Minimap {...{ runs, whole, nowMs }} view={view.view} onShow={view.show} />}
      <div
        ref={scroller}
        className={classes['scroller']}
        style={height === undefined ? undefined : { height }}
        role="treegrid"
        tabIndex={0}
        aria-label={t('gantt')}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={rows[active] && virtual.range ? `${id}-${active}` : undefined}
        onKeyDown={onKeyDown}
        onFocus={() => setFocus(true)}
        onBlur={() => setFocus(false)}
        onDoubleClick={view.fit}
        {...view.dragging}
      >
        <Head view={view.view} whole={whole} isAbsolute={look.isAbsolute} />
        {rows.length === 0 && <p className={classes['none']}>{look === PLAIN ? t('none') : t('noMatch')}</p>}
        <Rows
          {...props}
          {...{ id, rows, virtual, whole, nowMs, path, active, setActive, hasFocus, used }}
          view={view.view}
        />
      </div>
    </section>
  )
}

/** A large execution has more groups than anybody looks at: only those in sight are asked for. */
function useSight(
  rows: readonly GanttRow[],
  range: { readonly startIndex: number; readonly endIndex: number } | null,
  onSight: GanttProps['onSight'],
): void {
  const { startIndex = 0, endIndex = -1 } = range ?? {}
  useEffect(() => {
    const unread = unreadIn(rows, startIndex, endIndex + NEXT_ROWS)
    if (unread.length > 0) onSight?.(unread)
  }, [rows, startIndex, endIndex, onSight])
}

interface RowsProps extends Pick<GanttProps, 'selected' | 'onSelect' | 'onToggle'> {
  readonly id: string
  readonly rows: readonly GanttRow[]
  readonly virtual: Virtualizer<HTMLDivElement, Element>
  readonly view: Span
  readonly whole: Span
  readonly nowMs: number
  readonly path: CriticalPath | undefined
  readonly active: number
  setActive(index: number): void
  /** The keys are heard here: the row that is active is looked at. */
  readonly hasFocus: boolean
  readonly used: UsedEdges
}

function Rows({ id, rows, virtual, view, whole, nowMs, path, active, setActive, ...props }: RowsProps): ReactNode {
  const newest = useRef({ props, setActive })
  useEffect(() => {
    newest.current = { props, setActive }
  })
  const toggle = useCallback((row: GanttRow) => newest.current.props.onToggle(row.key), [])
  const select = useCallback((row: GanttRow, index: number) => {
    newest.current.setActive(index)
    chooseRow(row, newest.current.props)
  }, [])
  const { look, setPointed } = useLook({ ...props, rows, active })
  const Layer = props.used.program?.EdgeLayer
  const items = virtual.getVirtualItems()
  return (
    <div
      role="rowgroup"
      style={{ height: virtual.getTotalSize(), position: 'relative' }}
      onPointerLeave={() => setPointed(undefined)}
    >
      <GanttGrid {...{ view, whole }} />
      {items.map(({ index, start, key }) => {
        const row = rows[index]
        return (
          row && (
            <div
              key={key}
              role="presentation"
              className={classes['place']}
              style={{ transform: `translateY(${start}px)` }}
              onPointerEnter={() => setPointed(row)}
            >
              <GanttRowView
                id={`${id}-${index}`}
                {...{ row, index, view, whole, nowMs }}
                isActive={index === active}
                isLinked={look?.rows.has(index) === true}
                told={look?.row === index ? look.told : undefined}
                isSelected={row.type === 'run' && row.run.id === props.selected}
                isCritical={path === undefined || row.type !== 'run' ? undefined : path.ids.has(row.run.id)}
                onToggle={toggle}
                onSelect={select}
              />
            </div>
          )
        )
      })}
      {look && Layer && (
        <Layer
          {...{ look, view, nowMs }}
          middleOf={at => (virtual.measurementsCache[at]?.start ?? 0) + ROW_PX / 2}
          topPx={items[0]?.start ?? 0}
          bottomPx={items.at(-1)?.end ?? 0}
        />
      )}
    </div>
  )
}

function Head({
  view,
  whole,
  isAbsolute,
}: {
  readonly view: Span
  readonly whole: Span
  readonly isAbsolute: boolean
}): ReactNode {
  return (
    <div role="row" aria-rowindex={1} className={classes['head']}>
      <div role="columnheader" className={classes['name']}>
        {t('task')}
      </div>
      <div role="columnheader" aria-label={t('time')}>
        <GanttAxis {...{ view, whole, isAbsolute }} />
      </div>
      <div role="columnheader" className={classes['took']}>
        {t('took')}
      </div>
    </div>
  )
}

/** Task runs open their panel, what stands for many shows them. */
function chooseRow(row: GanttRow, { onSelect, onToggle }: Pick<GanttProps, 'onSelect' | 'onToggle'>): void {
  if (row.type === 'iteration') onToggle(row.key)
  else if (row.type !== 'loading') onSelect(row.run.id)
}

/** To the end of the last task run, which may be after that of the execution. */
function wholeOf(
  runs: readonly GanttRun[],
  { startMs, nowMs }: { readonly startMs: number; readonly nowMs: number },
): Span {
  const fromMs = runs.reduce((least, run) => Math.min(least, startMsOf(run)), startMs)
  const toMs = runs.reduce((most, run) => Math.max(most, endMsOf(run, nowMs)), nowMs)
  return { fromMs, toMs: Math.max(toMs, fromMs + 10) }
}

interface RowsWish {
  readonly tree: TreeSource
  readonly runs: readonly GanttRun[]
  readonly look: GanttLook
  readonly nowMs: number
}

function rowsOf({ tree, runs, look, nowMs }: RowsWish): readonly GanttRow[] {
  const { text, isFailuresOnly, isByDuration } = look
  if (text === '' && !isFailuresOnly && !isByDuration) return treeRows(tree)
  const states = isFailuresOnly ? ['FAILED', 'WARNING', 'KILLED'] : []
  return filterRows(runs, { text, states, isByDuration }, run => endMsOf(run, nowMs) - startMsOf(run))
}

function toldEdges({ edges, hasFailed }: UsedEdges, selected: string | undefined): string | undefined {
  if (hasFailed) return t('edgesFailed')
  return selected === undefined ? undefined : edges?.tell(selected)
}

interface PathWish {
  readonly isShown: boolean
  readonly runs: readonly GanttRun[]
  readonly nowMs: number
}

function usePath(
  { program, want }: UsedEdges,
  { isShown, runs, nowMs }: PathWish,
): (CriticalPath & { readonly told: string }) | undefined {
  useEffect(() => {
    if (isShown) want()
  }, [isShown, want])
  return useMemo(() => (isShown ? program?.findPath(spansOf(runs, nowMs)) : undefined), [program, isShown, runs, nowMs])
}

interface KeysWish extends Pick<GanttProps, 'onSelect' | 'onToggle' | 'selected'> {
  readonly rows: readonly GanttRow[]
  readonly view: GanttView
  readonly virtual: Virtualizer<HTMLDivElement, Element>
  setLook(edit: (before: GanttLook) => GanttLook): void
}

interface Keys {
  readonly active: number
  setActive(index: number): void
  /** To a row, which comes in sight. */
  go(index: number): void
  onKeyDown(event: KeyboardEvent): void
}

function useGanttKeys({ rows, view, virtual, onSelect, onToggle, selected }: KeysWish): Keys {
  const [active, setActive] = useState(0)
  // Only a new choice moves the place; rows that come do not.
  const newest = useRef(rows)
  useEffect(() => {
    newest.current = rows
  })
  useEffect(() => {
    const at = newest.current.findIndex(row => row.type === 'run' && row.run.id === selected)
    if (at >= 0) setActive(at)
  }, [selected])
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, to))
    setActive(next)
    virtual.scrollToIndex(next)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const row = rows[active]
    const isOpen = row !== undefined && (row.type === 'run' || row.type === 'iteration') && row.isOpen
    const isBranch = row !== undefined && ((row.type === 'run' && row.isBranch) || row.type === 'iteration')
    const step = STEPS[event.key]
    if (step !== undefined) go(active + step)
    else if (event.key === 'ArrowRight' && row && isBranch && !isOpen) onToggle(row.key)
    else if (event.key === 'ArrowRight') go(active + 1)
    else if (event.key === 'ArrowLeft' && row && isOpen) onToggle(row.key)
    else if (event.key === 'ArrowLeft') go(parentOf(rows, active))
    else if (event.key === 'Enter' && row) chooseRow(row, { onSelect, onToggle })
    else if (event.key === '+') view.zoomBy(0.6)
    else if (event.key === '-') view.zoomBy(1 / 0.6)
    else if (event.key === '0') view.fit()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return { active, setActive, go, onKeyDown }
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 12,
  PageUp: -12,
  Home: -1e9,
  End: 1e9,
}

function parentOf(rows: readonly GanttRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0
  return depth === 0 ? index : rows.findLastIndex((row, at) => at < index && row.depth < depth)
}

interface ActionsWish {
  readonly view: GanttView
  setLook(edit: (before: GanttLook) => GanttLook): void
  readonly rows: readonly GanttRow[]
  readonly selected: string | undefined
  readonly onSelect: (runId: string) => void
  readonly jump: (to: Way) => void
}

function useGanttActions({ view, setLook, rows, selected, onSelect, jump }: ActionsWish): void {
  const section = t('gantt')
  const next = useMemo(() => {
    const failures = rows.flatMap(row => (row.type === 'run' && row.run.state.current === 'FAILED' ? [row.run.id] : []))
    return failures[(failures.indexOf(selected ?? '') + 1) % Math.max(1, failures.length)]
  }, [rows, selected])
  useActions([
    {
      id: 'gantt.critical',
      title: t('critical'),
      section,
      keys: 'c',
      run: () => setLook(before => ({ ...before, isCritical: !before.isCritical })),
    },
    { id: 'gantt.in', title: t('zoomIn'), section, keys: '+', run: () => view.zoomBy(0.6) },
    { id: 'gantt.out', title: t('zoomOut'), section, keys: '-', run: () => view.zoomBy(1 / 0.6) },
    {
      id: 'gantt.failure',
      title: t('nextFailure'),
      section,
      keys: 'f',
      run: () => {
        if (next !== undefined) onSelect(next)
      },
    },
    { id: 'gantt.before', title: t('toBefore'), section, keys: 'p', run: () => jump('before') },
    { id: 'gantt.after', title: t('toAfter'), section, keys: 's', run: () => jump('after') },
  ])
}
