import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { Dialog } from '../../widgets/dialog.tsx'
import { pathOf } from './file-tree.ts'
import layout from '../../widgets/layout.module.css'
import { t } from './messages.ts'

export interface PathDialogProps {
  readonly title: string
  readonly label?: string
  readonly action: string
  readonly value: string
  /** The root itself may be meant. */
  readonly mayBeRoot?: boolean
  /** True when it is done. */
  readonly onPath: (path: string) => Promise<boolean>
  readonly onClose: () => void
}

/** Asks for a path. */
export function PathDialog(props: PathDialogProps): ReactNode {
  const { title, label = t('path'), action, mayBeRoot = false, onPath, onClose } = props
  const [text, setText] = useState(props.value)
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const path = pathOf(text) ?? (mayBeRoot && text.replaceAll('/', '').trim() === '' ? '' : undefined)
  const problem =
    path === undefined ? t('pathProblem') : path.split('/')[1] === '_flows' ? t('flowsProblem') : undefined
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setTried(true)
    if (path === undefined || problem !== undefined) return
    setBusy(true)
    if (await onPath(path)) onClose()
    setBusy(false)
  }
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="path" variant="filled" loading={isBusy}>
            {action}
          </Button>
        </>
      }
    >
      <form id="path" className={layout['form']} onSubmit={event => void submit(event)} noValidate>
        <TextInput
          label={label}
          description={t('pathHint')}
          size="sm"
          data-autofocus="true"
          autoComplete="off"
          spellCheck={false}
          value={text}
          error={isTried ? problem : undefined}
          onChange={event => setText(event.currentTarget.value)}
        />
      </form>
    </Dialog>
  )
}
