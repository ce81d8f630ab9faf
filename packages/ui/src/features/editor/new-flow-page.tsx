// A flow that is not there yet. The editor comes behind the page.
import { lazy, Suspense, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { paths } from '../../lib/paths.ts'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { t } from './messages.ts'

const NewFlow = lazy(async () => ({ default: (await import('./new-flow.tsx')).NewFlow }))

export function NewFlowPage(): ReactNode {
  return (
    <Page title={t('newFlow')} crumbs={[{ title: t('flows'), to: paths.flows() }]} isFull>
      <Suspense fallback={<SkeletonRows rows={10} />}>
        <NewFlow />
      </Suspense>
    </Page>
  )
}
