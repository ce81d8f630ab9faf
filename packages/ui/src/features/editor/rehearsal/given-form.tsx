import { useId, type ReactNode } from 'react'
import { stateWord } from '../../../lib/states.ts'
import { formatMomentLong } from '../../../lib/time.ts'
import { InputForm } from '../../input-form/input-form.tsx'
import { Select } from '../../../widgets/select.tsx'
import { t } from './messages.ts'
import classes from './rehearsal.module.css'
import type { EarlierRun, Given } from './use-given.ts'

export interface GivenFormProps {
  readonly given: Given
  readonly note: string
  readonly children?: ReactNode
}

export function GivenForm({ given, note, children }: GivenFormProps): ReactNode {
  const id = useId()
  const { fields, hasFiles, entries, runs, executionId, choose, change } = given
  return (
    <div className={classes['given']} role="group" aria-label={t('given')}>
      {children}
      {runs.length > 0 && (
        <div className={classes['field']}>
          <label htmlFor={id}>{t('earlier')}</label>
          <Select
            id={id}
            value={executionId ?? ''}
            onChange={({ currentTarget: { value } }) => choose(value === '' ? undefined : value)}
          >
            <option value="">{t('noEarlier')}</option>
            {runs.map(run => (
              <option key={run.id} value={run.id}>
                {nameOf(run)}
              </option>
            ))}
          </Select>
        </div>
      )}
      {fields.length > 0 && <InputForm fields={fields} entries={entries} onChange={change} isTried={false} />}
      {hasFiles && <p className={classes['muted']}>{t('filesOnly')}</p>}
      <p className={classes['muted']}>{note}</p>
    </div>
  )
}

function nameOf({ id, state }: EarlierRun): string {
  return `${formatMomentLong(Date.parse(state.startDate))} · ${stateWord(state.current)} · ${id}`
}
