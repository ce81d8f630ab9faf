import { memo, type CSSProperties, type ReactNode } from 'react'
import { formatNumber } from '../../lib/messages.ts'
import { isFinalState, stateGroupOf, stateWord } from '../../lib/states.ts'
import { formatDuration } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { StateIcon } from '../states/state-icon.tsx'
import { barsOf, endMsOf, queuedMsOf, type Bar } from './gantt-bars.ts'
import { startMsOf, type GanttRun } from './gantt-run.ts'
import type { GanttRow, IterationRow, RunRow } from './gantt-tree.ts'
import { lengthOf, percentOf, type Span } from './gantt-view.ts'
import classes from './gantt.module.css'
import { Histogram } from './histogram.tsx'
import { t } from './messages.ts'

export interface GanttRowProps {
  readonly id: string
  readonly row: GanttRow
  readonly index: number
  readonly view: Span
  readonly whole: Span
  readonly nowMs: number
  readonly isActive: boolean
  readonly isSelected: boolean
  /** What is looked at waited for it, or it for that. */
  readonly isLinked: boolean
  /** Of the row that is looked at: what it waited for and what for it. */
  readonly told: string | undefined
  /** On the critical path; undefined while it is not shown. */
  readonly isCritical: boolean | undefined
  /** Both stay the same from one drawing to the next: rows that have not changed are not made again while the others are scrolled. */
  readonly onToggle: (row: GanttRow) => void
  readonly onSelect: (row: GanttRow, index: number) => void
}

/** A wait of more than this part of everything is named. */
const NAMED_SHARE = 0.2
const NAMED_MIN_MS = 200

export const GanttRowView = memo(function GanttRowView(props: GanttRowProps): ReactNode {
  const { id, row, index, isActive, isSelected, isLinked, isCritical, onSelect } = props
  const { type, depth } = row
  const isBranch = (type === 'run' && row.isBranch) || type === 'iteration'
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-selected={isSelected}
      {...(isBranch ? { 'aria-expanded': row.isOpen } : {})}
      className={cx(
        classes['row'],
        type === 'histogram' && classes['tall'],
        isActive && classes['active'],
        isSelected && classes['chosen'],
        isLinked && classes['linked'],
        isCritical === false && classes['dim'],
      )}
      onClick={() => onSelect(row, index)}
    >
      <div role="gridcell" className={classes['name']} style={{ paddingInlineStart: 8 + depth * 16 }}>
        <Name {...props} />
      </div>
      <Track {...props} />
      <div role="gridcell" className={classes['took']}>
        {type === 'run' && tookOf(row.run, props.nowMs)}
        {type === 'iteration' && formatDuration(spanOf(row, props.nowMs).ms)}
      </div>
    </div>
  )
})

function Name({ row, onToggle: toggle }: GanttRowProps): ReactNode {
  const onToggle = (): void => toggle(row)
  switch (row.type) {
    case 'run':
      return <RunName row={row} onToggle={onToggle} />
    case 'iteration':
      return (
        <>
          <Fold isOpen={row.isOpen} label={row.name} onToggle={onToggle} />
          <StateMark state={worstOf(row.runs)} />
          <span className={classes['text']}>{row.name}</span>
        </>
      )
    case 'histogram':
      return <span className={classes['quiet']}>{t('iterations', { count: row.run.children?.lanes ?? 0 })}</span>
    case 'iterations':
      return (
        <>
          <span className={classes['leaf']} />
          <span className={classes['link']}>{t('allIterations', { count: row.run.children?.lanes ?? 0 })}</span>
        </>
      )
    case 'loading':
      return <span className={classes['quiet']}>{t('loading')}</span>
  }
}

function RunName({
  row: { run, isBranch, isOpen },
  onToggle,
}: {
  readonly row: RunRow
  readonly onToggle: () => void
}): ReactNode {
  const { taskId, value, state, attempts = [], children } = run
  return (
    <>
      {isBranch ? <Fold isOpen={isOpen} label={taskId} onToggle={onToggle} /> : <span className={classes['leaf']} />}
      <StateMark state={state.current} />
      <span className={classes['text']}>
        {taskId}
        {value !== undefined && <span className={classes['value']}> {value}</span>}
      </span>
      {isBranch && !isOpen && children !== undefined && children.lanes > 1 && (
        <span className={classes['count']}>×{formatNumber(children.lanes)}</span>
      )}
      {attempts.length > 1 && (
        <span className={classes['count']} {...tip(t('attempts', { count: attempts.length }))}>
          <Icon name="retry" size={12} />
          {attempts.length}
        </span>
      )}
    </>
  )
}

interface FoldProps {
  readonly isOpen: boolean
  readonly label: string
  readonly onToggle: () => void
}

function Fold({ isOpen, label, onToggle }: FoldProps): ReactNode {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes['fold']}
      aria-label={isOpen ? t('fold', { name: label }) : t('unfold', { name: label })}
      onClick={event => {
        event.stopPropagation()
        onToggle()
      }}
    >
      <Icon name={isOpen ? 'down' : 'right'} size={14} />
    </button>
  )
}

function StateMark({ state }: { readonly state: string }): ReactNode {
  return (
    <span className={classes['mark']} style={{ color: `var(--${stateGroupOf(state)}-solid)` }}>
      <StateIcon state={state} size={14} />
      <span className="visually-hidden">{stateWord(state)}</span>
    </span>
  )
}

function Track(props: GanttRowProps): ReactNode {
  const { row, view, whole, nowMs, isCritical, told } = props
  const className = cx(classes['track'], isCritical === true && classes['critical'])
  switch (row.type) {
    case 'run':
      return (
        <div role="gridcell" data-track="" className={className}>
          <span className="visually-hidden">{[labelOf(row.run, nowMs), told].filter(Boolean).join('. ')}</span>
          {barsOf(row.run, nowMs).map((bar, index) => (
            <BarView key={index} bar={bar} view={view} hint={hintOf(row.run, bar)} />
          ))}
          <NamedWait {...{ run: row.run, view, whole, nowMs }} />
        </div>
      )
    case 'iteration': {
      const { startMs, ms } = spanOf(row, nowMs)
      const bar: Bar = { kind: 'group', startMs, endMs: startMs + ms, state: worstOf(row.runs) }
      return (
        <div role="gridcell" data-track="" className={className}>
          <BarView bar={bar} view={view} hint={row.name} />
        </div>
      )
    }
    case 'histogram':
      return (
        <div role="gridcell" className={className}>
          <Histogram run={row.run} />
        </div>
      )
    case 'iterations':
    case 'loading':
      return <div role="gridcell" data-track="" className={className} />
  }
}

function BarView({ bar, view, hint }: { readonly bar: Bar; readonly view: Span; readonly hint: string }): ReactNode {
  const { kind, startMs, endMs, state } = bar
  if (endMs < view.fromMs || startMs > view.toMs) return null
  const left = Math.max(-1, percentOf(startMs, view))
  const right = Math.min(101, percentOf(endMs, view))
  const style: CSSProperties & { '--bar': string } = {
    left: `min(${left}%, 100% - 3px)`,
    width: `${Math.max(0, right - left)}%`,
    '--bar': `var(--${stateGroupOf(state)}-solid)`,
  }
  const isMoving = kind === 'attempt' && !isFinalState(state) && state !== 'PAUSED'
  return (
    <span className={cx(classes['bar'], classes[kind], isMoving && classes['moving'])} style={style} {...tip(hint)} />
  )
}

/** Says what a long wait was for. */
function NamedWait({
  run,
  view,
  whole,
  nowMs,
}: Pick<GanttRowProps, 'view' | 'whole' | 'nowMs'> & { readonly run: GanttRun }): ReactNode {
  const ms = queuedMsOf(run, nowMs)
  if (ms < NAMED_MIN_MS || ms < lengthOf(whole) * NAMED_SHARE) return null
  const left = percentOf(startMsOf(run), view)
  return (
    <span className={classes['wait']} style={{ left: `calc(${Math.max(0, left)}% + 6px)` }}>
      {t('waited', { time: formatDuration(ms) })}
    </span>
  )
}

function hintOf(run: GanttRun, { kind, startMs, endMs, state }: Bar): string {
  const length = formatDuration(endMs - startMs)
  if (kind === 'queued') return t('queued', { time: length })
  if (kind === 'waiting') return t('waiting', { time: length })
  return `${run.taskId}${run.value === undefined ? '' : ` ${run.value}`}: ${stateWord(state)}, ${length}`
}

function labelOf(run: GanttRun, nowMs: number): string {
  return `${stateWord(run.state.current)}, ${tookOf(run, nowMs)}`
}

function tookOf(run: GanttRun, nowMs: number): string {
  return formatDuration(endMsOf(run, nowMs) - startMsOf(run))
}

function spanOf({ runs }: IterationRow, nowMs: number): { readonly startMs: number; readonly ms: number } {
  const startMs = Math.min(...runs.map(startMsOf))
  return { startMs, ms: Math.max(...runs.map(run => endMsOf(run, nowMs))) - startMs }
}

const WORST = ['FAILED', 'KILLED', 'RUNNING', 'PAUSED', 'RETRYING', 'CREATED', 'SUBMITTED', 'WARNING']

function worstOf(runs: readonly GanttRun[]): string {
  const states = runs.map(({ state }) => state.current)
  return WORST.find(state => states.includes(state)) ?? states[0] ?? 'CREATED'
}
