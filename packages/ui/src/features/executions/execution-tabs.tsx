import type { ReactNode } from 'react'
import { paths } from '../../lib/paths.ts'
import { Tabs } from '../../widgets/tabs.tsx'
import { t } from './messages.ts'

/** What has run, whole or task by task. */
export function ExecutionTabs({ active }: { readonly active: 'executions' | 'taskruns' }): ReactNode {
  return (
    <Tabs
      label={t('title')}
      active={active}
      tabs={[
        { id: 'executions', title: t('title'), to: paths.executions() },
        { id: 'taskruns', title: t('taskRuns'), to: paths.taskRuns() },
      ]}
    />
  )
}
