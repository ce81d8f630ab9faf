// What is made with a name and a line about it: a service account, a group, a role.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import layout from '../../widgets/layout.module.css'
import { t } from './messages.ts'

export interface NameDialogProps {
  readonly title: string
  readonly hint: string
  readonly name?: string
  readonly error: Error | null
  readonly isBusy: boolean
  readonly children?: ReactNode
  readonly onSave: (given: { readonly name: string; readonly description: string }) => void
  readonly onClose: () => void
}

export function NameDialog(props: NameDialogProps): ReactNode {
  const { title, hint, error, isBusy, children, onSave, onClose } = props
  const [name, setName] = useState(props.name ?? '')
  const [description, setDescription] = useState('')
  const [isTried, setTried] = useState(false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (name.trim() !== '') onSave({ name: name.trim(), description: description.trim() })
  }
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="name" variant="filled" loading={isBusy}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id="name" className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        {error && <ErrorCard title={t('notMade')} error={error} />}
        <TextInput
          label={t('name')}
          description={hint}
          required
          data-autofocus="true"
          spellCheck={false}
          value={name}
          error={isTried && name.trim() === '' ? t('needName') : undefined}
          onChange={event => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('description')}
          value={description}
          onChange={event => setDescription(event.currentTarget.value)}
        />
        {children}
      </form>
    </Dialog>
  )
}
