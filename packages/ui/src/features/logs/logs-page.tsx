// What exactly was said, by any execution, around when?
import { useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { paths } from '../../lib/paths.ts'
import { useFilters } from '../../lib/search-state.ts'
import { ViewsMenu } from '../views/views-menu.tsx'
import { LOG_FIELDS } from './log-fields.ts'
import { LogSearchView, TailButton } from './log-search-view.tsx'
import { t } from './messages.ts'

export function LogsPage(): ReactNode {
  const state = useFilters(LOG_FIELDS)
  const [isTailing, setTailing] = useState(true)
  return (
    <Page title={t('title')} isFull actions={<TailButton isTailing={isTailing} onChange={setTailing} />}>
      <LogSearchView
        state={state}
        fields={LOG_FIELDS}
        isTailing={isTailing}
        controls={<ViewsMenu page="logs" path={paths.logs()} />}
      />
    </Page>
  )
}
