// Where is what is called like this?
import { TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { HIT_GROUPS, type Hit } from './hit-places.ts'
import { t } from './messages.ts'
import classes from './search-page.module.css'

const PARAMS = { q: textParam }
const WAIT_MS = 150
const SIZE = 20

export function SearchPage(): ReactNode {
  const [{ q = '' }, setSearch] = useSearchState(PARAMS)
  const text = useSettled(q.trim())
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['search', text],
    queryFn: ({ signal }) => api.people.search({ query: { q: text, size: SIZE }, signal }),
    enabled: text !== '',
    placeholderData: before => before,
  })
  const groups = text === '' ? [] : (data?.groups ?? []).filter(({ hits }) => hits.length > 0)
  return (
    <Page title={t('title')}>
      <TextInput
        autoFocus
        size="sm"
        role="searchbox"
        aria-label={t('search')}
        placeholder={t('placeholder')}
        leftSection={<Icon name="search" size={14} />}
        value={q}
        onChange={event => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })}
      />
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {text === '' && <Empty icon="search" title={t('begin')} text={t('beginText')} />}
      {text !== '' && isPending && <SkeletonRows rows={6} />}
      {text !== '' && data && groups.length === 0 && <Empty icon="search" title={t('nothing', { text })} />}
      {groups.map(({ type, hits, hasMore }) => (
        <section key={type} className={classes['group']}>
          <h2>{HIT_GROUPS[type]?.title ?? type}</h2>
          <ul className={classes['list']}>
            {hits.map(hit => (
              <li key={`${hit.namespace ?? ''}/${hit.id}`}>
                <Row hit={hit} type={type} />
              </li>
            ))}
          </ul>
          {hasMore && <p className={classes['muted']}>{t('more')}</p>}
        </section>
      ))}
    </Page>
  )
}

function Row({ hit, type }: { readonly hit: Hit; readonly type: string }): ReactNode {
  const group = HIT_GROUPS[type]
  const to = group?.to(hit)
  const content = (
    <>
      <Icon name={group?.icon ?? 'search'} size={14} />
      <span className={classes['title']}>{type === 'executions' ? hit.id : hit.title}</span>
      <span className={classes['muted']}>
        {hit.namespace}
        {hit.detail !== undefined && hit.detail !== hit.namespace && ` ${hit.detail}`}
      </span>
      {hit.state !== undefined && <StateBadge state={hit.state} />}
    </>
  )
  if (to === undefined) return <span className={classes['row']}>{content}</span>
  return (
    <Link to={to} className={classes['row']}>
      {content}
    </Link>
  )
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
