import { Button, type ButtonProps } from '@mantine/core'
import type { MouseEvent, ReactNode } from 'react'
import { tip } from './tooltip.ts'

export interface ActButtonProps extends ButtonProps {
  /** Why it cannot be done now: the button stays where it is, can be reached, and says so. */
  readonly why?: string | undefined
  /** What it does, and its keys, for the tooltip. */
  readonly hint?: string
  readonly keys?: string
  readonly type?: 'button' | 'submit'
  readonly form?: string
  readonly onClick?: () => void
  readonly children: ReactNode
}

/** A button that is never dead without a reason. */
export function ActButton({ why, hint, keys, onClick, ...rest }: ActButtonProps): ReactNode {
  const text = why ?? hint
  const isOff = why !== undefined
  const act = (event: MouseEvent): void => {
    if (isOff) event.preventDefault()
    else onClick?.()
  }
  return (
    <Button
      {...rest}
      onClick={act}
      {...(text === undefined ? {} : tip(text, keys))}
      {...(isOff ? { 'aria-disabled': true, 'data-disabled': true } : {})}
    />
  )
}
