// It waits for a place: under which limits, where in their queues, and who holds the places.
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { StateIcon } from '../states/state-icon.tsx'
import { t } from './messages.ts'
import type { ExecutionHead } from './use-execution.ts'
import { useExecutionAction } from './use-execution-action.ts'
import classes from './waiting-card.module.css'

const EVERY_MS = 2_000
const HOLDERS_SHOWN = 5

export function QueuedCard({ head }: { readonly head: ExecutionHead }): ReactNode {
  const { id, namespace, flowId } = head
  const act = useExecutionAction(head, () => undefined)
  const places = useQuery({
    queryKey: ['limits', 'places', id],
    queryFn: ({ signal }) => api.limits.places({ params: { executionId: id }, signal }),
    refetchInterval: EVERY_MS,
  }).data?.limits
  const holders = useQuery({
    queryKey: ['limits', 'members', namespace, flowId],
    queryFn: ({ signal }) => api.limits.members({ params: { namespace, flowId }, signal }),
    refetchInterval: EVERY_MS,
  }).data?.members.filter(({ state }) => state === 'RUNNING')
  return (
    <section className={classes['card']} aria-label={t('queuedTitle')}>
      <header className={classes['head']}>
        <StateIcon state="QUEUED" size={18} />
        <h2>{t('queuedTitle')}</h2>
      </header>
      {places === undefined && <p className={classes['text']}>{t('queuedText')}</p>}
      {places
        ?.filter(({ state }) => state === 'QUEUED')
        .map(({ type, namespace: owner, pool, limit, running, queued, position }) => (
          <p key={`${type} ${owner} ${pool ?? ''}`} className={classes['text']}>
            {t('queuedAt', {
              position: position ?? queued,
              queued,
              limit: type === 'pool' ? (pool ?? '') : type === 'namespace' ? owner : `${owner}.${flowId}`,
              running,
              places: limit ?? running,
            })}
          </p>
        ))}
      {holders !== undefined && holders.length > 0 && (
        <p className={classes['text']}>
          {t('heldBy')}{' '}
          {holders.slice(0, HOLDERS_SHOWN).map(({ executionId }) => (
            <Link key={executionId} to={paths.execution({ namespace, flowId, id: executionId })}>
              <code>{executionId}</code>{' '}
            </Link>
          ))}
        </p>
      )}
      <div className={classes['steps']}>
        <Button onClick={() => act.mutate({ type: 'unqueue' })}>{t('unqueue')}</Button>
      </div>
    </section>
  )
}
