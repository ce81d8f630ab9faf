// Something that is shown now and never again: a token, a link.
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Dialog } from '../../widgets/dialog.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Note } from '../../widgets/note.tsx'
import { showToast } from '../../widgets/toast.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'

export interface ShownOnceProps {
  readonly title: string
  readonly text: string
  readonly hint: ReactNode
  /** Below, such as how to use it. */
  readonly children?: ReactNode
  readonly onClose: () => void
}

export function ShownOnce({ title, text, hint, children, onClose }: ShownOnceProps): ReactNode {
  const [isCopied, setCopied] = useState(false)
  const copy = (): void =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // Without a safe connection there is no clipboard: it is chosen whole by one click.
      () => showToast({ kind: 'error', text: t('notCopied') }),
    )
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('done')}</Button>
          <Button
            variant="filled"
            data-autofocus="true"
            leftSection={<Icon name={isCopied ? 'check' : 'copy'} size={14} />}
            onClick={copy}
          >
            {isCopied ? t('copied') : t('copy')}
          </Button>
        </>
      }
    >
      <div className={classes['secret']}>
        <Note kind="warning">{t('shownOnce')}</Note>
        <p>{hint}</p>
        <output className={classes['secretText']} aria-label={title}>
          {text}
        </output>
        {children}
      </div>
    </Dialog>
  )
}
