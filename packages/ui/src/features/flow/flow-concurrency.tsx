import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { queryClient } from '../../lib/query.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { StateBadge } from '../states/state-badge.tsx'
import classes from './flow-page.module.css'
import type { FlowTabProps } from './flow-page.tsx'
import { t } from './messages.ts'

const EVERY_MS = 2_000

/** Who runs under the limit of the flow, and who waits. */
export function FlowConcurrency({ flow }: FlowTabProps): ReactNode {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['limits', 'members', flow.namespace, flow.id],
    queryFn: ({ signal }) => api.limits.members({ params: { namespace: flow.namespace, flowId: flow.id }, signal }),
    refetchInterval: EVERY_MS,
  })
  if (isPending) return <SkeletonRows rows={4} />
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (data.members.length === 0) return <Empty icon="clock" title={t('noSlots')} />
  return (
    <div className={`${classes['card']} ${classes['scroll']}`}>
      <table className={classes['plain']} aria-label={t('concurrency')}>
        <thead>
          <tr>
            <th scope="col">{t('state')}</th>
            <th scope="col">{t('execution')}</th>
            <th scope="col">{t('place')}</th>
          </tr>
        </thead>
        <tbody>
          {data.members.map(({ executionId, state, position }) => (
            <tr key={executionId}>
              <td>
                <StateBadge state={state} />
              </td>
              <td>
                <Link to={paths.execution({ namespace: flow.namespace, flowId: flow.id, id: executionId })}>
                  <code>{executionId}</code>
                </Link>
              </td>
              <td>
                {state === 'RUNNING' ? t('holds') : t('waitsAt', { position: position ?? 0 })}
                {state === 'QUEUED' && (
                  <>
                    {' '}
                    <Button
                      size="compact-sm"
                      aria-label={t('releaseOne', { id: executionId })}
                      {...tip(t('releaseHint'))}
                      onClick={() => void release(executionId)}
                    >
                      {t('release')}
                    </Button>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Whatever the limit says. */
async function release(executionId: string): Promise<void> {
  try {
    await api.executions.unqueue({ params: { executionId }, query: { state: 'RUNNING' } })
    showToast({ kind: 'success', text: t('released', { id: executionId }) })
  } catch (error) {
    showToast({ kind: 'error', text: t('notReleased', { id: executionId }), detail: String(error) })
  }
  await queryClient.invalidateQueries({ queryKey: ['limits'] })
}
