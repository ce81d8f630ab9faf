import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ErrorCard } from '../widgets/error-card.tsx'
import { t } from './messages.ts'
import { Page } from './page.tsx'

/** What a page shows when it breaks: the shell around it goes on. */
export function PageFailure({ error }: { readonly error: unknown }): ReactNode {
  const router = useRouter()
  return (
    <Page title={t('failureTitle')}>
      <ErrorCard error={error} onRetry={() => void router.invalidate()} />
    </Page>
  )
}
