// One policy as it is written, and what of what is saved breaks it.
import { Button } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page, type Crumb } from '../../app/page.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { isNotFound } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Refused } from '../iam/refused.tsx'
import { t } from './messages.ts'
import { newPolicyText } from './new-policy.ts'
import { listOf, namespaceOf, needOf, scopeOf, usePolicy, type PolicyScope } from './use-policies.ts'

const rows = <SkeletonRows rows={8} />
const PolicyEditor = lazyPart(
  async () => (await import('./policy-editor.tsx')).PolicyEditor,
  rows,
  ({ policy, crumbs }, content) => (
    <Waiting title={policy?.id ?? t('newPolicy')} crumbs={crumbs}>
      {content}
    </Waiting>
  ),
)

export function PolicyPage(): ReactNode {
  const { scope: name = '', id = '' }: { readonly scope?: string; readonly id?: string } = useParams({ strict: false })
  const scope = scopeOf(name)
  const why = useMay()(needOf(scope, 'READ'), namespaceOf(scope))
  if (why === undefined) return <SavedPolicy key={`${name}/${id}`} scope={scope} id={id} />
  return (
    <Page title={t('section')} crumbs={crumbsOf(scope)}>
      <Refused why={why} />
    </Page>
  )
}

function SavedPolicy({ scope, id }: { readonly scope: PolicyScope; readonly id: string }): ReactNode {
  const { data, error, isPending, refetch } = usePolicy(scope, id)
  const go = useGo()
  const crumbs = crumbsOf(scope)
  if (data) return <PolicyEditor scope={scope} crumbs={crumbs} policy={data} initial={data.source} />
  if (isPending) return <Waiting title={id} crumbs={crumbs} />
  return (
    <Page title={t('section')} crumbs={crumbs}>
      {isNotFound(error) ? (
        <Empty
          icon="shield"
          title={t('unknown')}
          action={<Button onClick={() => go(listOf(scope))}>{t('toPolicies')}</Button>}
        />
      ) : (
        <ErrorCard title={t('failedOne')} error={error} onRetry={() => void refetch()} />
      )}
    </Page>
  )
}

export function NewPolicyPage(): ReactNode {
  const { scope: name = '' }: { readonly scope?: string } = useParams({ strict: false })
  const scope = scopeOf(name)
  const crumbs = crumbsOf(scope)
  return <PolicyEditor scope={scope} crumbs={crumbs} initial={newPolicyText()} />
}

interface WaitingProps {
  readonly title: string
  readonly crumbs: readonly Crumb[]
  readonly children?: ReactNode
}

function Waiting({ title, crumbs, children = rows }: WaitingProps): ReactNode {
  return (
    <Page title={title} crumbs={crumbs} isFull>
      {children}
    </Page>
  )
}

function crumbsOf(scope: PolicyScope): readonly Crumb[] {
  return typeof scope === 'string'
    ? [{ title: t('title'), to: listOf(scope) }]
    : [
        { title: scope.namespace, to: paths.namespace(scope.namespace) },
        { title: t('title'), to: listOf(scope) },
      ]
}
