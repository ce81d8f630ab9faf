// What the runs of this flow have said.
import { useMemo, useState, type ReactNode } from 'react'
import { useFilters } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { LOG_FIELDS } from '../logs/log-fields.ts'
import { LogSearchView, TailButton } from '../logs/log-search-view.tsx'
import type { FlowTabProps } from './flow-page.tsx'
import { t } from './messages.ts'

const FIELDS = LOG_FIELDS.filter(({ param }) => param !== 'namespace' && param !== 'flowId')

export function FlowLogs({ flow }: FlowTabProps): ReactNode {
  const state = useFilters(FIELDS)
  const [isTailing, setTailing] = useState(true)
  const { namespace, id } = flow
  const scope = useMemo(
    () => ({ 'filters[namespace][EQUALS]': namespace, 'filters[flowId][EQUALS]': id }) as const,
    [namespace, id],
  )
  return (
    <LogSearchView
      state={state}
      fields={FIELDS}
      isTailing={isTailing}
      scope={scope}
      controls={<TailButton isTailing={isTailing} onChange={setTailing} />}
      nothing={<Empty icon="logs" title={t('noLogs')} text={t('noLogsText')} />}
    />
  )
}
