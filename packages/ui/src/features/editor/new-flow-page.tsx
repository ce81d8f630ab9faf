// A flow that is not there yet. The editor comes behind the page.
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { paths } from '../../lib/paths.ts'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { t } from './messages.ts'

const NewFlow = lazyPart(async () => (await import('./new-flow.tsx')).NewFlow, <SkeletonRows rows={10} />)

export function NewFlowPage(): ReactNode {
  return (
    <Page title={t('newFlow')} crumbs={[{ title: t('flows'), to: paths.flows() }]} isFull>
      <NewFlow />
    </Page>
  )
}
