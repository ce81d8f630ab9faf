import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { JsonDialog } from './json-dialog.tsx'
import { t } from './messages.ts'
import layout from '../../widgets/layout.module.css'
import classes from './namespaces.module.css'
import { useNamespaceChain } from './use-namespaces.ts'
import { From } from './variables-tab.tsx'

interface Default {
  readonly namespace: string
  readonly type: string
  readonly isForced: boolean
  readonly values: unknown
}

const EXAMPLE = [{ type: 'io.kestra.plugin.core.log.Log', values: { level: 'WARN' }, forced: false }]

/** Properties that tasks have unless they say otherwise, each with the namespace that says it. */
export function DefaultsTab({ namespace }: { readonly namespace: string }): ReactNode {
  const { chain, error, retry } = useNamespaceChain(namespace)
  const [edited, setEdited] = useState<readonly unknown[] | undefined>(undefined)
  const own = chain?.[0]?.pluginDefaults ?? []
  const rows = (chain ?? []).flatMap(({ id, pluginDefaults }) => defaultsOf(id, pluginDefaults))
  return (
    <div className={layout['panel']}>
      <div className={classes['tools']}>
        <span>{t('defaultsText')}</span>
        {rows.length > 0 && (
          <MayButton need="NAMESPACE:UPDATE" namespace={namespace} variant="filled" onClick={() => setEdited(own)}>
            {t('defaults')}…
          </MayButton>
        )}
      </div>
      {error && <ErrorCard title={t('failedOne')} error={error} onRetry={retry} />}
      {!chain && !error && <SkeletonRows rows={5} />}
      {chain && rows.length === 0 && (
        <Empty
          icon="settings"
          title={t('noDefaults', { namespace })}
          action={
            <MayButton
              need="NAMESPACE:UPDATE"
              namespace={namespace}
              variant="filled"
              onClick={() => setEdited(EXAMPLE)}
            >
              {t('defaultsExample')}
            </MayButton>
          }
        />
      )}
      {rows.length > 0 && (
        <Table
          label={t('defaults')}
          columns={columnsOf(namespace)}
          rows={rows}
          rowKey={row => `${row.namespace}/${row.type}/${rows.indexOf(row)}`}
          card={row => (
            <span className={classes['card']}>
              <code>{row.type}</code>
              <code className={classes['muted']}>{JSON.stringify(row.values)}</code>
            </span>
          )}
        />
      )}
      {edited && (
        <JsonDialog
          namespace={namespace}
          title={t('editDefaults', { namespace })}
          hint={t('defaultsHint')}
          value={edited}
          read={value => (isListOfMaps(value) ? { pluginDefaults: value } : t('notList'))}
          onClose={() => setEdited(undefined)}
        />
      )}
    </div>
  )
}

function isListOfMaps(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(each => typeof each === 'object' && each !== null && !Array.isArray(each))
}

function defaultsOf(namespace: string, list: readonly Readonly<Record<string, unknown>>[] = []): readonly Default[] {
  return list.map(({ type, values, forced }) => ({ namespace, type: String(type), isForced: forced === true, values }))
}

function columnsOf(here: string): readonly Column<Default>[] {
  return [
    { id: 'type', title: t('type'), cell: ({ type }) => <code>{type}</code> },
    { id: 'values', title: t('values'), cell: ({ values }) => <code>{JSON.stringify(values)}</code> },
    { id: 'forced', title: t('forced'), width: '80px', cell: ({ isForced }) => (isForced ? t('forced') : '') },
    {
      id: 'from',
      title: t('from'),
      width: '200px',
      cell: ({ namespace }) => <From entry={{ namespace, hides: undefined, isHidden: false }} here={here} />,
    },
  ]
}
