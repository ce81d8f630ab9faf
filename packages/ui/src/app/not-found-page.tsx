import type { ReactNode } from 'react'
import { nearest } from '../lib/filters/filter.ts'
import { Link, usePath } from '../lib/link.tsx'
import { paths } from '../lib/paths.ts'
import { Empty } from '../widgets/empty.tsx'
import { DESTINATIONS, type Destination } from './destinations.ts'
import { t } from './messages.ts'
import { Page } from './page.tsx'

/** Says what is not there, and what was probably meant. */
export function NotFoundPage(): ReactNode {
  const path = usePath()
  const near = nearestTo(path)
  const way = near ? (
    <Link to={near.to}>{t('didYouMean', { page: near.title })}</Link>
  ) : (
    <Link to={paths.executions()}>{t('toExecutions')}</Link>
  )
  return (
    <Page title={t('notFoundTitle')}>
      <Empty icon="search" title={t('notFound', { path })} text={t('notFoundText')} action={way} />
    </Page>
  )
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
