// What takes up the space, how long it is kept, and the way to take some of it away by hand.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { useGo, Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import { stateWord } from '../../lib/states.ts'
import { nowMs } from '../../platform/clock.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { cx } from '../../widgets/class-names.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { Note } from '../../widgets/note.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { formatSize } from '../files/file-tree.ts'
import { operationOf } from '../executions/act-on-many.ts'
import { usePreview } from '../executions/use-preview.ts'
import { Box } from '../iam/box.tsx'
import iam from '../iam/iam.module.css'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import { useStartOperation, type OperationPreview } from '../operations/use-operations.ts'
import classes from './fact-list.module.css'
import { t } from './facts-messages.ts'
import { isDiskFull, usedOf, useStorageFacts, type StorageFacts } from './use-facts.ts'

const BulkDialog = lazyDialog(async () => (await import('../executions/bulk-dialog.tsx')).BulkDialog)

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const OLD_DAYS = 30
const NAMESPACES_MAX = 100

export function RetentionTab(): ReactNode {
  const { data, error, isPending, refetch } = useStorageFacts()
  return (
    <div className={classes['columns']}>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={6} />}
      {data && <Kept facts={data} />}
      {data && <Space facts={data} />}
      <ByNamespace />
      <Purge />
    </div>
  )
}

function Kept({ facts: { retention } }: { readonly facts: StorageFacts }): ReactNode {
  const { executionsMs } = retention
  return (
    <Box title={t('kept')}>
      <dl className={classes['facts']}>
        <dt>{t('executions')}</dt>
        <dd>
          <b>{executionsMs === undefined ? t('forEver') : lengthOf(executionsMs)}</b>
          <div className={iam['muted']}>{t('executionsText')}</div>
          <div className={iam['muted']}>
            {t('setBy', { option: 'retention.executions', variable: 'BATUTA_RETENTION_EXECUTIONS' })}
          </div>
        </dd>
      </dl>
      <p className={iam['muted']}>{t('otherwise')}</p>
    </Box>
  )
}

function lengthOf(ms: number): string {
  if (ms >= DAY_MS) return t('days', { count: Math.round(ms / DAY_MS) })
  if (ms >= HOUR_MS) return t('hours', { count: Math.round(ms / HOUR_MS) })
  return t('minutes', { count: Math.round(ms / MINUTE_MS) })
}

function Space({ facts }: { readonly facts: StorageFacts }): ReactNode {
  const { database, disk } = facts
  const [used, isFull] = [usedOf(facts), isDiskFull(facts)]
  const sizes = disk && { free: formatSize(disk.freeBytes), size: formatSize(disk.sizeBytes) }
  return (
    <Box title={t('space')}>
      <dl className={classes['facts']}>
        <dt>{t('database')}</dt>
        <dd>
          <b>{formatSize(database.sizeBytes)}</b> <span className={iam['muted']}>{database.kind}</span>
          {database.freeBytes > 0 && (
            <div className={iam['muted']}>{t('databaseFree', { size: formatSize(database.freeBytes) })}</div>
          )}
        </dd>
        {sizes && (
          <>
            <dt>{t('disk')}</dt>
            <dd>
              {t('diskFree', sizes)}
              <div className={cx(classes['meter'], isFull && classes['full'])} aria-hidden="true">
                <span style={{ width: `${Math.round(used * 100)}%` }} />
              </div>
            </dd>
          </>
        )}
      </dl>
      {isFull && <Note kind="warning">{t('diskLow')}</Note>}
    </Box>
  )
}

function ByNamespace(): ReactNode {
  const missing = useMay()('EXECUTION:READ')
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['executions', 'distinct', 'namespace'],
    queryFn: async ({ signal }) => {
      const query = { field: 'namespace', size: NAMESPACES_MAX, counts: true }
      const found = await api.executions.distinctValues({ query, signal })
      const all = found.flatMap(each => (typeof each === 'string' ? [{ value: each }] : [each]))
      return all.filter(({ count }) => count !== 0)
    },
    enabled: missing === undefined,
  })
  if (missing !== undefined) return null
  return (
    <Box title={t('byNamespace')}>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={3} />}
      {data?.length === 0 && <p className={iam['muted']}>{t('noExecutions')}</p>}
      <ul className={iam['lines']}>
        {data?.map(({ value, count }) => (
          <li key={value}>
            <Link to={withQuery(paths.executions(), [['filters[namespace][EQUALS]', value]])}>{value}</Link>
            <span className={cx(classes['number'], classes['end'])}>{countOf(count)}</span>
          </li>
        ))}
      </ul>
    </Box>
  )
}

/** The server counts so far, and one more. */
const COUNTED = 1_000

function countOf(count: number | undefined): string {
  if (count === undefined) return '–'
  return count > COUNTED ? t('atLeast', { count: formatNumber(COUNTED) }) : formatNumber(count)
}

function Purge(): ReactNode {
  const [namespace, setNamespace] = useState('')
  const [before, setBefore] = useState(() => new Date(nowMs() - OLD_DAYS * DAY_MS).toISOString().slice(0, 10))
  const [isAsked, setAsked] = useState(false)
  const go = useGo()
  const missing = useMay()('EXECUTION:DELETE')
  const run = useStartOperation(() => setAsked(false))
  const query = queryOf(namespace, before)
  const preview = usePreview('delete', missing === undefined ? query : undefined)
  const none = preview?.fit === 0 ? t('noneWouldGo') : undefined
  const why = missing ?? (query === undefined || preview === undefined ? t('counting') : none)
  return (
    <Box title={t('purge')}>
      <p className={iam['muted']}>{t('purgeText')}</p>
      <div className={classes['purge']}>
        <NamespaceField label={t('namespace')} isRequired={false} value={namespace} onChange={setNamespace} />
        <TextInput
          label={t('begunBefore')}
          type="date"
          size="sm"
          value={before}
          onChange={event => setBefore(event.currentTarget.value)}
        />
      </div>
      <div className={classes['found']}>
        <span role="status">{missing ?? found(preview)}</span>
        <Button
          onClick={() => query && go(withQuery(paths.executions(), Object.entries(query)))}
          disabled={query === undefined || preview?.fit === 0}
        >
          {t('show')}
        </Button>
        <ActButton color="red" why={why} onClick={() => setAsked(true)}>
          {t('deleteThem')}
        </ActButton>
      </div>
      {isAsked && query && (
        <BulkDialog
          action="delete"
          {...{ rows: [], isAll: true, total: preview?.total ?? 0, query }}
          isBusy={run.isPending}
          onClose={() => setAsked(false)}
          onRun={given => run.mutate(operationOf({ action: 'delete', rows: [], ...given, query }))}
        />
      )}
    </Box>
  )
}

/** Undefined while no day is chosen. */
function queryOf(namespace: string, before: string): Readonly<Record<string, string>> | undefined {
  if (Number.isNaN(Date.parse(before))) return undefined
  const where = namespace.trim()
  return {
    ...(where === '' ? {} : { 'filters[namespace][PREFIX]': where }),
    'filters[startDate][LESS_THAN]': `${before}T00:00:00.000Z`,
  }
}

function found(preview: OperationPreview | undefined): string {
  if (!preview) return t('counting')
  const { fit, isEstimate, groups } = preview
  if (fit === 0) return t('noneWouldGo')
  const of = groups.filter(({ why }) => why === undefined)
  const states = of.map(({ state, count }) =>
    t('ofState', { count: formatNumber(count), state: stateWord(state).toLowerCase() }),
  )
  const stay = groups.filter(({ why }) => why !== undefined).reduce((sum, { count }) => sum + count, 0)
  const head = isEstimate ? t('wouldGoAtLeast', { count: formatNumber(fit) }) : t('wouldGo', { count: fit })
  return [`${head}: ${states.join(', ')}`, ...(stay > 0 ? [t('stay', { count: stay })] : [])].join('; ')
}
