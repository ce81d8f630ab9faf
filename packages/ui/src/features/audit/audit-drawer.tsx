// One entry in full: who, what, from where, and what it changed.
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { formatMomentLong } from '../../lib/time.ts'
import { DiffView } from '../../widgets/diff-view.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { JsonView } from '../../widgets/json-view.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import classes from './audit.module.css'
import { t } from './messages.ts'
import { objectOf, pageOfEntry, type AuditEntry } from './read-entry.ts'
import { useAuditDiff } from './use-audit.ts'
import { actionWord, outcomeWord } from './words.ts'

export interface AuditDrawerProps {
  readonly entry: AuditEntry
  readonly onClose: () => void
  /** Shows all entries about the same object. */
  readonly onHistory: (id: string) => void
}

export function AuditDrawer({ entry, onClose, onHistory }: AuditDrawerProps): ReactNode {
  const name = objectOf(entry)
  return (
    <Dialog
      title={[actionWord(entry.action), entry.resource, name].filter(Boolean).join(' ')}
      kind="drawer"
      size="large"
      onClose={onClose}
      footer={
        entry.itemId !== undefined && <Button onClick={() => onHistory(entry.itemId ?? '')}>{t('history')}</Button>
      }
    >
      <div className={classes['whole']}>
        <Facts entry={entry} />
        <section>
          <h3>{t('change')}</h3>
          {entry.hasChange ? <Change id={entry.id} /> : <p className={classes['muted']}>{t('noChange')}</p>}
        </section>
        {Object.keys(entry.details).length > 0 && (
          <section>
            <h3>{t('details')}</h3>
            <JsonView value={entry.details} label={t('details')} depth={2} />
          </section>
        )}
      </div>
    </Dialog>
  )
}

function Facts({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const page = pageOfEntry(entry)
  const name = objectOf(entry)
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('when'), formatMomentLong(entry.atMs)],
    [t('who'), entry.actor ?? t('nobody')],
    [t('impersonated'), entry.impersonatedBy],
    [t('outcome'), outcomeWord(entry.outcome)],
    [t('object'), name !== undefined && (page === undefined ? name : <Link to={page}>{name}</Link>)],
    [t('where'), entry.namespace],
    [t('from'), entry.ip],
    [t('via'), entry.via],
    [t('id'), <code key="id">{entry.id}</code>],
  ]
  return (
    <dl className={classes['facts']} aria-label={t('facts')}>
      {facts
        .filter(([, value]) => value !== undefined && value !== false)
        .map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

function Change({ id }: { readonly id: string }): ReactNode {
  const { data, error, refetch } = useAuditDiff(id)
  if (error) return <ErrorCard title={t('notLoaded')} error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height="8rem" />
  return (
    <DiffView
      before={data.before ?? ''}
      after={data.after ?? ''}
      titles={[t('before'), t('after')]}
      isSideBySide={false}
    />
  )
}
