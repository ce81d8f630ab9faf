import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { formatDuration } from '../../lib/time.ts'
import { useNow } from '../../platform/clock.ts'
import { Duration } from '../../widgets/duration.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { useFlowSpeeds } from '../executions/use-executions.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { Card } from './card.tsx'
import classes from './home-page.module.css'
import { slownessOf } from './judge-runs.ts'
import { t } from './messages.ts'
import { useNewest, useNextDay, useRunning, type Rows, type Scope } from './use-home.ts'

const SHOWN = 8
const TICK_MS = 5_000

interface ListProps {
  readonly scope: Scope
  readonly className?: string | undefined
}

export function RunningNow({ scope, className }: ListProps): ReactNode {
  const { data, error, isPending, refetch } = useRunning(scope)
  const speeds = useFlowSpeeds(data ?? [])
  const now = useNow(TICK_MS, data !== undefined && data.length > 0)
  return (
    <Card
      title={t('runningNow')}
      to={withQuery(paths.executions(), [['filters[state][EQUALS]', 'RUNNING']])}
      className={className}
      isSteady
      error={error}
      onRetry={() => void refetch()}
    >
      {isPending && <SkeletonRows rows={5} />}
      {data?.length === 0 && <p className={classes['muted']}>{t('noRunning')}</p>}
      <ul className={classes['items']}>
        {data?.map(row => {
          const usual = speeds.get(`${row.namespace}.${row.flowId}`)?.p50Ms
          const startMs = Date.parse(row.state.startDate)
          return (
            <RunItem
              key={row.id}
              row={row}
              note={usual === undefined ? undefined : t('usually', { length: formatDuration(usual) })}
              part={usual === undefined || usual === 0 ? undefined : Math.min(1, (now - startMs) / usual)}
            />
          )
        })}
      </ul>
    </Card>
  )
}

export function Slower({ scope }: { readonly scope: Scope }): ReactNode {
  const { data, error, isPending, refetch } = useNewest(scope)
  const speeds = useFlowSpeeds(data ?? [])
  const now = useNow(TICK_MS)
  const slow = (data ?? []).flatMap(row => {
    const speed = speeds.get(`${row.namespace}.${row.flowId}`)
    const { startDate, endDate } = row.state
    const run = { startMs: Date.parse(startDate), endMs: endDate === undefined ? undefined : Date.parse(endDate) }
    const took = speed && row.state.current !== 'PAUSED' ? slownessOf(run, speed, now) : undefined
    return took === undefined ? [] : [{ row, usual: speed?.p50Ms ?? 0 }]
  })
  return (
    <Card title={t('slower')} isSteady error={error} onRetry={() => void refetch()}>
      {isPending && <SkeletonRows rows={5} />}
      {data && slow.length === 0 && <p className={classes['muted']}>{t('noSlower')}</p>}
      <ul className={classes['items']}>
        {slow.slice(0, SHOWN).map(({ row, usual }) => (
          <RunItem key={row.id} row={row} note={t('usually', { length: formatDuration(usual) })} />
        ))}
      </ul>
    </Card>
  )
}

interface RunItemProps {
  readonly row: Rows[number]
  readonly note?: string | undefined
  /** Of the usual time. */
  readonly part?: number | undefined
}

function RunItem({ row, note, part }: RunItemProps): ReactNode {
  const { startDate, endDate } = row.state
  return (
    <li>
      <Link to={paths.execution(row)} className={classes['item']}>
        <StateBadge state={row.state.current} isIconOnly />
        <span className={classes['itemText']}>
          <span className={classes['itemTitle']}>
            <span className={classes['muted']}>{row.namespace} / </span>
            {row.flowId}
          </span>
          {part !== undefined && <progress className={classes['progress']} max={1} value={part} aria-label={note} />}
        </span>
        <span className={classes['itemSide']}>
          <Duration startMs={Date.parse(startDate)} endMs={endDate === undefined ? undefined : Date.parse(endDate)} />
          {note !== undefined && <span className={classes['muted']}> · {note}</span>}
        </span>
      </Link>
    </li>
  )
}

export function NextDay({ scope, className }: ListProps): ReactNode {
  const { data, error, isPending, refetch } = useNextDay(scope)
  return (
    <Card
      title={t('next')}
      to={paths.calendar()}
      toTitle={t('calendar')}
      className={className}
      isSteady
      error={error}
      onRetry={() => void refetch()}
    >
      {isPending && <SkeletonRows rows={5} />}
      {data?.length === 0 && <p className={classes['muted']}>{t('noNext')}</p>}
      <ul className={classes['items']}>
        {nextOfEach(data ?? []).map(({ at, namespace, flowId, triggerId, count }) => (
          <li key={`${namespace}.${flowId}.${triggerId ?? at}`}>
            <Link
              to={
                triggerId === undefined
                  ? paths.flow({ namespace, id: flowId })
                  : withQuery(paths.triggers(), [['trigger', `${namespace}.${flowId}.${triggerId}`]])
              }
              className={classes['item']}
            >
              <span className={classes['at']}>
                <Timestamp atMs={Date.parse(at)} />
              </span>
              <span className={classes['itemText']}>
                <span className={classes['itemTitle']}>
                  <span className={classes['muted']}>{namespace} / </span>
                  {flowId}
                  {triggerId !== undefined && <span className={classes['muted']}> · {triggerId}</span>}
                </span>
              </span>
              {count > 1 && <span className={classes['itemSide']}>×{count}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

interface NextFire {
  readonly at: string
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string | undefined
  readonly count: number
}

/** What fires each minute is one line, with its next date. */
function nextOfEach(
  planned: readonly {
    readonly at: string
    readonly namespace: string
    readonly flowId: string
    readonly triggerId?: string
    readonly executionId?: string
  }[],
): readonly NextFire[] {
  const byKey = new Map<string, NextFire>()
  for (const { at, namespace, flowId, triggerId, executionId } of planned) {
    const key = `${namespace}.${flowId}.${triggerId ?? executionId ?? at}`
    const known = byKey.get(key)
    byKey.set(key, known ? { ...known, count: known.count + 1 } : { at, namespace, flowId, triggerId, count: 1 })
  }
  return [...byKey.values()].slice(0, SHOWN)
}
