import type { ReactNode } from 'react'
import { Link, usePath } from '../lib/link.tsx'
import { paths } from '../lib/paths.ts'
import { Empty } from '../widgets/empty.tsx'
import { Page } from './page.tsx'
import { t } from './messages.ts'

export function NotFoundPage(): ReactNode {
  const path = usePath()
  return (
    <Page title={t('notFoundTitle')}>
      <Empty
        title={t('notFound', { path })}
        text={t('notFoundText')}
        action={<Link to={paths.executions()}>{t('toExecutions')}</Link>}
      />
    </Page>
  )
}
