// Where somebody is signed in; any of it can be ended.
import { useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { tellAgent } from './tell-agent.ts'
import { useTold, type Session } from './use-access.ts'
import { Badge } from './who.tsx'

export interface SessionLinesProps {
  /** Whose; one's own unless said. */
  readonly of?: string
}

export function SessionLines({ of }: SessionLinesProps): ReactNode {
  const { data, error, refetch } = useSessions(of)
  const end = useEndSession(of)
  const endAll = useEndSessions(of)
  const missing = useMay()('USER:UPDATE')
  const why = of === undefined ? undefined : missing
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height="2rem" />
  const others = data.filter(({ isCurrent }) => !isCurrent)
  return (
    <>
      {data.length === 0 && <p className={classes['muted']}>{t('noSessions')}</p>}
      <ul className={classes['lines']}>
        {data.map(session => (
          <li key={session.id}>
            <Icon name="app" />
            <SessionText session={session} />
            <ActButton
              size="compact-sm"
              why={session.isCurrent ? t('thisOne') : why}
              onClick={() => end.mutate(session)}
            >
              {t('end')}
            </ActButton>
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <div className={classes['foot']}>
          <ActButton size="compact-sm" why={why} onClick={() => endAll.mutate(undefined)}>
            {t(of === undefined ? 'endOthers' : 'endAll')}
          </ActButton>
        </div>
      )}
    </>
  )
}

export function SessionText({ session }: { readonly session: Session }): ReactNode {
  const { agent, ip, provider, created, seen, isCurrent } = session
  return (
    <span className={classes['lineText']}>
      <span className={classes['badges']}>
        <span className={classes['strong']}>{tellAgent(agent)}</span>
        {isCurrent && <Badge look="good">{t('thisSession')}</Badge>}
      </span>
      <span className={`${classes['muted']} ${classes['small']}`}>
        {[ip, provider].filter(Boolean).join(' · ')} · {t('since')} <Timestamp atMs={Date.parse(created)} /> ·{' '}
        {t('lastSeen')} <Timestamp atMs={Date.parse(seen)} isRelative />
      </span>
    </span>
  )
}

function useSessions(of: string | undefined): UseQueryResult<readonly Session[]> {
  return useQuery({
    queryKey: ['access', 'sessions', of ?? ''],
    queryFn: async ({ signal }) =>
      of === undefined ? await api.me.sessions({ signal }) : await api.users.sessions({ params: { id: of }, signal }),
  })
}

function useEndSession(of: string | undefined): UseMutationResult<unknown, Error, Session> {
  return useTold(
    async ({ id: sessionId }: Session) => {
      if (of === undefined) await api.me.endSession({ params: { sessionId } })
      else await api.users.endSession({ params: { id: of, sessionId } })
    },
    () => t('sessionEnded'),
    t('sessionNotEnded'),
  )
}

function useEndSessions(of: string | undefined): UseMutationResult<unknown, Error, undefined> {
  return useTold(
    async () => {
      if (of === undefined) await api.me.endSessions()
      else await api.users.endSessions({ params: { id: of } })
    },
    () => t('sessionsEnded'),
    t('sessionNotEnded'),
  )
}
