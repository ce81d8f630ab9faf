// What bounds how much may go on at once: limits that flows share, those of single flows, and requests.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { cx } from '../../widgets/class-names.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Note } from '../../widgets/note.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { Box } from '../iam/box.tsx'
import iam from '../iam/iam.module.css'
import classes from './fact-list.module.css'
import { t } from './facts-messages.ts'
import { Limits } from './limits.tsx'
import { useStorageFacts } from './use-facts.ts'

type Shared = Awaited<ReturnType<typeof api.limits.shared>>['results'][number]

const LOOK_AGAIN_MS = 5_000

export function QuotasTab(): ReactNode {
  const mayNot = useMay()
  return (
    <div className={classes['columns']}>
      <Box title={t('shared')}>
        <p className={iam['muted']}>{t('sharedText')}</p>
        <SharedLimits />
      </Box>
      <Box title={t('ofFlows')}>
        <Limits />
      </Box>
      {mayNot('INSTANCE:READ') === undefined && <Requests />}
      <Note>{t('noQuota')}</Note>
    </div>
  )
}

function SharedLimits(): ReactNode {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['limits', 'shared'],
    queryFn: ({ signal }) => api.limits.shared({ signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={2} />
  if (data.results.length === 0) return <p className={iam['muted']}>{t('noShared')}</p>
  return (
    <Table
      label={t('shared')}
      columns={COLUMNS}
      rows={data.results}
      rowKey={({ namespace, pool = '' }) => `${namespace}/${pool}`}
      card={limit => (
        <span className={iam['card']}>
          <span>{whoseOf(limit)}</span>
          <Use limit={limit} />
        </span>
      )}
    />
  )
}

const COLUMNS: readonly Column<Shared>[] = [
  { id: 'whose', title: t('whose'), cell: whoseOf },
  { id: 'use', title: t('use'), width: '260px', cell: limit => <Use limit={limit} /> },
  { id: 'waiting', title: t('waiting'), width: '110px', align: 'end', cell: ({ queued }) => formatNumber(queued) },
  {
    id: 'behaviour',
    title: t('behaviour'),
    width: '150px',
    isExtra: true,
    cell: ({ behavior = 'QUEUE' }) => wordOf(behavior),
  },
]

function wordOf(behavior: string): string {
  return behavior === 'QUEUE' || behavior === 'CANCEL' || behavior === 'FAIL' ? t(behavior) : behavior.toLowerCase()
}

function whoseOf({ namespace, pool }: Shared): ReactNode {
  const where = namespace === '' ? t('everywhere') : namespace
  return (
    <>
      {namespace === '' ? where : <Link to={paths.namespace(namespace, 'concurrency')}>{where}</Link>}
      {pool !== undefined && <span className={iam['muted']}> · {t('pool', { pool })}</span>}
    </>
  )
}

function Use({ limit: { running, limit } }: { readonly limit: Shared }): ReactNode {
  const part = limit === 0 ? 1 : Math.min(1, running / limit)
  return (
    <span>
      <span className={classes['number']}>
        {t('meter', { used: formatNumber(running), limit: formatNumber(limit) })}
      </span>
      <span
        className={cx(classes['meter'], part >= 1 && classes['full'])}
        style={{ display: 'block' }}
        aria-hidden="true"
      >
        <span style={{ width: `${Math.round(part * 100)}%` }} />
      </span>
    </span>
  )
}

function Requests(): ReactNode {
  const { data, error, refetch } = useStorageFacts()
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  const count = data?.requestsPerMinute ?? 0
  return (
    <Box title={t('requests')}>
      {data ? (
        <>
          <p>{count === 0 ? t('noRequestLimit') : t('perMinute', { count })}</p>
          <p className={iam['muted']}>
            {t('setBy', { option: 'server.requests-per-minute', variable: 'BATUTA_REQUESTS_PER_MINUTE' })}
          </p>
        </>
      ) : (
        <SkeletonRows rows={1} />
      )}
    </Box>
  )
}
