// A board of charts.
import { Button, NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useParams } from '@tanstack/react-router'
import { useEffect, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay, type MayNot } from '../../lib/access/use-may.ts'
import { Page } from '../../app/page.tsx'
import { api, isNotFound } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { getPreferences, setPreferences } from '../../lib/preferences.ts'
import { numberParam, textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { formatMoment } from '../../lib/time.ts'
import { nowMs } from '../../platform/clock.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import type { MenuItem } from '../../widgets/menu.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { useNamespaces, withParents } from '../home/use-home.ts'
import { BoardChooser } from './board-chooser.tsx'
import { ChartCard } from './chart-card.tsx'
import classes from './dashboards.module.css'
import { t } from './messages.ts'
import { windowMsOf } from './chart-look.ts'
import { useBoardRows, useDashboard, useDeleteDashboard, type BoardWish, type Dashboard } from './use-dashboards.ts'

const RANGES = ['board', '24h', '7d', '30d', '90d'] as const
const PARAMS = { range: wordParam(RANGES), namespace: textParam, from: numberParam, to: numberParam }
const DAY_MS = 86_400_000
const LENGTHS_MS = { '24h': DAY_MS, '7d': 7 * DAY_MS, '30d': 30 * DAY_MS, '90d': 90 * DAY_MS } as const

export function BoardPage(): ReactNode {
  const { id = '' } = useParams({ strict: false })
  const { data: board, error, refetch } = useDashboard(id)
  const go = useGo()
  const isGone = isNotFound(error)
  useEffect(() => {
    // What is not there cannot stand on home.
    if (isGone && getPreferences().homeBoard === id) setPreferences({ homeBoard: '' })
  }, [isGone, id])
  if (isGone)
    return (
      <Page title={id} crumbs={[{ title: t('home'), to: paths.home() }]}>
        <Empty
          icon="chart"
          title={t('gone')}
          text={t('goneText')}
          action={<Button onClick={() => go(paths.home())}>{t('home')}</Button>}
        />
      </Page>
    )
  if (error)
    return (
      <Page title={t('title')}>
        <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!board)
    return (
      <Page title={t('title')}>
        <Skeleton height="320px" />
      </Page>
    )
  return <Board board={board} />
}

function moreOf(board: Dashboard, mayNot: MayNot, remove: () => void): readonly MenuItem[] {
  return [
    {
      id: 'edit',
      title: t('editThis'),
      icon: 'edit',
      why: mayNot('DASHBOARD:UPDATE'),
      to: paths.editDashboard(board.id),
    },
    {
      id: 'delete',
      title: t('delete'),
      icon: 'trash',
      isDangerous: true,
      why: mayNot('DASHBOARD:DELETE') ?? (board.updated === undefined ? t('built') : undefined),
      run: remove,
    },
  ]
}

function Board({ board }: { readonly board: Dashboard }): ReactNode {
  const [{ range, namespace, from, to }, setSearch] = useSearchState(PARAMS)
  const go = useGo()
  const wish: BoardWish = {
    lengthMs: range === 'board' ? windowMsOf(board.timeWindow.default) : LENGTHS_MS[range],
    namespace,
    span: from === undefined || to === undefined ? undefined : { fromMs: from, toMs: to },
  }
  const rows = useBoardRows(board.id, wish)
  const remove = useRemove(board)
  const mayNot = useMay()
  return (
    <Page
      title={board.title}
      badge={<BoardChooser id={board.id} title={board.title} more={moreOf(board, mayNot, remove)} />}
      actions={
        <>
          <Scope {...{ range, namespace, wish }} onChange={setSearch} />
          <MayButton need="DASHBOARD:UPDATE" onClick={() => go(paths.editDashboard(board.id))}>
            {t('edit')}
          </MayButton>
        </>
      }
    >
      {board.description !== undefined && <p className={classes['muted']}>{board.description}</p>}
      {board.charts.length === 0 ? (
        <Empty
          icon="chart"
          title={t('empty')}
          text={t('emptyText')}
          action={
            <MayButton need="DASHBOARD:UPDATE" variant="filled" onClick={() => go(paths.editDashboard(board.id))}>
              {t('addChart')}
            </MayButton>
          }
        />
      ) : (
        <div className={classes['grid']}>
          {board.charts.map((chart, index) => (
            <ChartCard
              key={index}
              chart={chart}
              rows={rows}
              csv={look => csvOf(board.id, look.id, wish)}
              onRange={(fromMs, toMs) => setSearch({ from: Math.round(fromMs), to: Math.round(toMs) })}
            />
          ))}
        </div>
      )}
    </Page>
  )
}

async function csvOf(id: string, chartId: string, { lengthMs, span, namespace }: BoardWish): Promise<string> {
  const { fromMs, toMs } = span ?? { fromMs: nowMs() - lengthMs, toMs: nowMs() }
  return await api.dashboards.chartCsv({
    params: { id, chartId },
    body: {
      startDate: new Date(fromMs).toISOString(),
      endDate: new Date(toMs).toISOString(),
      ...(namespace === undefined ? {} : { namespace }),
    },
  })
}

/** With the way back. */
function useRemove({ id, title, sourceCode }: Dashboard): () => void {
  const { mutate } = useDeleteDashboard()
  const go = useGo()
  const restore = async (): Promise<void> => {
    await api.dashboards.create({ body: sourceCode })
    go(paths.home(id))
  }
  return () =>
    mutate(id, {
      onSuccess: () => {
        go(paths.home())
        showToast({ text: t('deleted', { title }), action: { title: t('undo'), run: () => void restore() } })
      },
      onError: error => showToast({ kind: 'error', text: error.message }),
    })
}

interface ScopeProps {
  readonly range: (typeof RANGES)[number]
  readonly namespace: string | undefined
  readonly wish: BoardWish
  readonly onChange: (patch: {
    readonly range?: (typeof RANGES)[number]
    readonly namespace?: string | undefined
    readonly from?: undefined
    readonly to?: undefined
  }) => void
}

function Scope({ range, namespace, wish: { span }, onChange }: ScopeProps): ReactNode {
  const namespaces = useNamespaces().data ?? []
  const now = nowMs()
  const told = span && t('chosenTime', { from: formatMoment(span.fromMs, now), to: formatMoment(span.toMs, now) })
  return (
    <>
      {told !== undefined && (
        <Button
          variant="light"
          onClick={() => onChange({ from: undefined, to: undefined })}
          aria-label={`${told}. ${t('wholeTime')}`}
        >
          {told} ✕
        </Button>
      )}
      <NativeSelect
        aria-label={t('range')}
        value={range}
        data={[
          { value: 'board', label: t('ofBoard') },
          { value: '24h', label: t('last24h') },
          { value: '7d', label: t('last7d') },
          { value: '30d', label: t('last30d') },
          { value: '90d', label: t('last90d') },
        ]}
        onChange={event =>
          onChange({ range: PARAMS.range.read(event.currentTarget.value), from: undefined, to: undefined })
        }
      />
      <NativeSelect
        aria-label={t('namespace')}
        value={namespace ?? ''}
        data={[
          { value: '', label: t('allNamespaces') },
          ...withParents(namespaces).map(name => ({ value: name, label: name })),
        ]}
        onChange={event => {
          const chosen = event.currentTarget.value
          onChange({ namespace: chosen === '' ? undefined : chosen })
        }}
      />
    </>
  )
}
