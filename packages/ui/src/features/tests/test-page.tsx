// One suite: its text on the left, what it came to on the right. A new one begins with an execution as it went, or with the inputs of a flow.
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
import { t } from './messages.ts'
import { newSuiteOf } from './suite-text.ts'
import { useRecording, useSuite } from './use-tests.ts'

const rows = <SkeletonRows rows={8} />
const SuiteView = lazyPart(
  async () => (await import('./suite-view.tsx')).SuiteView,
  rows,
  ({ suite }, content) => <Waiting title={suite?.id ?? t('newSuite')}>{content}</Waiting>,
)

const CRUMBS = [{ title: t('title'), to: paths.tests() }]

export function TestPage(): ReactNode {
  const params: Readonly<Record<string, string | undefined>> = useParams({ strict: false })
  const ref = { namespace: params['namespace'] ?? '', id: params['id'] ?? '' }
  const { data, error, isPending, refetch } = useSuite(ref)
  const go = useGo()
  if (data) return <SuiteView key={`${ref.namespace}/${ref.id}`} suite={data} initial={data.source} />
  if (isPending) return <Waiting title={ref.id} />
  return (
    <Page title={ref.id} crumbs={CRUMBS}>
      {isNotFound(error) ? (
        <Empty
          icon="test"
          title={t('unknown', { id: `${ref.namespace}.${ref.id}` })}
          action={<Button onClick={() => go(paths.tests())}>{t('toTests')}</Button>}
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

const PARAMS = { execution: textParam, flow: textParam }

/** `?execution=ID` records it, `?flow=NAMESPACE/ID` begins with its inputs; without either a flow is asked for. */
export function NewTestPage(): ReactNode {
  const [{ execution, flow }, setSearch] = useSearchState(PARAMS)
  const recording = useRecording(execution)
  const go = useGo()
  if (execution === undefined && flow === undefined)
    return (
      <Page title={t('newSuite')} crumbs={CRUMBS}>
        <FlowChooser
          title={t('startWith')}
          onChoose={({ namespace, id }) => setSearch({ flow: `${namespace}/${id}` }, { replace: true })}
          onClose={() => go(paths.tests(), { replace: true })}
        />
      </Page>
    )
  if (flow !== undefined && execution === undefined) return <NewForFlow flow={flow} />
  if (recording.error)
    return (
      <Page title={t('newSuite')} crumbs={CRUMBS}>
        <ErrorCard title={t('recording')} error={recording.error} onRetry={() => void recording.refetch()} />
      </Page>
    )
  if (recording.data === undefined) return <Waiting title={t('newSuite')} />
  return <SuiteView initial={recording.data} hint={t('recordedFrom', { id: execution ?? '' })} />
}

function NewForFlow({ flow }: { readonly flow: string }): ReactNode {
  const [namespace = '', id = ''] = flow.split('/')
  const { data, error, refetch } = useFlow({ namespace, id })
  if (error)
    return (
      <Page title={t('newSuite')} crumbs={CRUMBS}>
        <ErrorCard error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!data) return <Waiting title={t('newSuite')} />
  return <SuiteView initial={newSuiteOf({ namespace, id, inputs: data.inputs })} />
}
