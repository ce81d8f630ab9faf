// One of a few, or some of them, each to be seen.
import { useId, type ReactNode } from 'react'
import { TextInput } from '@mantine/core'
import { InlineText } from './inline-text.tsx'
import type { Choice } from './input-fields.ts'
import type { ControlProps } from './input-control.tsx'
import classes from './input-form.module.css'
import { t } from './messages.ts'

export interface ChoiceListProps extends ControlProps {
  readonly kind: 'radio' | 'checkbox'
  readonly choices: readonly Choice[]
  readonly chosen: readonly string[]
}

export function ChoiceList(props: ChoiceListProps): ReactNode {
  const { field, label, kind, choices, chosen, problem, onChange } = props
  const id = useId()
  const known = choices.map(({ value }) => value)
  const others = chosen.filter(value => value !== '' && !known.includes(value))
  const toggle = (value: string, isOn: boolean): void => {
    if (kind === 'radio') return onChange(value)
    const next = isOn ? [...chosen, value] : chosen.filter(other => other !== value)
    onChange([...known.filter(other => next.includes(other)), ...others])
  }
  return (
    <fieldset className={classes['choices']} aria-describedby={problem === undefined ? undefined : id}>
      <legend>
        {label}
        {field.isRequired && field.usual === undefined && (
          <span className={classes['star']} aria-hidden="true">
            {' '}
            *
          </span>
        )}
      </legend>
      <div className={classes['choiceRow']}>
        {choices.map(choice => (
          <label key={choice.value} className={classes['choice']}>
            <input
              type={kind}
              name={field.id}
              value={choice.value}
              checked={chosen.includes(choice.value)}
              onChange={event => toggle(choice.value, event.currentTarget.checked)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
      {field.takesOthers && kind === 'checkbox' && (
        <TextInput
          aria-label={`${label}: ${t('others')}`}
          placeholder={t('others')}
          defaultValue={others.join(', ')}
          onBlur={event => {
            const typed = event.currentTarget.value.split(',').map(text => text.trim())
            onChange([...chosen.filter(value => known.includes(value)), ...typed.filter(text => text !== '')])
          }}
        />
      )}
      {field.description !== undefined && (
        <span className={classes['description']}>
          <InlineText text={field.description} />
        </span>
      )}
      {problem !== undefined && (
        <span id={id} className={classes['problem']}>
          {problem}
        </span>
      )}
    </fieldset>
  )
}
