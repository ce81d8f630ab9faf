// What two executions have not in common: the first divergence on top, then task by task.
import { useQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { formatDuration } from '../../lib/time.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { compareMessages as t } from './compare-messages.ts'
import classes from './compare-page.module.css'
import { changeOf, valueText, withoutIds, type Difference } from './compare-values.ts'
import type { ExecutionHead } from './use-execution.ts'

const PARAMS = { left: textParam, right: textParam, all: flagParam }
type Comparison = Awaited<ReturnType<typeof api.executions.compare>>
type TaskRow = Comparison['tasks'][number]

export function ComparePage(): ReactNode {
  const [{ left = '', right = '', all }, setSearch] = useSearchState(PARAMS)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['executions', 'compare', left, right],
    queryFn: ({ signal }) => api.executions.compare({ query: { left, right }, signal }),
    enabled: left !== '' && right !== '',
  })
  const crumbs = [{ title: t('executions'), to: paths.executions() }]
  if (left === '' || right === '')
    return (
      <Page title={t('title')} crumbs={crumbs}>
        <Empty icon="compare" title={t('choose')} action={<Link to={paths.executions()}>{t('toList')}</Link>} />
      </Page>
    )
  return (
    <Page title={t('title')} crumbs={crumbs}>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={8} />}
      {data && (
        <Comparison
          data={data}
          isAll={all}
          onAll={isAll => setSearch({ all: isAll }, { replace: true })}
          onSwap={() => setSearch({ left: right, right: left }, { replace: true })}
        />
      )}
    </Page>
  )
}

interface ComparisonProps {
  readonly data: Comparison
  readonly isAll: boolean
  readonly onAll: (isAll: boolean) => void
  readonly onSwap: () => void
}

function Comparison({ data, isAll, onAll, onSwap }: ComparisonProps): ReactNode {
  const differences = useMemo(() => withoutIds(data.differences, [data.left.id, data.right.id]), [data])
  const first = differences[0]
  const tasks = isAll ? data.tasks : data.tasks.filter(({ differs }) => differs.length > 0)
  return (
    <>
      <div className={classes['sides']}>
        <Side head={data.left} />
        <button type="button" className={classes['swap']} onClick={onSwap}>
          {t('swap')}
        </button>
        <Side head={data.right} />
      </div>
      <section className={classes['first']} aria-label={t('first')}>
        <h2>{first ? t('first') : t('same')}</h2>
        {first && <Change difference={first} />}
      </section>
      <section className={classes['card']} aria-label={t('tasks')}>
        <header className={classes['head']}>
          <h2>{t('tasks')}</h2>
          <label className={classes['choice']}>
            <input type="checkbox" checked={isAll} onChange={event => onAll(event.currentTarget.checked)} />
            {t('all', { count: data.tasks.length })}
          </label>
        </header>
        <Tasks rows={tasks} />
        {data.isPartial && <p className={classes['muted']}>{t('partial')}</p>}
      </section>
      {differences.length > 1 && (
        <section className={classes['card']} aria-label={t('differences')}>
          <h2>{t('differences')}</h2>
          {differences.slice(1).map(difference => (
            <Change key={difference.path} difference={difference} />
          ))}
        </section>
      )}
    </>
  )
}

function Side({ head }: { readonly head: ExecutionHead }): ReactNode {
  const { state, namespace, flowId, flowRevision, id } = head
  const took =
    state.endDate === undefined ? '' : formatDuration(Date.parse(state.endDate) - Date.parse(state.startDate))
  return (
    <div className={classes['side']}>
      <StateBadge state={state.current} />
      <Link to={paths.execution(head)}>
        {namespace} / {flowId} · {id.slice(-6)}
      </Link>
      <span className={classes['muted']}>
        {t('revision', { revision: String(flowRevision) })} · <Timestamp atMs={Date.parse(state.startDate)} /> · {took}
      </span>
    </div>
  )
}

function Change({ difference: { path, left, right } }: { readonly difference: Difference }): ReactNode {
  return (
    <div className={classes['change']}>
      <code className={classes['path']}>{path}</code>
      <pre className={classes['left']}>{valueText(left, t('absent'))}</pre>
      <span aria-label={t('becomes')}>→</span>
      <pre className={classes['right']}>{valueText(right, t('absent'))}</pre>
    </div>
  )
}

function Tasks({ rows }: { readonly rows: readonly TaskRow[] }): ReactNode {
  if (rows.length === 0) return <p className={classes['muted']}>{t('noTasks')}</p>
  return (
    <div className={classes['scroller']} tabIndex={0} role="region" aria-label={t('table')}>
      <table className={classes['table']}>
        <thead>
          <tr>
            <th scope="col">{t('task')}</th>
            <th scope="col">{t('left')}</th>
            <th scope="col">{t('right')}</th>
            <th scope="col">{t('duration')}</th>
            <th scope="col">{t('differs')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <TaskLine key={`${row.taskId} ${row.value}`} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TaskLine({ row: { taskId, value, left, right, differs } }: { readonly row: TaskRow }): ReactNode {
  const change = changeOf(left?.durationMs, right?.durationMs)
  return (
    <tr>
      <th scope="row">
        {taskId}
        {value !== undefined && <span className={classes['muted']}> {value}</span>}
      </th>
      <td>{left ? <StateBadge state={left.state} /> : <span className={classes['muted']}>{t('absent')}</span>}</td>
      <td>{right ? <StateBadge state={right.state} /> : <span className={classes['muted']}>{t('absent')}</span>}</td>
      <td className={classes['number']}>
        {timeText(left?.durationMs)} → {timeText(right?.durationMs)}
        {change !== undefined && <span className={classes['muted']}> {change}</span>}
      </td>
      <td>{differs.join(', ')}</td>
    </tr>
  )
}

function timeText(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '–' : formatDuration(ms)
}
