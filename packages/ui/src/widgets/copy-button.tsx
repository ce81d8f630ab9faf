import { Button } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { t } from './messages.ts'

const SHOWN_MS = 1_500

export interface CopyButtonProps {
  readonly text: string
  readonly label?: string
}

export function CopyButton({ text, label = t('copy') }: CopyButtonProps): ReactNode {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      leftSection={<Icon name={isCopied ? 'check' : 'copy'} size={14} />}
      onClick={() => void copy()}
    >
      {isCopied ? t('copied') : label}
    </Button>
  )
}
