import { Button, Textarea } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { ActButton } from '../../widgets/act-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { t } from './messages.ts'
import layout from '../../widgets/layout.module.css'
import classes from './namespaces.module.css'
import { useSaveNamespace, type NamespacePatch } from './use-namespaces.ts'

export interface JsonDialogProps {
  readonly namespace: string
  readonly title: string
  readonly hint: string
  readonly value: unknown
  /** What is to be saved, or why it cannot be. */
  readonly read: (value: unknown) => NamespacePatch | string
  readonly onClose: () => void
}

const ROWS = 20

/** What is said about a namespace, as JSON. */
export function JsonDialog({ namespace, title, hint, value, read, onClose }: JsonDialogProps): ReactNode {
  const [text, setText] = useState(() => JSON.stringify(value, undefined, 2))
  const save = useSaveNamespace(namespace)
  const found = patchOf(text, read)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (typeof found !== 'string') save.mutate(found, { onSuccess: onClose })
  }
  return (
    <Dialog
      title={title}
      kind="drawer"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <ActButton
            type="submit"
            form="json"
            variant="filled"
            why={typeof found === 'string' ? found : undefined}
            loading={save.isPending}
          >
            {t('save')}
          </ActButton>
        </>
      }
    >
      <form id="json" className={layout['form']} onSubmit={submit}>
        {save.error && <ErrorCard title={t('notSaved', { namespace })} error={save.error} />}
        <Textarea
          className={classes['code']}
          label={title}
          description={hint}
          size="sm"
          rows={ROWS}
          spellCheck={false}
          data-autofocus="true"
          value={text}
          error={typeof found === 'string' ? found : undefined}
          onChange={event => setText(event.currentTarget.value)}
        />
      </form>
    </Dialog>
  )
}

function patchOf(text: string, read: JsonDialogProps['read']): NamespacePatch | string {
  try {
    return read(JSON.parse(text))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
