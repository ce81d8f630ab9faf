// The last runs of a flow × its tasks. A column is a run, with a bar as high as it took long; a cell is what a task came to in it. One stop of the tab
// key, arrows inside.
import { useEffect, useRef, useState, useSyncExternalStore, type KeyboardEvent, type ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { stateGroupOf, stateWord } from '../../lib/states.ts'
import { formatDuration } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { StateIcon } from '../states/state-icon.tsx'
import bars from '../flows/run-bars.module.css'
import classes from './flow-grid.module.css'
import { t } from './messages.ts'
import { useFlowGrid, type FlowDocument, type FlowGridDocument } from './use-flow.ts'
import { visibleTasks } from './visible-tasks.ts'

type Run = FlowGridDocument['runs'][number]
type GridTask = FlowGridDocument['tasks'][number]

const NARROW_RUNS = 10
const BAR_PX = 40
const BAR_MIN_PX = 3
const phone = matchMedia('(max-width: 767px)')
const NOTHING: ReadonlySet<string> = new Set()

export function FlowGrid({ flow }: { readonly flow: FlowDocument }): ReactNode {
  const { data, error, isPending, refetch } = useFlowGrid(flow)
  const isPhone = useSyncExternalStore(subscribe, () => phone.matches)
  if (isPending) return <SkeletonRows rows={6} />
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (data.runs.length === 0) return <Empty icon="runs" title={t('noRuns')} text={t('noRunsText')} />
  const runs = data.runs.slice(0, isPhone ? NARROW_RUNS : undefined).toReversed()
  return <Grid flow={flow} runs={runs} tasks={data.tasks} />
}

interface GridProps {
  readonly flow: FlowDocument
  /** Oldest first. */
  readonly runs: readonly Run[]
  readonly tasks: readonly GridTask[]
}

function Grid({ flow, runs, tasks }: GridProps): ReactNode {
  const [folded, setFolded] = useState(NOTHING)
  const ref = useRef<HTMLTableElement>(null)
  const newest = runs.at(-1)?.id
  useEffect(() => {
    // Where not all runs have room, the newest are seen.
    const scroller = ref.current?.parentElement
    if (scroller) scroller.scrollLeft = scroller.scrollWidth
  }, [newest])
  const shown = visibleTasks(tasks, folded)
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0))
  const toggle = (id: string): void => {
    const next = new Set(folded)
    if (!next.delete(id)) next.add(id)
    setFolded(next)
  }
  return (
    <div className={classes['scroller']}>
      <table ref={ref} className={classes['grid']} aria-label={t('grid')} onKeyDown={event => move(event, ref.current)}>
        <thead>
          <tr>
            <th scope="col" className={classes['corner']}>
              <span className="visually-hidden">{t('task')}</span>
            </th>
            {runs.map((run, column) => (
              <th key={run.id} scope="col" className={classes['run']}>
                <RunHead flow={flow} run={run} longest={longest} column={column} isStop={column === runs.length - 1} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((task, row) => (
            <tr key={task.id}>
              <th scope="row" className={classes['task']} style={{ paddingInlineStart: task.depth * 16 }}>
                <TaskHead task={task} isFolded={folded.has(task.id)} onToggle={() => toggle(task.id)} />
              </th>
              {runs.map((run, column) => (
                <td key={run.id} className={classes['cell']}>
                  <Cell flow={flow} run={run} task={task} at={`${row + 1},${column}`} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RunHeadProps {
  readonly flow: FlowDocument
  readonly run: Run
  readonly longest: number
  readonly column: number
  /** The tab key stops here. */
  readonly isStop: boolean
}

function RunHead({ flow, run, longest, column, isStop }: RunHeadProps): ReactNode {
  const date = new Date(run.startDate).toLocaleString()
  const duration = run.durationMs === null ? '…' : formatDuration(run.durationMs)
  const label = t('runLabel', { date, state: stateWord(run.state), duration })
  const height = Math.max(BAR_MIN_PX, Math.round(((run.durationMs ?? longest / 2) / longest) * BAR_PX))
  return (
    <Link
      to={paths.execution({ namespace: flow.namespace, flowId: flow.id, id: run.id })}
      className={cx(bars['slot'], bars[stateGroupOf(run.state)], classes['head'])}
      data-at={`0,${column}`}
      tabIndex={isStop ? 0 : -1}
      aria-label={label}
      {...tip(label)}
    >
      <span className={cx(bars['bar'], classes['bar'])} style={{ height }} />
    </Link>
  )
}

interface TaskHeadProps {
  readonly task: GridTask
  readonly isFolded: boolean
  readonly onToggle: () => void
}

function TaskHead({ task, isFolded, onToggle }: TaskHeadProps): ReactNode {
  const { id, type, isGroup } = task
  return (
    <span className={classes['name']} {...tip(type)}>
      {isGroup ? (
        <button
          type="button"
          className={classes['fold']}
          aria-expanded={!isFolded}
          aria-label={t(isFolded ? 'unfold' : 'fold', { task: id })}
          onClick={onToggle}
        >
          <Icon name={isFolded ? 'right' : 'down'} size={12} />
        </button>
      ) : (
        <span className={classes['noFold']} />
      )}
      <span className={classes['id']}>{id}</span>
    </span>
  )
}

interface CellProps {
  readonly flow: FlowDocument
  readonly run: Run
  readonly task: GridTask
  readonly at: string
}

function Cell({ flow, run, task, at }: CellProps): ReactNode {
  const cell = run.cells[task.id]
  if (!cell) return <span className={classes['none']} aria-hidden="true" />
  const facts = [
    t('cellLabel', { task: task.id, state: stateWord(cell.state) }),
    ...(cell.durationMs === null ? [] : [formatDuration(cell.durationMs)]),
    ...(cell.count > 1 ? [t('cellCount', { count: cell.count })] : []),
    ...(cell.attempts > 1 ? [t('cellAttempts', { count: cell.attempts })] : []),
  ].join(' · ')
  const execution = paths.execution({ namespace: flow.namespace, flowId: flow.id, id: run.id }, 'gantt')
  return (
    <Link
      to={`${execution}?task=${encodeURIComponent(task.id)}`}
      className={cx(classes['state'], classes[stateGroupOf(cell.state)])}
      data-at={at}
      tabIndex={-1}
      aria-label={facts}
      {...tip(facts)}
    >
      <StateIcon state={cell.state} size={14} />
    </Link>
  )
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** To the next cell in a direction that has something in it. */
function move(event: KeyboardEvent, table: HTMLElement | null): void {
  const step = STEPS[event.key]
  const at = event.target instanceof HTMLElement ? event.target.dataset['at'] : undefined
  if (!step || at === undefined || !table) return
  const [row = 0, column = 0] = at.split(',').map(Number)
  const size = Math.max(table.querySelectorAll('tr').length, table.querySelectorAll('thead th').length)
  event.preventDefault()
  for (let distance = 1; distance <= size; distance++) {
    const to = `${row + step[0] * distance},${column + step[1] * distance}`
    const next = table.querySelector<HTMLElement>(`[data-at="${to}"]`)
    if (!next) continue
    next.focus()
    return
  }
}

function subscribe(listener: () => void): () => void {
  phone.addEventListener('change', listener)
  return () => phone.removeEventListener('change', listener)
}
