// Who did what, where, when, and from where?
import { routes } from '@batuta/api'
import { Button } from '@mantine/core'
import { useMemo, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { apiUrl } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { useOpenAddress } from '../../lib/open-address.ts'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { useNextPage } from '../../lib/use-next-page.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table } from '../../widgets/table.tsx'
import layout from '../../widgets/layout.module.css'
import { AUDIT_COLUMNS, AuditCard, nameOf } from './audit-columns.tsx'
import { AuditDrawer } from './audit-drawer.tsx'
import { AuditTools } from './audit-tools.tsx'
import { ChainBadge } from './chain-badge.tsx'
import { t } from './messages.ts'
import { readEntry, type AuditEntry } from './read-entry.ts'
import { AUDIT_RANGES, auditQuery, useAudit, type AuditAsked } from './use-audit.ts'

export const AUDIT_PARAMS = {
  q: textParam,
  type: textParam,
  resource: textParam,
  userId: textParam,
  namespace: textParam,
  id: textParam,
  range: wordParam(AUDIT_RANGES),
}
const OPEN = { open: textParam }

export function AuditPage(): ReactNode {
  const why = useMay()('AUDITLOG:READ')
  if (why === undefined) return <Audit />
  return (
    <Page title={t('title')}>
      <Empty icon="lock" title={t('refused')} text={why} action={<Link to={paths.myAccess()}>{t('whatMayI')}</Link>} />
    </Page>
  )
}

function Audit(): ReactNode {
  const [asked, setAsked] = useSearchState(AUDIT_PARAMS)
  const [{ open }, setOpen] = useSearchState(OPEN)
  const audit = useAudit(asked)
  const rows = useRows(audit)
  const clear = (): void =>
    setAsked({
      q: undefined,
      type: undefined,
      resource: undefined,
      userId: undefined,
      namespace: undefined,
      id: undefined,
      range: 'all',
    })
  const opened = rows.find(({ id }) => id === open)
  return (
    <Page
      title={t('title')}
      isFull
      badge={<ChainBadge />}
      actions={
        <Button
          component="a"
          href={apiUrl(routes.auditLogs.export, { query: { ...auditQuery(asked) } })}
          download
          leftSection={<Icon name="download" size={14} />}
        >
          {t('export')}
        </Button>
      }
    >
      <div className={layout['panel']}>
        <AuditTools asked={asked} onAsk={setAsked} />
        <AuditList asked={asked} audit={audit} onClear={clear} />
      </div>
      {opened && (
        <AuditDrawer
          entry={opened}
          onClose={() => setOpen({ open: undefined })}
          onHistory={id => {
            setOpen({ open: undefined })
            setAsked({ id, range: 'all' })
          }}
        />
      )}
    </Page>
  )
}

type AuditQueryResult = ReturnType<typeof useAudit>

function useRows({ data }: AuditQueryResult): readonly AuditEntry[] {
  return useMemo(() => data?.pages.flatMap(({ results }) => results.map(readEntry)) ?? [], [data])
}

interface AuditListProps {
  readonly asked: AuditAsked
  readonly audit: AuditQueryResult
  readonly onClear: () => void
}

function AuditList({ asked, audit, onClear }: AuditListProps): ReactNode {
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = audit
  const rows = useRows(audit)
  const to = useOpenAddress()
  const onEnd = useNextPage({ data, hasNextPage, fetchNextPage })
  const isAsked = Object.entries(asked).some(([name, value]) => name !== 'range' && value !== undefined)
  return (
    <>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={10} />}
      {data && rows.length === 0 && (
        <Empty
          icon={isAsked ? 'filter' : 'shield'}
          title={t(isAsked ? 'noMatch' : 'none')}
          text={isAsked ? undefined : t('noneText')}
          action={<Button onClick={onClear}>{t('clear')}</Button>}
        />
      )}
      {rows.length > 0 && (
        <Table
          label={t('table')}
          columns={AUDIT_COLUMNS}
          rows={rows}
          total={data?.pages[0]?.total}
          onEnd={onEnd}
          rowKey={({ id }) => id}
          rowTo={({ id }) => to(id)}
          rowLabel={nameOf}
          card={entry => <AuditCard entry={entry} />}
        />
      )}
    </>
  )
}
