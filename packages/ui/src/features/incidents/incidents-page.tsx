// What keeps breaking, since when, and is it one cause?
import { Button, NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { usePollMs } from '../../lib/live/live.ts'
import { paths } from '../../lib/paths.ts'
import { queryClient } from '../../lib/query.ts'
import { useSearchState, wordParam } from '../../lib/search-state.ts'
import { formatMomentLong } from '../../lib/time.ts'
import { nowMs } from '../../platform/clock.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Note } from '../../widgets/note.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import classes from './incidents-page.module.css'
import { t } from './messages.ts'

type Incident = Awaited<ReturnType<typeof api.people.incidents>>['results'][number]

const RANGES = ['week', 'day', 'month'] as const
const LENGTHS = { day: 1, week: 7, month: 30 } as const
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** While the server still reads what made older ones fail. */
const SOON_MS = 1_000
const PARAMS = { range: wordParam(RANGES) }

export function IncidentsPage(): ReactNode {
  const params: { readonly fingerprint?: string } = useParams({ strict: false })
  const { fingerprint } = params
  const [{ range }, setSearch] = useSearchState(PARAMS)
  const poll = usePollMs()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['executions', 'incidents', range, fingerprint],
    queryFn: ({ signal }) =>
      api.people.incidents({
        query: {
          from: new Date(nowMs() - LENGTHS[range] * DAY_MS).toISOString(),
          ...(fingerprint === undefined ? {} : { fingerprint }),
        },
        signal,
      }),
    refetchInterval: ({ state }) => (state.data?.isReading === true ? SOON_MS : poll === false ? MINUTE_MS : poll * 5),
  })
  const found = data?.results ?? []
  return (
    <Page
      title={t('title')}
      actions={
        <NativeSelect
          aria-label={t('range')}
          size="sm"
          value={range}
          onChange={event => setSearch({ range: RANGES.find(each => each === event.currentTarget.value) ?? 'week' })}
          data={RANGES.map(value => ({ value, label: t(value) }))}
        />
      }
    >
      {fingerprint !== undefined && <Link to={paths.incidents()}>{t('all')}</Link>}
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={5} />}
      {data?.countedFrom !== undefined && (
        <Note kind="warning">{t('partly', { when: formatMomentLong(Date.parse(data.countedFrom)) })}</Note>
      )}
      {data && found.length === 0 && (
        <Empty
          icon="check"
          title={fingerprint === undefined ? t('none') : t('gone')}
          text={fingerprint === undefined ? t('noneText') : undefined}
        />
      )}
      <ul className={classes['list']}>
        {found.map(incident => (
          <li key={incident.fingerprint}>
            <Card incident={incident} isOpen={fingerprint !== undefined} />
          </li>
        ))}
      </ul>
      {data && found.length > 0 && <p className={classes['muted']}>{t('looked', { count: data.total })}</p>}
    </Page>
  )
}

function Card({ incident, isOpen }: { readonly incident: Incident; readonly isOpen: boolean }): ReactNode {
  const { fingerprint, pattern, taskId, type, count, firstDate, lastDate, flows, trend } = incident
  return (
    <article className={classes['card']}>
      <div className={classes['head']}>
        <span className={classes['icon']}>
          <Icon name="warning" size={20} />
        </span>
        <div className={classes['what']}>
          <Link to={paths.incidents(fingerprint)} className={classes['pattern']}>
            {pattern === '' ? t('noMessage') : pattern}
          </Link>
          <span className={classes['muted']}>
            {taskId} · {type.slice(type.lastIndexOf('.') + 1)} · {t('flows', { count: flows.length })}
          </span>
        </div>
        <Trend values={trend} />
        <div className={classes['count']}>
          <strong>{t('times', { count })}</strong>
          <span className={classes['muted']}>
            <Timestamp atMs={Date.parse(firstDate)} />
            {count > 1 && (
              <>
                {' – '}
                <Timestamp atMs={Date.parse(lastDate)} />
              </>
            )}
          </span>
        </div>
      </div>
      {isOpen && <Details incident={incident} />}
    </article>
  )
}

function Trend({ values }: { readonly values: readonly number[] }): ReactNode {
  const most = Math.max(1, ...values)
  return (
    <svg
      className={classes['trend']}
      viewBox={`0 0 ${values.length * 5} 20`}
      role="img"
      aria-label={`${t('trend')}: ${values.join(', ')}`}
      preserveAspectRatio="none"
    >
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(3, (value / most) * 20)
        return <rect key={index} x={index * 5} y={20 - height} width={4} height={height} data-some={value > 0} />
      })}
    </svg>
  )
}

function Details({ incident }: { readonly incident: Incident }): ReactNode {
  const { message, flows, lastSuccess, executionIds } = incident
  const [isAsked, setAsked] = useState(false)
  const first = flows[0]
  return (
    <div className={classes['details']}>
      <CodeBlock label={t('message')} text={message} isWrapped />
      <ul className={classes['flows']}>
        {flows.map(({ namespace, flowId, count, revisions }) => (
          <li key={`${namespace}.${flowId}`}>
            <Link to={paths.flow({ namespace, id: flowId })}>
              {namespace} / {flowId}
            </Link>
            <span className={classes['muted']}>
              {t('times', { count })} · {t('revisions', { list: revisions.join(', ') })}
            </span>
          </li>
        ))}
      </ul>
      <p>
        {t('lastSuccess')}:{' '}
        {lastSuccess && first ? (
          <>
            <Link
              to={paths.execution({ namespace: first.namespace, flowId: first.flowId, id: lastSuccess.executionId })}
            >
              <Timestamp atMs={Date.parse(lastSuccess.startDate)} />
            </Link>{' '}
            {t('inRevision', { revision: lastSuccess.revision })}
          </>
        ) : (
          t('never')
        )}
      </p>
      {first && flows.length === 1 && (
        <p className={classes['runs']}>
          {t('executions')}:
          {executionIds.map(id => (
            <Link key={id} to={paths.execution({ namespace: first.namespace, flowId: first.flowId, id })}>
              <code>{id}</code>
            </Link>
          ))}
        </p>
      )}
      <div>
        <Button onClick={() => setAsked(true)}>{t('replay', { count: executionIds.length })}</Button>
      </div>
      {isAsked && (
        <TypedConfirm
          title={t('replayTitle', { count: executionIds.length })}
          action={t('replay', { count: executionIds.length })}
          onClose={() => setAsked(false)}
          onConfirm={() => {
            setAsked(false)
            void replay(executionIds)
          }}
        >
          {t('replayText')}
        </TypedConfirm>
      )}
    </div>
  )
}

async function replay(ids: readonly string[]): Promise<void> {
  try {
    for (const executionId of ids) await api.executions.replay({ params: { executionId } })
    showToast({ kind: 'success', text: t('replayed', { count: ids.length }) })
  } catch (error) {
    showToast({ kind: 'error', text: t('notReplayed'), detail: String(error) })
  }
  await queryClient.invalidateQueries({ queryKey: ['executions'] })
}
