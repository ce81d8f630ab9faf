// The name and the description of what is there, to be changed in place.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { cx } from '../../widgets/class-names.ts'
import layout from '../../widgets/layout.module.css'
import classes from './iam.module.css'
import { t } from './messages.ts'

export interface Named {
  readonly name: string
  readonly description: string
}

export interface NameFormProps<Draft extends Named> {
  readonly value: Draft
  readonly why: string | undefined
  readonly error: Error | null
  readonly isBusy: boolean
  /** Fields beside name and description. */
  readonly more?: (draft: Draft, change: (patch: Partial<Draft>) => void) => ReactNode
  readonly onSave: (draft: Draft) => void
}

export function NameForm<Draft extends Named>({
  value,
  why,
  error,
  isBusy,
  more,
  onSave,
}: NameFormProps<Draft>): ReactNode {
  const [draft, setDraft] = useState(value)
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const isChanged = JSON.stringify(draft) !== JSON.stringify(value)
  const whyNot = why ?? (draft.name.trim() === '' ? t('needName') : isChanged ? undefined : t('nothingChanged'))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (whyNot === undefined) onSave(draft)
  }
  return (
    <form
      className={cx(layout['form'], why !== undefined && classes['fixed'])}
      onSubmit={submit}
      noValidate
      autoComplete="off"
    >
      {error && <ErrorCard title={t('notSaved')} error={error} />}
      <TextInput
        label={t('name')}
        required
        readOnly={why !== undefined}
        spellCheck={false}
        value={draft.name}
        onChange={({ currentTarget: { value: name } }) => setDraft(before => ({ ...before, name }))}
      />
      <TextInput
        label={t('description')}
        readOnly={why !== undefined}
        value={draft.description}
        onChange={({ currentTarget: { value: description } }) => setDraft(before => ({ ...before, description }))}
      />
      {more?.(draft, change)}
      <div className={classes['foot']}>
        <ActButton type="submit" variant="filled" why={whyNot} loading={isBusy}>
          {t('save')}
        </ActButton>
        {isChanged && <Button onClick={() => setDraft(value)}>{t('discard')}</Button>}
      </div>
    </form>
  )
}
