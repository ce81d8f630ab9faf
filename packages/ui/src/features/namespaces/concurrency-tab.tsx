import { NativeSelect, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { api } from '../../lib/api.ts'
import { formatNumber } from '../../lib/messages.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Skeleton, SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { withAncestors } from './ancestors.ts'
import { t } from './messages.ts'
import layout from '../../widgets/layout.module.css'
import classes from './namespaces.module.css'
import { useNamespaceChain, useSaveNamespace, type NamespaceDocument } from './use-namespaces.ts'

type SharedLimit = Awaited<ReturnType<typeof api.limits.shared>>['results'][number]

const BEHAVIORS = ['QUEUE', 'CANCEL', 'FAIL'] as const
const LOOK_AGAIN_MS = 5_000

/** How many executions may run at a time here, and how many do. */
export function ConcurrencyTab({ namespace }: { readonly namespace: string }): ReactNode {
  const { chain, error, retry } = useNamespaceChain(namespace)
  const own = chain?.[0]
  return (
    <div className={layout['panel']}>
      {error && <ErrorCard title={t('failedOne')} error={error} onRetry={retry} />}
      {!own && !error && <Skeleton height="4rem" />}
      {own && <LimitForm namespace={namespace} document={own} />}
      <h2>{t('limits')}</h2>
      <Limits namespace={namespace} />
    </div>
  )
}

function LimitForm({
  namespace,
  document,
}: {
  readonly namespace: string
  readonly document: NamespaceDocument
}): ReactNode {
  const given = document.concurrency
  const [limit, setLimit] = useState(() => String(given?.['limit'] ?? ''))
  const [behavior, setBehavior] = useState(() => String(given?.['behavior'] ?? 'QUEUE'))
  const save = useSaveNamespace(namespace)
  const isLimit = limit.trim() === '' || /^[1-9]\d*$/.test(limit.trim())
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isLimit) return
    save.mutate({ concurrency: limit.trim() === '' ? null : { limit: Number(limit), behavior } })
  }
  return (
    <form className={classes['box']} onSubmit={submit}>
      {save.error && <ErrorCard title={t('notSaved', { namespace })} error={save.error} />}
      <div className={classes['pair']}>
        <TextInput
          label={t('limit')}
          description={t('limitHint')}
          size="sm"
          inputMode="numeric"
          value={limit}
          error={isLimit ? undefined : t('limitProblem')}
          onChange={event => setLimit(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('behavior')}
          size="sm"
          value={behavior}
          onChange={event => setBehavior(event.currentTarget.value)}
          data={BEHAVIORS.map(value => ({ value, label: t(value) }))}
        />
      </div>
      <div className={classes['tools']}>
        <span />
        <MayButton
          need="NAMESPACE:UPDATE"
          namespace={namespace}
          type="submit"
          variant="filled"
          loading={save.isPending}
        >
          {t('save')}
        </MayButton>
      </div>
    </form>
  )
}

function Limits({ namespace }: { readonly namespace: string }): ReactNode {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['limits', 'shared'],
    queryFn: ({ signal }) => api.limits.shared({ signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
  const above = withAncestors(namespace)
  const rows = data?.results.filter(limit => limit.namespace === '' || above.includes(limit.namespace)) ?? []
  return (
    <>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={3} />}
      {data && rows.length === 0 && <p className={classes['muted']}>{t('noLimits')}</p>}
      {rows.length > 0 && (
        <Table
          label={t('limits')}
          columns={COLUMNS}
          rows={rows}
          rowKey={({ namespace: of, pool = '' }) => `${of}/${pool}`}
          card={row => (
            <span className={classes['card']}>
              <span className={classes['name']}>{nameOf(row)}</span>
              <span className={classes['muted']}>
                {t('running')}: {row.running} / {row.limit} · {t('queued')}: {row.queued}
              </span>
            </span>
          )}
        />
      )}
    </>
  )
}

function nameOf({ namespace, pool }: SharedLimit): string {
  return pool === undefined ? t('ofNamespace', { namespace }) : t('poolOf', { pool })
}

const COLUMNS: readonly Column<SharedLimit>[] = [
  { id: 'pool', title: t('pool'), cell: nameOf },
  { id: 'from', title: t('from'), cell: ({ namespace }) => namespace || '–' },
  {
    id: 'running',
    title: t('running'),
    width: '120px',
    align: 'end',
    cell: ({ running, limit }) => `${formatNumber(running)} / ${formatNumber(limit)}`,
  },
  { id: 'queued', title: t('queued'), width: '100px', align: 'end', cell: ({ queued }) => formatNumber(queued) },
]
