// Which limits hold executions back now, who holds their places and who waits.
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { queryClient } from '../../lib/query.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { StateBadge } from '../states/state-badge.tsx'
import classes from './instance-page.module.css'
import { t } from './messages.ts'

type Limit = Awaited<ReturnType<typeof api.limits.search>>['results'][number]

const LOOK_AGAIN_MS = 5_000
const LIMITS_MAX = 200

export function Limits(): ReactNode {
  const [chosen, setChosen] = useState<Limit | undefined>(undefined)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['limits', 'search'],
    queryFn: ({ signal }) => api.limits.search({ query: { page: 1, size: LIMITS_MAX }, signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
  if (error) return <ErrorCard title={t('failedLimits')} error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={2} />
  if (data.results.length === 0) return <p className={classes['muted']}>{t('noLimits')}</p>
  return (
    <>
      <ul className={classes['list']}>
        {data.results.map(limit => (
          <li key={`${limit.namespace}.${limit.flowId}`}>
            <Link to={paths.flow({ namespace: limit.namespace, id: limit.flowId }, 'concurrency')}>
              {limit.namespace} / {limit.flowId}
            </Link>
            <span className={classes['muted']}>
              {t('running')} {formatNumber(limit.running)}
              {limit.limit !== undefined && ` / ${formatNumber(limit.limit)}`} · {t('queued')}{' '}
              {formatNumber(limit.queued)}
            </span>
            <Button size="compact-sm" onClick={() => setChosen(limit)}>
              {t('members')}
            </Button>
          </li>
        ))}
      </ul>
      {chosen && <Members limit={chosen} onClose={() => setChosen(undefined)} />}
    </>
  )
}

function Members({ limit, onClose }: { readonly limit: Limit; readonly onClose: () => void }): ReactNode {
  const { namespace, flowId } = limit
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['limits', 'members', namespace, flowId],
    queryFn: ({ signal }) => api.limits.members({ params: { namespace, flowId }, signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
  return (
    <Dialog title={t('membersTitle', { flow: `${namespace}.${flowId}` })} onClose={onClose}>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={2} />}
      {data?.members.length === 0 && <p className={classes['muted']}>{t('noMembers')}</p>}
      <ul className={classes['list']}>
        {data?.members.map(({ executionId, state, position }) => (
          <li key={executionId}>
            <StateBadge state={state} />
            <Link to={paths.execution({ namespace, flowId, id: executionId })}>
              <code>{executionId}</code>
            </Link>
            {position !== undefined && <span className={classes['muted']}>{t('place', { position })}</span>}
            {state === 'QUEUED' && (
              <Button size="compact-sm" {...tip(t('startHint'))} onClick={() => void start(executionId)}>
                {t('start')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

async function start(executionId: string): Promise<void> {
  try {
    await api.executions.unqueue({ params: { executionId }, query: { state: 'RUNNING' } })
    showToast({ kind: 'success', text: t('startedNow') })
  } catch (error) {
    showToast({ kind: 'error', text: t('notStarted'), detail: String(error) })
  }
  await queryClient.invalidateQueries({ queryKey: ['limits'] })
}
