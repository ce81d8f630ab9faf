// Is the system well, and what does it do?
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { Page } from '../../app/page.tsx'
import { api } from '../../lib/api.ts'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { queryClient } from '../../lib/query.ts'
import { formatMomentLong } from '../../lib/time.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { Skeleton, SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { Tabs } from '../../widgets/tabs.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { Refused } from '../iam/refused.tsx'
import classes from './instance-page.module.css'
import { Limits } from './limits.tsx'
import { t } from './messages.ts'
import { t as facts } from './facts-messages.ts'
import { t as mcp } from './mcp-messages.ts'
import { t as notices } from './notice-messages.ts'

type Service = Awaited<ReturnType<typeof api.instance.searchServices>>['results'][number]

const LOOK_AGAIN_MS = 5_000
const SERVICES_MAX = 500

const rows = <SkeletonRows rows={6} />
const KillSwitchesTab = lazyPart(async () => (await import('./kill-switches-tab.tsx')).KillSwitchesTab, rows)
const AnnouncementsTab = lazyPart(async () => (await import('./announcements-tab.tsx')).AnnouncementsTab, rows)

const PoliciesTab = lazyPart(async () => (await import('../policies/policies-tab.tsx')).PoliciesTab, rows)

const RetentionTab = lazyPart(async () => (await import('./retention-tab.tsx')).RetentionTab, rows)
const QuotasTab = lazyPart(async () => (await import('./quotas-tab.tsx')).QuotasTab, rows)
const McpServersTab = lazyPart(async () => (await import('./mcp-servers-tab.tsx')).McpServersTab, rows)

const TABS = {
  overview: { title: notices('overview'), needs: 'INSTANCE', show: (): ReactNode => <Overview /> },
  'kill-switches': {
    title: notices('switches'),
    needs: 'KILL_SWITCH',
    show: (): ReactNode => <KillSwitchesTab />,
  },
  announcements: {
    title: notices('announcements'),
    needs: 'ANNOUNCEMENT',
    show: (): ReactNode => <AnnouncementsTab />,
  },
  policies: { title: notices('policies'), needs: undefined, show: (): ReactNode => <PoliciesTab /> },
  retention: { title: facts('retention'), needs: 'INSTANCE', show: (): ReactNode => <RetentionTab /> },
  quotas: { title: facts('quotas'), needs: 'FLOW', show: (): ReactNode => <QuotasTab /> },
  'mcp-servers': { title: mcp('servers'), needs: 'MCP_SERVER', show: (): ReactNode => <McpServersTab /> },
} as const

/** Lists, which scroll by themselves. */
const FULL: readonly string[] = ['kill-switches', 'announcements', 'policies']

export function InstancePage(): ReactNode {
  const { tab = 'overview' }: { readonly tab?: string } = useParams({ strict: false })
  const active = isTab(tab) ? tab : 'overview'
  const { needs, show } = TABS[active]
  const mayNot = useMay()
  const why = needs && mayNot(`${needs}:READ`)
  const tabs = Object.entries(TABS).map(([id, { title }]) => ({
    id,
    title,
    to: paths.instance(id === 'overview' ? undefined : id),
  }))
  return (
    <Page
      title={t('title')}
      isFull={FULL.includes(active)}
      tabs={<Tabs label={notices('tabs')} active={active} tabs={tabs} />}
    >
      {why === undefined ? show() : <Refused why={why} />}
    </Page>
  )
}

function isTab(name: string): name is keyof typeof TABS {
  return Object.hasOwn(TABS, name)
}

function Overview(): ReactNode {
  return (
    <>
      <Maintenance />
      <section className={classes['section']}>
        <h2>{t('services')}</h2>
        <Services />
      </section>
      <section className={classes['section']}>
        <h2>{t('limits')}</h2>
        <Limits />
      </section>
      <section className={classes['section']}>
        <h2>{t('counts')}</h2>
        <Counts />
      </section>
    </>
  )
}

function Maintenance(): ReactNode {
  const [isAsked, setAsked] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['instance', 'maintenance'],
    queryFn: ({ signal }) => api.instance.maintenance({ signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height="3rem" />
  const since = data.since === undefined ? '' : formatMomentLong(Date.parse(data.since))
  return (
    <div className={data.maintenance ? `${classes['box']} ${classes['on']}` : classes['box']}>
      <Icon name={data.maintenance ? 'warning' : 'check'} size={20} />
      <p className={classes['grow']}>{data.maintenance ? t('isOn', { when: since }) : t('isOff')}</p>
      {data.maintenance ? (
        <MayButton need="INSTANCE:UPDATE" onClick={() => void switchMaintenance(false)}>
          {t('exit')}
        </MayButton>
      ) : (
        <MayButton need="INSTANCE:UPDATE" onClick={() => setAsked(true)}>
          {t('enter')}
        </MayButton>
      )}
      {isAsked && (
        <TypedConfirm
          title={t('enter')}
          action={t('enter')}
          onClose={() => setAsked(false)}
          onConfirm={() => {
            setAsked(false)
            void switchMaintenance(true)
          }}
        >
          {t('enterText')}
        </TypedConfirm>
      )}
    </div>
  )
}

async function switchMaintenance(isOn: boolean): Promise<void> {
  try {
    await (isOn ? api.instance.enterMaintenance() : api.instance.exitMaintenance())
    showToast({ kind: 'success', text: isOn ? t('entered') : t('exited') })
  } catch (error) {
    showToast({ kind: 'error', text: t('notSwitched'), detail: String(error) })
  }
  await queryClient.invalidateQueries({ queryKey: ['instance'] })
}

function Services(): ReactNode {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['instance', 'services'],
    queryFn: ({ signal }) => api.instance.searchServices({ query: { page: 1, size: SERVICES_MAX }, signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={4} />
  if (data.results.length === 0) return <p className={classes['muted']}>{t('none')}</p>
  return (
    <Table
      label={t('services')}
      columns={COLUMNS}
      rows={data.results}
      rowKey={({ id }) => id}
      card={service => (
        <span className={classes['card']}>
          <span className={classes['name']}>
            {wordOf(service.type)} · <State state={service.state} />
          </span>
          <span className={classes['muted']}>{[service.server.id, workOf(service)].filter(Boolean).join(' · ')}</span>
        </span>
      )}
    />
  )
}

const COLUMNS: readonly Column<Service>[] = [
  { id: 'state', title: t('state'), width: '150px', cell: ({ state }) => <State state={state} /> },
  { id: 'service', title: t('service'), cell: ({ type }) => <span className={classes['name']}>{wordOf(type)}</span> },
  { id: 'node', title: t('node'), cell: ({ server }) => server.id },
  { id: 'host', title: t('host'), isExtra: true, cell: ({ server }) => server.hostname },
  { id: 'work', title: t('work'), width: '200px', cell: workOf },
  { id: 'version', title: t('version'), width: '100px', isExtra: true, cell: ({ server }) => server.version },
  {
    id: 'started',
    title: t('started'),
    width: '140px',
    cell: ({ createdAt }) => <Timestamp atMs={Date.parse(createdAt)} />,
  },
]

function State({ state }: { readonly state: string }): ReactNode {
  const isWell = state === 'RUNNING'
  return (
    <span className={isWell ? classes['well'] : classes['ill']}>
      <Icon name={isWell ? 'check' : 'warning'} size={14} /> {wordOf(state)}
    </span>
  )
}

function wordOf(text: string): string {
  return text.charAt(0) + text.slice(1).toLowerCase()
}

function workOf({ type, props }: Service): string {
  if (type === 'WORKER' && props['num.threads'] !== undefined)
    return t('slots', { jobs: Number(props['jobs'] ?? 0), slots: Number(props['num.threads']) })
  return props['shards'] === undefined ? '' : t('shards', { count: Number(props['shards']) })
}

function Counts(): ReactNode {
  const { data, error, refetch } = useQuery({
    queryKey: ['instance', 'usages'],
    queryFn: async ({ signal }) => {
      const [usages, configs] = await Promise.all([api.misc.usages({ signal }), api.misc.configs({ signal })])
      return { flows: flowCounts(usages['flows']), version: String(configs['version'] ?? '') }
    },
  })
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height="2rem" />
  return (
    <dl className={classes['counts']}>
      <div>
        <dt>{t('flows')}</dt>
        <dd>{formatNumber(data.flows.count)}</dd>
      </div>
      <div>
        <dt>{t('namespaces')}</dt>
        <dd>{formatNumber(data.flows.namespaces)}</dd>
      </div>
      <div>
        <dt>{t('version')}</dt>
        <dd>{data.version}</dd>
      </div>
    </dl>
  )
}

function flowCounts(value: unknown): { readonly count: number; readonly namespaces: number } {
  const entries =
    typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map<string, unknown>()
  return { count: Number(entries.get('count') ?? 0), namespaces: Number(entries.get('namespacesCount') ?? 0) }
}
