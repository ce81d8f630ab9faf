// How has it been doing?
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect, type ComponentType, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { Page } from '../../app/page.tsx'
import { useActions } from '../../lib/actions.ts'
import { api, isNotFound } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths, type FlowRef } from '../../lib/paths.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { lazyPart, type LazyPart } from '../../widgets/lazy-part.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Tabs } from '../../widgets/tabs.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { flowMenu } from '../flows/flow-menu.ts'
import { attempt, useFlowActions, type FlowActions } from '../flows/use-flow-actions.ts'
import { t as list } from '../flows/messages.ts'
import { FlowFacts } from './flow-facts.tsx'
import { FlowOverview } from './flow-overview.tsx'
import { t } from './messages.ts'
import { useFlow, type FlowDocument } from './use-flow.ts'

export interface FlowTabProps {
  readonly flow: FlowDocument
}

type TabId =
  | 'overview'
  | 'topology'
  | 'executions'
  | 'edit'
  | 'revisions'
  | 'triggers'
  | 'dependencies'
  | 'metrics'
  | 'logs'
  | 'concurrency'
  | 'tests'

const tab = (load: () => Promise<ComponentType<FlowTabProps>>): LazyPart<FlowTabProps> =>
  lazyPart(load, <SkeletonRows rows={6} />)

const PARTS: Readonly<Record<TabId, ComponentType<FlowTabProps> | LazyPart<FlowTabProps>>> = {
  overview: FlowOverview,
  topology: tab(async () => (await import('./flow-topology.tsx')).FlowTopology),
  executions: tab(async () => (await import('./flow-executions.tsx')).FlowExecutions),
  edit: tab(async () => (await import('../editor/flow-editor-tab.tsx')).FlowEditorTab),
  revisions: tab(async () => (await import('./flow-revisions.tsx')).FlowRevisions),
  triggers: tab(async () => (await import('./flow-triggers.tsx')).FlowTriggers),
  dependencies: tab(async () => (await import('./flow-dependencies.tsx')).FlowDependencies),
  metrics: tab(async () => (await import('./flow-metrics.tsx')).FlowMetrics),
  logs: tab(async () => (await import('./flow-logs.tsx')).FlowLogs),
  concurrency: tab(async () => (await import('./flow-concurrency.tsx')).FlowConcurrency),
  tests: tab(async () => (await import('../tests/flow-tests.tsx')).FlowTests),
}

const FULL: readonly TabId[] = ['topology', 'edit', 'dependencies', 'executions', 'logs']

export function FlowPage(): ReactNode {
  const params: Readonly<Record<string, string | undefined>> = useParams({ strict: false })
  const ref = { namespace: params['namespace'] ?? '', id: params['id'] ?? '' }
  const active = tabOf(params['tab'])
  // Beside what is asked of the server.
  useEffect(() => prepare(active), [active])
  const { data: flow, error, isPending, refetch } = useFlow(ref)
  const crumbs = [{ title: t('flows'), to: paths.flows() }, { title: ref.namespace }]
  if (!flow) {
    // The tabs stand there from the beginning: what comes below them does not move.
    return (
      <Page
        title={ref.id}
        crumbs={crumbs}
        isFull={isPending && FULL.includes(active)}
        tabs={isPending && <FlowTabs flow={ref} active={active} />}
      >
        {isPending && <SkeletonRows rows={8} />}
        {isNotFound(error) ? (
          <NotFound flow={ref} />
        ) : (
          error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    )
  }
  const Part = PARTS[active]
  return (
    <Page
      title={flow.id}
      crumbs={crumbs}
      isFull={FULL.includes(active)}
      badge={<FlowFacts flow={flow} />}
      actions={<FlowButtons flow={flow} active={active} />}
      tabs={<FlowTabs flow={flow} active={active} />}
    >
      {flow.deleted && <Deleted flow={flow} />}
      {flow.exception !== undefined && <ErrorCard title={t('broken')} error={flow.exception} />}
      <Part key={`${flow.namespace}.${flow.id}`} flow={flow} />
    </Page>
  )
}

function prepare(active: TabId): void {
  const part = PARTS[active]
  if ('prepare' in part) part.prepare()
}

function tabOf(given: string | undefined): TabId {
  if (given === 'editor') return 'edit'
  const ids: readonly string[] = Object.keys(PARTS)
  return isTab(given, ids) ? given : 'overview'
}

function isTab(given: string | undefined, ids: readonly string[]): given is TabId {
  return given !== undefined && ids.includes(given)
}

interface FlowTabsProps {
  /** As far as it is known. */
  readonly flow: FlowRef & Pick<Partial<FlowDocument>, 'triggers'>
  readonly active: TabId
}

function FlowTabs({ flow, active }: FlowTabsProps): ReactNode {
  const ids: readonly TabId[] = [
    'overview',
    'executions',
    'edit',
    'topology',
    'revisions',
    'triggers',
    'dependencies',
    'metrics',
    'logs',
    ...(flowConcurrency(flow) === undefined ? [] : (['concurrency'] as const)),
    'tests',
  ]
  const tabs = ids.map(id => ({
    id,
    title: t(id),
    to: paths.flow(flow, id === 'overview' ? undefined : id),
    count: id === 'triggers' && flow.triggers !== undefined ? flow.triggers.length : undefined,
  }))
  return <Tabs label={t('tabs')} tabs={tabs} active={active} />
}

export function flowConcurrency(flow: object): object | undefined {
  const value: unknown = Object.entries(flow).find(([key]) => key === 'concurrency')?.[1]
  return typeof value === 'object' && value !== null ? value : undefined
}

function FlowButtons({ flow, active }: FlowTabProps & { readonly active: TabId }): ReactNode {
  const all = useFlowActions()
  const go = useGo()
  const actions: FlowActions = {
    ...all,
    // The page of what is gone has nothing left to ask for; the list offers to take it back.
    remove: async flows => {
      go(paths.flows())
      return await all.remove(flows)
    },
  }
  const mayNot = useMay()
  const why =
    mayNot('EXECUTION:CREATE', flow.namespace) ??
    (flow.disabled ? list('whyDisabledRun') : flow.deleted ? t('deletedText') : undefined)
  const section = t('flows')
  useActions([
    { id: 'flow.run', title: t('run'), section, keys: 'shift+enter', why, run: () => void actions.run(flow) },
    { id: 'flow.edit', title: t('editFlow'), section, keys: 'e', run: () => go(paths.flow(flow, 'edit')) },
    ...flowMenu(flow, actions, mayNot)
      .flatMap(({ items }) => items)
      .filter(({ id }) => id !== 'run' && id !== 'edit')
      .map(item => ({
        id: `flow.${item.id}`,
        title: `${item.title} ${flow.id}`,
        section,
        why: item.why,
        run: () => (item.to === undefined ? item.run?.() : go(item.to)),
      })),
  ])
  // The editor has buttons of its own, which know what is not saved yet.
  if (active === 'edit') return null
  return (
    <>
      <Menu
        label={t('more')}
        align="end"
        button={<Icon name="more" />}
        groups={flowMenu(flow, actions, mayNot).map(group => ({
          items: group.items.filter(({ id }) => id !== 'run' && id !== 'edit'),
        }))}
      />
      <Button leftSection={<Icon name="edit" size={14} />} onClick={() => go(paths.flow(flow, 'edit'))}>
        {t('editFlow')}
      </Button>
      <Button
        variant="filled"
        leftSection={<Icon name="run" size={14} />}
        aria-disabled={why !== undefined}
        data-disabled={why !== undefined}
        {...(why === undefined ? {} : tip(why))}
        onClick={() => {
          if (why === undefined) void actions.run(flow)
        }}
      >
        {t('run')}
      </Button>
    </>
  )
}

function Deleted({ flow }: FlowTabProps): ReactNode {
  const client = useQueryClient()
  const restore = async (): Promise<void> => {
    await attempt(async () => {
      await api.flows.create({ body: flow.source ?? '' })
      await client.invalidateQueries({ queryKey: ['flows'] })
      showToast({ kind: 'success', text: t('restored') })
    })
  }
  return (
    <Empty
      icon="trash"
      title={t('deletedText')}
      action={
        <MayButton need="FLOW:CREATE" namespace={flow.namespace} variant="filled" onClick={() => void restore()}>
          {t('restore')}
        </MayButton>
      }
    />
  )
}

function NotFound({ flow }: { readonly flow: FlowRef }): ReactNode {
  const go = useGo()
  return (
    <Empty
      icon="flow"
      title={t('notFound', { flow: `${flow.namespace}.${flow.id}` })}
      text={t('notFoundText')}
      action={<Button onClick={() => go(paths.flows())}>{t('toFlows')}</Button>}
    />
  )
}
