import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type ReactNode } from 'react'
import { addBookmark } from '../../lib/bookmarks.ts'
import { nowMs } from '../../platform/clock.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { t } from './messages.ts'
import type { View, ViewDraft } from './use-views.ts'
import { addressOf, viewIdOf } from './view-address.ts'
import classes from './views-menu.module.css'

export interface SaveViewDialogProps {
  readonly page: string
  readonly path: string
  readonly query: string
  readonly columns?: readonly string[]
  /** The one that is changed; a new one without. */
  readonly view: View | undefined
  readonly isBusy: boolean
  readonly onSave: (draft: ViewDraft) => void
  readonly onClose: () => void
}

const ID_BASE = 36

export function SaveViewDialog(props: SaveViewDialogProps): ReactNode {
  const { page, path, query, columns, view, isBusy, onSave, onClose } = props
  const [name, setName] = useState(view?.name ?? '')
  const [isShared, setShared] = useState(view?.isShared ?? false)
  const [isInRail, setInRail] = useState(false)
  const save = (): void => {
    const wanted = name.trim()
    if (wanted === '') return
    const id = view?.id ?? viewIdOf(wanted, nowMs().toString(ID_BASE))
    if (isInRail) addBookmark({ title: wanted, to: addressOf(path, query, id) })
    onSave({ id, name: wanted, page, filters: query, isShared, ...(columns ? { columns } : {}) })
  }
  return (
    <Dialog
      title={t('saveTitle')}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <ActButton
            variant="filled"
            loading={isBusy}
            why={name.trim() === '' ? t('whyNoName') : undefined}
            onClick={save}
          >
            {t('saveAction')}
          </ActButton>
        </>
      }
    >
      <form
        className={classes['form']}
        onSubmit={event => {
          event.preventDefault()
          save()
        }}
      >
        <p>{t('saveText')}</p>
        <TextInput
          data-autofocus=""
          label={t('name')}
          placeholder={t('nameHint')}
          maxLength={100}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Choice label={t('share')} hint={t('shareHint')} isOn={isShared} onChange={setShared} />
        {view === undefined && <Choice label={t('inRail')} isOn={isInRail} onChange={setInRail} />}
      </form>
    </Dialog>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly hint?: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}

function Choice({ label, hint, isOn, onChange }: ChoiceProps): ReactNode {
  return (
    <label className={classes['choice']}>
      <input type="checkbox" checked={isOn} onChange={event => onChange(event.currentTarget.checked)} />
      <span>
        {label}
        {hint !== undefined && <span className={classes['hint']}>{hint}</span>}
      </span>
    </label>
  )
}
