// Which secrets are there, who uses them, and which are missing?
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { t } from './messages.ts'
import { SecretsPanel } from './secrets-panel.tsx'

export function SecretsPage(): ReactNode {
  return (
    <Page title={t('title')} isFull>
      <SecretsPanel />
    </Page>
  )
}
