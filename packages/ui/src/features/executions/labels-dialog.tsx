import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type ReactNode } from 'react'
import { ActButton } from '../../widgets/act-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { Icon } from '../../widgets/icon.tsx'
import classes from './labels-dialog.module.css'
import { t } from './messages.ts'

export interface Label {
  readonly key: string
  readonly value: string
}

export interface LabelsDialogProps {
  readonly title: string
  readonly text?: string
  readonly note?: ReactNode
  readonly labels: readonly Label[]
  readonly action: string
  readonly onSave: (labels: readonly Label[]) => void
  readonly onClose: () => void
}

export function LabelsDialog({ title, text, note, labels, action, onSave, onClose }: LabelsDialogProps): ReactNode {
  const [rows, setRows] = useState<readonly Label[]>([...labels, { key: '', value: '' }])
  const set = (at: number, patch: Partial<Label>): void =>
    setRows(rows.map((row, index) => (index === at ? { ...row, ...patch } : row)))
  const whole = rows.filter(({ key, value }) => key.trim() !== '' && value.trim() !== '')
  const isHalf = rows.some(({ key, value }) => (key.trim() === '') !== (value.trim() === ''))
  const isNone = labels.length === 0 && whole.length === 0
  const whyNot = isHalf ? t('whyHalfLabel') : isNone ? t('whyNoLabel') : undefined
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <ActButton variant="filled" why={whyNot} onClick={() => onSave(whole)}>
            {action}
          </ActButton>
        </>
      }
    >
      {text !== undefined && <p className={classes['text']}>{text}</p>}
      {note}
      <ul className={classes['rows']}>
        {rows.map((row, at) => (
          <li key={at} className={classes['row']}>
            <TextInput
              aria-label={t('labelKey', { number: at + 1 })}
              placeholder={t('key')}
              value={row.key}
              onChange={event => set(at, { key: event.currentTarget.value })}
            />
            <TextInput
              aria-label={t('labelValue', { number: at + 1 })}
              placeholder={t('value')}
              value={row.value}
              onChange={event => set(at, { value: event.currentTarget.value })}
            />
            <button
              type="button"
              className={classes['remove']}
              aria-label={t('removeLabel', { number: at + 1 })}
              onClick={() => setRows(rows.filter((_, index) => index !== at))}
            >
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => setRows([...rows, { key: '', value: '' }])}
      >
        {t('addLabel')}
      </Button>
    </Dialog>
  )
}
