import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { HIT_GROUPS, type Hit } from '../features/search/hit-places.ts'
import { api } from '../lib/api.ts'
import { nearest } from '../lib/filters/filter.ts'
import { Link, useGo, usePath } from '../lib/link.tsx'
import { paths } from '../lib/paths.ts'
import { usePairs } from '../lib/search-state.ts'
import { Empty } from '../widgets/empty.tsx'
import { DESTINATIONS, type Destination } from './destinations.ts'
import { late } from './late-messages.ts'
import classes from './not-found-page.module.css'
import { resolveOldLink } from './old-links.ts'
import { Page } from './page.tsx'

/** Leads on where the address is an old one; else says what is not there, and what was probably meant. */
export function NotFoundPage(): ReactNode {
  const path = usePath()
  const [pairs] = usePairs()
  const go = useGo()
  const old = resolveOldLink(path, pairs)
  const moved = old?.type === 'moved' ? old.to : undefined
  // This page is there until the program of the other one has come, and then its address is no unknown one.
  const [awaited, setAwaited] = useState<string>()
  useEffect(() => {
    if (moved === undefined) return
    setAwaited(moved.split('?')[0])
    go(moved, { replace: true })
  }, [moved, go])
  if (old?.type === 'moved' || path === awaited) return null
  if (old)
    return (
      <Page title={late('notFoundTitle')}>
        <Empty icon="info" title={old.title} text={old.text} action={<Link to={old.to}>{old.way}</Link>} />
      </Page>
    )
  return <Unknown path={path} />
}

function Unknown({ path }: { readonly path: string }): ReactNode {
  const near = nearestTo(path)
  const named = useNamed(path)
  const way = near ? (
    <Link to={near.to}>{late('didYouMean', { page: near.title })}</Link>
  ) : (
    <Link to={paths.executions()}>{late('toExecutions')}</Link>
  )
  return (
    <Page title={late('notFoundTitle')}>
      <Empty icon="search" title={late('notFound', { path })} text={late('notFoundText')} action={way} />
      {named.length > 0 && (
        <section className={classes['near']} aria-label={late('notFoundNear')}>
          <h2>{late('notFoundNear')}</h2>
          <ul>
            {named.map(({ to, title, hint }) => (
              <li key={to}>
                <Link to={to}>{title}</Link> <span>{hint}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  )
}

interface Near {
  readonly to: string
  readonly title: string
  readonly hint: string
}

const NEAR_MAX = 6
const WORDS_MAX = 3
const NONE: readonly Near[] = []

/** Flows, executions, namespaces … that are called like a part of the address. */
function useNamed(path: string): readonly Near[] {
  const words = path.split('/').filter(word => word.length > 2)
  const { data = NONE } = useQuery({
    queryKey: ['search', 'near', path],
    queryFn: async ({ signal }) => {
      for (const q of words.slice(-WORDS_MAX).reverse()) {
        const { groups } = await api.people.search({ query: { q, size: NEAR_MAX }, signal })
        const found = groups.flatMap(({ type, hits }) => hits.flatMap(hit => nearOf(type, hit)))
        if (found.length > 0) return found.slice(0, NEAR_MAX)
      }
      return NONE
    },
    enabled: words.length > 0,
    retry: false,
  })
  return data
}

function nearOf(type: string, hit: Hit): readonly Near[] {
  const group = HIT_GROUPS[type]
  const to = group?.to(hit)
  if (!group || to === undefined) return []
  const hint = [group.title, hit.namespace].filter(part => part !== undefined).join(' · ')
  return [{ to, title: type === 'executions' ? hit.id : hit.title, hint }]
}

/** The page whose address begins almost like this one. */
function nearestTo(path: string): Destination | undefined {
  const firstOf = (address: string): string => address.split('/')[1] ?? ''
  const name = nearest(
    firstOf(path),
    DESTINATIONS.map(({ to }) => firstOf(to)),
  )
  return DESTINATIONS.find(({ to }) => firstOf(to) === name)
}
