// The iterations of a loop, of which there may be a million: found by value, task, state or number, read page by page.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { stateWord } from '../../lib/states.ts'
import { Duration } from '../../widgets/duration.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { isFinalState } from '../../lib/states.ts'
import { panelMessages as t } from './panel-messages.ts'
import classes from './task-panel.module.css'
import { executionIdOf, type TaskRun } from './use-task-runs.ts'

const SIZE = 100
const STATES = ['FAILED', 'WARNING', 'RUNNING', 'PAUSED', 'SUCCESS', 'KILLED', 'SKIPPED'] as const

export function Iterations({
  run,
  onSelect,
}: {
  readonly run: TaskRun
  readonly onSelect: (runId: string) => void
}): ReactNode {
  const [wish, setWish] = useState<Wish>({ text: '', state: '', number: '' })
  const { text, state, number } = wish
  const q = useDeferredValue(text)
  const iteration = /^\d+$/.test(number) ? Number(number) : undefined
  const executionId = executionIdOf(run.id)
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['executions', executionId, 'iterations', run.id, q, state, iteration],
    queryFn: ({ pageParam, signal }) =>
      api.executions.taskRuns({
        params: { executionId },
        query: {
          parent: run.id,
          cursor: pageParam,
          size: SIZE,
          ...(q === '' ? {} : { q }),
          ...(state === '' ? {} : { state: [state] }),
          ...(iteration === undefined ? {} : { iteration }),
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: last => last.next ?? undefined,
    placeholderData: before => before,
  })
  const rows = useMemo(() => data?.pages.flatMap(({ results }) => results) ?? [], [data])
  const columns = useMemo(() => columnsOf(onSelect), [onSelect])
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <div className={classes['list']}>
      <Tools {...{ wish, setWish }} />
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={6} />}
      {!isPending && rows.length === 0 && <p className={classes['muted']}>{t('none')}</p>}
      {rows.length > 0 && (
        <Table
          label={t('table')}
          columns={columns}
          rows={rows}
          rowKey={row => row.id}
          isCompact
          hasKeys={false}
          total={run.children?.total}
          onEnd={onEnd}
        />
      )}
    </div>
  )
}

interface Wish {
  readonly text: string
  readonly state: string
  readonly number: string
}

function Tools({ wish, setWish }: { readonly wish: Wish; readonly setWish: (wish: Wish) => void }): ReactNode {
  return (
    <div className={classes['tools']}>
      <input
        className={classes['input']}
        type="search"
        aria-label={t('find')}
        placeholder={t('find')}
        value={wish.text}
        onChange={event => setWish({ ...wish, text: event.currentTarget.value })}
      />
      <select
        className={`${classes['input']} ${classes['short']}`}
        aria-label={t('state')}
        value={wish.state}
        onChange={event => setWish({ ...wish, state: event.currentTarget.value })}
      >
        <option value="">{t('allStates')}</option>
        {STATES.map(name => (
          <option key={name} value={name}>
            {stateWord(name)}
          </option>
        ))}
      </select>
      <input
        className={`${classes['input']} ${classes['short']}`}
        inputMode="numeric"
        aria-label={t('iteration')}
        placeholder={t('go')}
        value={wish.number}
        onChange={event => setWish({ ...wish, number: event.currentTarget.value })}
      />
    </div>
  )
}

function columnsOf(onSelect: (runId: string) => void): readonly Column<TaskRun>[] {
  return [
    { id: 'state', title: t('state'), width: '108px', cell: row => <StateBadge state={row.state.current} /> },
    {
      id: 'task',
      title: t('task'),
      cell: row => (
        <button type="button" className={classes['link']} onClick={() => onSelect(row.id)}>
          {row.value ?? row.iteration ?? ''} · {row.taskId}
        </button>
      ),
    },
    {
      id: 'duration',
      title: t('duration'),
      width: '84px',
      align: 'end',
      cell: ({ state }) => (
        <Duration
          startMs={Date.parse(state.startDate)}
          endMs={isFinalState(state.current) && state.endDate !== undefined ? Date.parse(state.endDate) : undefined}
        />
      ),
    },
  ]
}
