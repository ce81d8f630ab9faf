// Asked when schedules are switched on together that have missed dates while they were off, or may have: which of them are run.
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Dialog } from '../../widgets/dialog.tsx'
import { t } from './messages.ts'
import classes from './missed-dialog.module.css'
import type { ManyMissed } from './missed-of-many.ts'
import type { MissedPolicy } from './trigger-row.ts'

/** OWN: as each trigger says. */
export type PolicyOfMany = MissedPolicy | 'OWN'

export interface MissedManyDialogProps {
  /** That are switched on. */
  readonly count: number
  readonly missed: ManyMissed
  readonly onChoose: (policy: PolicyOfMany) => void
  /** They stay off. */
  readonly onClose: () => void
}

const CHOICES = [
  ['OWN', 'missedManyOwn', 'missedManyOwnHint'],
  ['ALL', 'missedManyAll', 'missedAllHint'],
  ['LAST', 'missedManyLast', undefined],
  ['NONE', 'missedNone', 'missedManyNoneHint'],
] as const

export function MissedManyDialog({ count, missed, onChoose, onClose }: MissedManyDialogProps): ReactNode {
  const [policy, setPolicy] = useState<PolicyOfMany>('OWN')
  return (
    <Dialog
      title={t('missedManyTitle', { count })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('missedManyStay')}</Button>
          <Button variant="filled" onClick={() => onChoose(policy)}>
            {t('missedGo')}
          </Button>
        </>
      }
    >
      <div className={classes['missed']}>
        <p>{tell(missed)}</p>
        <fieldset className={classes['choices']}>
          <legend>{t('missedAsk')}</legend>
          {CHOICES.map(([name, title, hint]) => (
            <label key={name} className={classes['choice']}>
              <input
                type="radio"
                name="missed"
                data-autofocus={name === 'OWN' || undefined}
                checked={policy === name}
                onChange={() => setPolicy(name)}
              />
              <span>
                {t(title)}
                {hint !== undefined && <span className={classes['hint']}>{t(hint)}</span>}
              </span>
            </label>
          ))}
        </fieldset>
      </div>
    </Dialog>
  )
}

function tell(missed: ManyMissed): string {
  if (missed.type === 'unknown') return t('missedManyMaybe')
  return t(missed.hasOlder ? 'missedManyMore' : 'missedManySome', { count: missed.count })
}
