// Asked when a schedule is switched on that has missed dates while it was off: which of them are run.
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { cx } from '../../widgets/class-names.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { Note } from '../../widgets/note.tsx'
import { t } from './messages.ts'
import classes from './missed-dialog.module.css'
import type { MissedPolicy, MissedReport, TriggerRow } from './trigger-row.ts'

export interface MissedDialogProps {
  readonly row: TriggerRow
  readonly report: MissedReport
  readonly onChoose: (policy: MissedPolicy) => void
  /** It stays off. */
  readonly onClose: () => void
}

const POLICIES = ['ALL', 'LAST', 'NONE'] as const

export function MissedDialog({ row, report, onChoose, onClose }: MissedDialogProps): ReactNode {
  const { count, hasOlder, maximum, dates, zone } = report
  const [policy, setPolicy] = useState(report.policy)
  const [first, last] = [dates[0], dates.at(-1)]
  const shown = dates.toReversed()
  return (
    <Dialog
      title={t('missedTitle', { trigger: row.triggerId })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('missedStay')}</Button>
          <Button variant="filled" onClick={() => onChoose(policy)}>
            {t('missedGo')}
          </Button>
        </>
      }
    >
      <div className={classes['missed']}>
        <p>
          {hasOlder ? t('missedMore', { count: maximum }) : t('missedSome', { count })}{' '}
          {first && last && count > 1 && t('missedRange', { first: told(first.local), last: told(last.local) })}
          {zone !== undefined && ` ${t('missedZone', { zone })}`}
        </p>
        {hasOlder && <Note kind="warning">{t('missedOlder', { count: maximum })}</Note>}
        <fieldset className={classes['choices']}>
          <legend>{t('missedAsk')}</legend>
          {POLICIES.map(name => (
            <label key={name} className={classes['choice']}>
              <input
                type="radio"
                name="missed"
                data-autofocus={name === report.policy || undefined}
                checked={policy === name}
                onChange={() => setPolicy(name)}
              />
              <span>
                {titleOf(name, report)}
                <span className={classes['hint']}>{hintOf(name, report)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <h3 className={classes['head']}>{t('missedDates')}</h3>
        {/* Whoever has no mouse scrolls it by keys. */}
        <ol className={classes['dates']} tabIndex={0} aria-label={t('missedDates')}>
          {shown.map(({ at, local }, index) => {
            const isRun = policy === 'ALL' || (policy === 'LAST' && index === 0)
            return (
              <li key={at} className={cx(classes['date'], !isRun && classes['letGo'])}>
                <time dateTime={at}>{told(local)}</time>
                <span>{t(isRun ? 'missedRun' : 'missedLetGo')}</span>
              </li>
            )
          })}
        </ol>
      </div>
    </Dialog>
  )
}

function titleOf(policy: MissedPolicy, { count }: MissedReport): string {
  if (policy === 'ALL') return t('missedAll', { count })
  return t(policy === 'LAST' ? 'missedLast' : 'missedNone')
}

function hintOf(policy: MissedPolicy, { policy: own, dates }: MissedReport): string {
  const last = dates.at(-1)
  const said = {
    ALL: t('missedAllHint'),
    LAST: last ? t('missedLastHint', { date: told(last.local) }) : '',
    NONE: t('missedNoneHint'),
  }[policy]
  return policy === own ? `${said} ${t('missedOwn')}` : said
}

/** As the zone of the schedule shows it, to the second where it has some. */
function told(local: string): string {
  const time = local.slice(0, 19).replace('T', ' ')
  return time.endsWith(':00') ? time.slice(0, 16) : time
}
