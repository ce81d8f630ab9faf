// One app as it is written. A new one begins with a flow.
import { Button } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { isNotFound } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { useFlow } from '../flow/use-flow.ts'
import { FlowChooser } from '../run-dialog/flow-chooser.tsx'
import { newAppOf } from './app-text.ts'
import { t } from './messages.ts'
import { useApp } from './use-apps.ts'

const rows = <SkeletonRows rows={8} />
const AppEditor = lazyPart(
  async () => (await import('./app-editor.tsx')).AppEditor,
  rows,
  ({ app }, content) => <Waiting title={app?.name ?? t('newApp')}>{content}</Waiting>,
)

const CRUMBS = [{ title: t('title'), to: paths.apps() }]

export function AppPage(): ReactNode {
  const { uid = '' }: { readonly uid?: string } = useParams({ strict: false })
  const { data, error, isPending, refetch } = useApp(uid)
  const go = useGo()
  if (data) return <AppEditor key={uid} app={data} initial={data.source} />
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

function Waiting({ title, children = rows }: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <Page title={title} crumbs={CRUMBS} isFull>
      {children}
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
  return <AppEditor initial={newAppOf({ namespace, id, description: data.description })} />
}
