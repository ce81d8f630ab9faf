import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { JsonDialog } from './json-dialog.tsx'
import { layerEntries, type LayeredEntry } from './layer-entries.ts'
import { t } from './messages.ts'
import layout from '../../widgets/layout.module.css'
import classes from './namespaces.module.css'
import { useNamespaceChain } from './use-namespaces.ts'

/** The variables that expressions of flows of the namespace see, each with the namespace that says it. */
export function VariablesTab({ namespace }: { readonly namespace: string }): ReactNode {
  const { chain, error, retry } = useNamespaceChain(namespace)
  const [isEdited, setEdited] = useState(false)
  const entries = layerEntries(
    (chain ?? []).map(({ id, variables }) => ({ namespace: id, entries: Object.entries(variables ?? {}) })),
  )
  const edit = (
    <MayButton need="NAMESPACE:UPDATE" namespace={namespace} variant="filled" onClick={() => setEdited(true)}>
      {t('setVariables')}
    </MayButton>
  )
  return (
    <div className={layout['panel']}>
      <div className={classes['tools']}>
        <span>{t('variablesText')}</span>
        {entries.length > 0 && edit}
      </div>
      {error && <ErrorCard title={t('failedOne')} error={error} onRetry={retry} />}
      {!chain && !error && <SkeletonRows rows={5} />}
      {chain && entries.length === 0 && <Empty icon="tag" title={t('noVariables', { namespace })} action={edit} />}
      {entries.length > 0 && (
        <Table
          label={t('variables')}
          columns={columnsOf(namespace)}
          rows={entries}
          rowKey={({ name, namespace: of }) => `${of}/${name}`}
          card={entry => <Card entry={entry} here={namespace} />}
        />
      )}
      {isEdited && chain && (
        <JsonDialog
          namespace={namespace}
          title={t('editVariables', { namespace })}
          hint={t('variablesHint')}
          value={chain[0]?.variables ?? {}}
          read={value => (isRecord(value) ? { variables: value } : t('notMap'))}
          onClose={() => setEdited(false)}
        />
      )}
    </div>
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function columnsOf(here: string): readonly Column<LayeredEntry>[] {
  return [
    {
      id: 'name',
      title: t('variable'),
      cell: ({ name, isHidden }) => <code className={isHidden ? classes['hidden'] : undefined}>{name}</code>,
    },
    { id: 'value', title: t('value'), cell: ({ value }) => <code>{textOf(value)}</code> },
    { id: 'from', title: t('from'), cell: entry => <From entry={entry} here={here} /> },
  ]
}

function Card({ entry, here }: { readonly entry: LayeredEntry; readonly here: string }): ReactNode {
  return (
    <span className={classes['card']}>
      <code>
        {entry.name} = {textOf(entry.value)}
      </code>
      <From entry={entry} here={here} />
    </span>
  )
}

/** Which namespace says it, and which one it goes before. */
export function From({
  entry: { namespace, hides, isHidden },
  here,
}: {
  readonly entry: Pick<LayeredEntry, 'namespace' | 'hides' | 'isHidden'>
  readonly here: string
}): ReactNode {
  if (namespace === here) return hides === undefined ? t('here') : t('overrides', { namespace: hides })
  if (isHidden) return <span className={classes['muted']}>{t('overridden', { namespace })}</span>
  return <Link to={paths.namespace(namespace, 'variables')}>{namespace}</Link>
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
