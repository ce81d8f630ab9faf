// One app as it is written. A new one begins with a flow.
import { Button } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { lazy, Suspense, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { isNotFound } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { useFlow } from '../flow/use-flow.ts'
import { FlowChooser } from '../run-dialog/flow-chooser.tsx'
import { newAppOf } from './app-text.ts'
import { t } from './messages.ts'
import { useApp } from './use-apps.ts'

const AppEditor = lazy(async () => ({ default: (await import('./app-editor.tsx')).AppEditor }))

const CRUMBS = [{ title: t('title'), to: paths.apps() }]

export function AppPage(): ReactNode {
  const { uid = '' }: { readonly uid?: string } = useParams({ strict: false })
  const { data, error, isPending, refetch } = useApp(uid)
  const go = useGo()
  if (data)
    return (
      <Suspense fallback={<Waiting title={data.name} />}>
        <AppEditor key={uid} app={data} initial={data.source} />
      </Suspense>
    )
  if (isPending) return <Waiting title={t('title')} />
  return (
    <Page title={t('title')} crumbs={CRUMBS}>
      {isNotFound(error) ? (
        <Empty
          icon="app"
          title={t('unknown')}
          action={<Button onClick={() => go(paths.apps())}>{t('toApps')}</Button>}
        />
      ) : (
        <ErrorCard title={t('failedOne')} error={error} onRetry={() => void refetch()} />
      )}
    </Page>
  )
}

function Waiting({ title }: { readonly title: string }): ReactNode {
  return (
    <Page title={title} crumbs={CRUMBS} isFull>
      <SkeletonRows rows={8} />
    </Page>
  )
}

const PARAMS = { flow: textParam }

/** `?flow=NAMESPACE/ID`; without it a flow is asked for. */
export function NewAppPage(): ReactNode {
  const [{ flow }, setSearch] = useSearchState(PARAMS)
  const go = useGo()
  if (flow !== undefined) return <NewForFlow flow={flow} />
  return (
    <Page title={t('newApp')} crumbs={CRUMBS}>
      <FlowChooser
        title={t('whichFlow')}
        onChoose={({ namespace, id }) => setSearch({ flow: `${namespace}/${id}` }, { replace: true })}
        onClose={() => go(paths.apps(), { replace: true })}
      />
    </Page>
  )
}

function NewForFlow({ flow }: { readonly flow: string }): ReactNode {
  const [namespace = '', id = ''] = flow.split('/')
  const { data, error, refetch } = useFlow({ namespace, id })
  if (error)
    return (
      <Page title={t('newApp')} crumbs={CRUMBS}>
        <ErrorCard error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!data) return <Waiting title={t('newApp')} />
  return (
    <Suspense fallback={<Waiting title={t('newApp')} />}>
      <AppEditor initial={newAppOf({ namespace, id, description: data.description })} />
    </Suspense>
  )
}
