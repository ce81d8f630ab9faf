// Which values do flows keep, where, and how long?
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { KeysPanel } from './keys-panel.tsx'
import { t } from './messages.ts'

export function KeysPage(): ReactNode {
  return (
    <Page title={t('title')} isFull>
      <KeysPanel />
    </Page>
  )
}
