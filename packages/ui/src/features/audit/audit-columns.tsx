// How an entry of the audit log stands in a row.
import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { formatMoment } from '../../lib/time.ts'
import { nowMs } from '../../platform/clock.ts'
import { Icon } from '../../widgets/icon.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import classes from './audit.module.css'
import { t } from './messages.ts'
import { objectOf, pageOfEntry, type AuditEntry } from './read-entry.ts'
import { actionWord, outcomeWord } from './words.ts'

export const AUDIT_COLUMNS: readonly Column<AuditEntry>[] = [
  { id: 'when', title: t('when'), width: '140px', cell: ({ atMs }) => <Timestamp atMs={atMs} /> },
  { id: 'who', title: t('who'), cell: entry => <Actor entry={entry} /> },
  { id: 'what', title: t('what'), width: '150px', cell: entry => <What entry={entry} /> },
  { id: 'object', title: t('object'), cell: entry => <Thing entry={entry} /> },
  { id: 'where', title: t('where'), isExtra: true, cell: ({ namespace }) => namespace },
  { id: 'from', title: t('from'), width: '140px', isExtra: true, cell: ({ ip }) => ip },
]

function Actor({ entry: { actor, impersonatedBy } }: { readonly entry: AuditEntry }): ReactNode {
  if (actor === undefined) return <span className={classes['muted']}>{t('nobody')}</span>
  return (
    <>
      {actor}
      {impersonatedBy !== undefined && <span className={classes['acting']}>{t('impersonated')}</span>}
    </>
  )
}

/** Their words say already how it ended. */
const SAYS_IT = ['LOGIN_FAILURE', 'ACCOUNT_LOCKED']

function What({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const isBad = entry.outcome !== 'done' || entry.action === 'LOGIN_FAILURE' || entry.action === 'ACCOUNT_LOCKED'
  return (
    <span className={isBad ? classes['bad'] : undefined}>
      {isBad && <Icon name="warning" size={14} />} {actionWord(entry.action)}
      {entry.outcome !== 'done' && !SAYS_IT.includes(entry.action) && ` (${outcomeWord(entry.outcome).toLowerCase()})`}
    </span>
  )
}

function Thing({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const name = objectOf(entry)
  const page = pageOfEntry(entry)
  return (
    <span>
      <code className={classes['resource']}>{entry.resource}</code>{' '}
      {name !== undefined && (page === undefined ? name : <Link to={page}>{name}</Link>)}
    </span>
  )
}

/** As it begins in the row: with the hour. */
export function nameOf(entry: AuditEntry): string {
  return `${formatMoment(entry.atMs, nowMs())} ${sentenceOf(entry)}`
}

export function AuditCard({ entry }: { readonly entry: AuditEntry }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <What entry={entry} />
        <Timestamp atMs={entry.atMs} />
      </span>
      <span className={classes['muted']}>
        {entry.actor ?? t('nobody')} · {entry.resource} {objectOf(entry)}
      </span>
    </span>
  )
}

export function sentenceOf(entry: AuditEntry): string {
  return [entry.actor ?? t('nobody'), actionWord(entry.action), entry.resource, objectOf(entry)]
    .filter(Boolean)
    .join(' ')
}
