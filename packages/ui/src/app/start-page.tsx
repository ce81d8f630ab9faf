// The first page: home, or where nothing has ever run the welcome.
import { useQuery } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { SKIPPED } from '../features/welcome/first-run.ts'
import { api } from '../lib/api.ts'
import { useGo } from '../lib/link.tsx'
import { paths } from '../lib/paths.ts'
import { getPreferences } from '../lib/preferences.ts'
import { readLocal } from '../platform/local-store.ts'
import { hasPage } from './has-page.ts'

export function StartPage(): ReactNode {
  const go = useGo()
  const isSkipped = readLocal(SKIPPED) !== undefined
  const { data, isError } = useQuery({
    queryKey: ['executions', 'any'],
    queryFn: ({ signal }) => api.executions.search({ query: { page: 1, size: 1 }, signal }),
    enabled: !isSkipped,
    retry: false,
  })
  const isNew = !isSkipped && data?.total === 0
  const isKnown = isSkipped || isError || data !== undefined
  useEffect(() => {
    if (!isKnown) return
    const wanted = { home: paths.home(), flows: paths.flows(), executions: paths.executions() }[
      getPreferences().landing
    ]
    const home = hasPage(wanted) ? wanted : paths.executions()
    go(isNew ? paths.welcome() : home, { replace: true })
  })
  return null
}
