// What applies in this namespace, and where does it come from?
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { paths } from '../../lib/paths.ts'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Tabs } from '../../widgets/tabs.tsx'
import { t } from './messages.ts'

const rows = <SkeletonRows rows={6} />
// Each part is fetched when it is opened.
const FilesPanel = lazyPart(async () => (await import('../files/files-panel.tsx')).FilesPanel, rows)
const KeysPanel = lazyPart(async () => (await import('../keys/keys-panel.tsx')).KeysPanel, rows)
const SecretsPanel = lazyPart(async () => (await import('../secrets/secrets-panel.tsx')).SecretsPanel, rows)
const ConcurrencyTab = lazyPart(async () => (await import('./concurrency-tab.tsx')).ConcurrencyTab, rows)
const DefaultsTab = lazyPart(async () => (await import('./defaults-tab.tsx')).DefaultsTab, rows)
const ExecutionsTab = lazyPart(async () => (await import('./executions-tab.tsx')).ExecutionsTab, rows)
const FlowsTab = lazyPart(async () => (await import('./flows-tab.tsx')).FlowsTab, rows)
const PolicyList = lazyPart(async () => (await import('../policies/policy-list.tsx')).PolicyList, rows)
const VariablesTab = lazyPart(async () => (await import('./variables-tab.tsx')).VariablesTab, rows)
const OverviewTab = lazyPart(async () => (await import('./overview-tab.tsx')).OverviewTab, rows)

const TABS = {
  overview: { title: t('overview'), show: (id: string): ReactNode => <OverviewTab namespace={id} /> },
  flows: { title: t('flows'), show: (id: string): ReactNode => <FlowsTab namespace={id} /> },
  executions: { title: t('executions'), show: (id: string): ReactNode => <ExecutionsTab namespace={id} /> },
  files: { title: t('files'), show: (id: string): ReactNode => <FilesPanel namespace={id} /> },
  kv: { title: t('kv'), show: (id: string): ReactNode => <KeysPanel namespace={id} /> },
  secrets: { title: t('secrets'), show: (id: string): ReactNode => <SecretsPanel namespace={id} /> },
  variables: { title: t('variables'), show: (id: string): ReactNode => <VariablesTab namespace={id} /> },
  'plugin-defaults': { title: t('defaults'), show: (id: string): ReactNode => <DefaultsTab namespace={id} /> },
  policies: { title: t('policies'), show: (id: string): ReactNode => <PolicyList scope={{ namespace: id }} /> },
  concurrency: { title: t('concurrency'), show: (id: string): ReactNode => <ConcurrencyTab namespace={id} /> },
} as const

/** Names that tabs have in addresses of Kestra. */
const OTHER_NAMES: Readonly<Record<string, keyof typeof TABS>> = { editor: 'files', edit: 'variables' }

export function NamespacePage(): ReactNode {
  const params: { readonly namespace?: string; readonly tab?: string } = useParams({ strict: false })
  const { namespace = '', tab = 'overview' } = params
  const active = nameOf(tab)
  const parts = namespace.split('.')
  const above = parts.slice(0, -1).map((part, index) => ({
    title: part,
    to: paths.namespace(parts.slice(0, index + 1).join('.')),
  }))
  return (
    <Page
      title={namespace}
      isFull
      crumbs={[{ title: t('title'), to: paths.namespaces() }, ...above]}
      tabs={
        <Tabs
          label={t('tabs')}
          active={active}
          tabs={Object.entries(TABS).map(([id, { title }]) => ({
            id,
            title,
            to: paths.namespace(namespace, id === 'overview' ? undefined : id),
          }))}
        />
      }
    >
      <Part key={`${namespace}/${active}`} namespace={namespace} name={active} />
    </Page>
  )
}

function Part({ namespace, name }: { readonly namespace: string; readonly name: keyof typeof TABS }): ReactNode {
  return TABS[name].show(namespace)
}

function nameOf(tab: string): keyof typeof TABS {
  const isTab = (name: string): name is keyof typeof TABS => Object.hasOwn(TABS, name)
  return isTab(tab) ? tab : (OTHER_NAMES[tab] ?? 'overview')
}
