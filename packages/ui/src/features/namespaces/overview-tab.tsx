import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { usePollMs } from '../../lib/live/live.ts'
import { formatNumber } from '../../lib/messages.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { t } from './messages.ts'
import classes from './namespaces.module.css'
import { sinceYesterday, useNamespaceChain, useNamespaceFacts, useSaveNamespace } from './use-namespaces.ts'

const FAILURES_MAX = 8

export function OverviewTab({ namespace }: { readonly namespace: string }): ReactNode {
  const { chain, error, retry } = useNamespaceChain(namespace)
  return (
    <div className={classes['scroll']}>
      {error && <ErrorCard title={t('failedOne')} error={error} onRetry={retry} />}
      {chain && <Description namespace={namespace} text={chain[0]?.description ?? ''} />}
      <div className={classes['grid']}>
        <States namespace={namespace} />
        <Failures namespace={namespace} />
        <Below namespace={namespace} />
      </div>
    </div>
  )
}

function Description({ namespace, text }: { readonly namespace: string; readonly text: string }): ReactNode {
  const [draft, setDraft] = useState<string | undefined>(undefined)
  const save = useSaveNamespace(namespace)
  if (draft === undefined)
    return (
      <p className={classes['lead']}>
        {text}
        <MayButton
          need="NAMESPACE:UPDATE"
          namespace={namespace}
          size="compact-sm"
          variant="subtle"
          onClick={() => setDraft(text)}
        >
          {t('edit')}
        </MayButton>
      </p>
    )
  const submit = (): void => save.mutate({ description: draft }, { onSuccess: () => setDraft(undefined) })
  return (
    <form
      className={classes['lead']}
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <TextInput
        aria-label={t('description')}
        size="sm"
        autoFocus
        value={draft}
        error={save.error?.message}
        onChange={event => setDraft(event.currentTarget.value)}
      />
      <Button type="submit" variant="filled" loading={save.isPending}>
        {t('save')}
      </Button>
      <Button onClick={() => setDraft(undefined)}>{t('cancel')}</Button>
    </form>
  )
}

function States({ namespace }: { readonly namespace: string }): ReactNode {
  const within = { 'filters[namespace][PREFIX]': namespace, ...sinceYesterday() }
  const { data, error, refetch } = useQuery({
    queryKey: ['executions', 'counts', 'namespace', namespace],
    queryFn: ({ signal }) => api.executions.counts({ query: within, signal }),
    refetchInterval: usePollMs(),
  })
  const states = Object.entries(data?.states ?? {}).filter(([, count]) => count > 0)
  return (
    <section className={classes['box']}>
      <h2>{t('byState')}</h2>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="2rem" />}
      {data && states.length === 0 && <p className={classes['muted']}>{t('noRuns')}</p>}
      <div className={classes['states']}>
        {states.map(([state, count]) => (
          <Link key={state} to={executionsOf(namespace, state)}>
            <span>
              <StateBadge state={state} /> {formatNumber(count)}
            </span>
          </Link>
        ))}
      </div>
    </section>
  )
}

function executionsOf(namespace: string, state: string): string {
  return withQuery(paths.executions(), [
    ['filters[namespace][PREFIX]', namespace],
    ['filters[state][EQUALS]', state],
    ['filters[startDate][GREATER_THAN_OR_EQUAL_TO]', '-24h'],
  ])
}

function Failures({ namespace }: { readonly namespace: string }): ReactNode {
  const { data, error, refetch } = useQuery({
    queryKey: ['executions', 'failures', namespace],
    queryFn: ({ signal }) =>
      api.executions.search({
        query: {
          cursor: '',
          size: FAILURES_MAX,
          'filters[namespace][PREFIX]': namespace,
          'filters[state][EQUALS]': 'FAILED',
        },
        signal,
      }),
    refetchInterval: usePollMs(),
  })
  return (
    <section className={classes['box']}>
      <h2>
        {t('lastFailures')}
        {data && data.results.length > 0 && (
          <Link
            to={withQuery(paths.executions(), [
              ['filters[namespace][PREFIX]', namespace],
              ['filters[state][EQUALS]', 'FAILED'],
            ])}
          >
            {t('allFailures')}
          </Link>
        )}
      </h2>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="4rem" />}
      {data?.results.length === 0 && <p className={classes['muted']}>{t('noFailures')}</p>}
      <ul className={classes['list']}>
        {data?.results.map(run => (
          <li key={run.id}>
            <StateBadge state={run.state.current} isIconOnly />
            <Link to={paths.execution(run)}>
              {run.namespace} / {run.flowId}
            </Link>
            <span className={classes['muted']}>
              <Timestamp atMs={Date.parse(run.state.startDate)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Below({ namespace }: { readonly namespace: string }): ReactNode {
  const { data, error, refetch } = useNamespaceFacts()
  const below = data?.filter(({ id }) => id.startsWith(`${namespace}.`)) ?? []
  return (
    <section className={classes['box']}>
      <h2>{t('below')}</h2>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="4rem" />}
      {data && below.length === 0 && <p className={classes['muted']}>{t('noBelow')}</p>}
      <ul className={classes['list']}>
        {below.map(({ id, flows, failures }) => (
          <li key={id}>
            <Link to={paths.namespace(id)}>{id}</Link>
            <span className={classes['muted']}>
              {t('flows')}: {formatNumber(flows)}
            </span>
            {failures !== undefined && failures > 0 && (
              <span className={classes['bad']}>
                {t('failures')}: {formatNumber(failures)}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
