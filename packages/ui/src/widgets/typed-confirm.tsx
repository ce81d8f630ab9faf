import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type ReactNode } from 'react'
import { ActButton } from './act-button.tsx'
import { Dialog } from './dialog.tsx'
import { t } from './late-messages.ts'

export interface TypedConfirmProps {
  readonly title: string
  /** What will happen, with count and consequence. */
  readonly children: ReactNode
  /** What must be typed; nothing where a click is enough. */
  readonly word?: string
  readonly action: string
  /** False while it is not known yet what will happen. */
  readonly isReady?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** For what cannot be undone. */
export function TypedConfirm({
  title,
  children,
  word,
  action,
  isReady: isKnown = true,
  onConfirm,
  onClose,
}: TypedConfirmProps): ReactNode {
  const [typed, setTyped] = useState('')
  const isReady = isKnown && (word === undefined || isSame(typed.trim(), word))
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <ActButton
            variant="filled"
            color="red"
            why={isReady ? undefined : isKnown ? t('typeFirst', { word: word ?? '' }) : t('stillCounted')}
            onClick={onConfirm}
          >
            {action}
          </ActButton>
        </>
      }
    >
      {children}
      {word !== undefined && (
        <TextInput
          mt="md"
          label={t('typeToGoOn', { word })}
          value={typed}
          onChange={event => setTyped(event.currentTarget.value)}
          autoComplete="off"
        />
      )}
    </Dialog>
  )
}

/** A number may be typed as it is shown: with commas. */
function isSame(typed: string, word: string): boolean {
  return typed === word || (/^\d+$/.test(word) && typed.replaceAll(/[,.\s]/g, '') === word)
}
