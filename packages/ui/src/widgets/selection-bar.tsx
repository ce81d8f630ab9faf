import { ActionIcon } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatNumber } from '../lib/messages.ts'
import { Icon } from './icon.tsx'
import classes from './selection-bar.module.css'
import { tip } from './tooltip.ts'

export interface SelectionBarProps {
  readonly count: number
  readonly onClear: () => void
  /** What can be done to all that is selected. */
  readonly children: ReactNode
}

/** Stands above a list while rows of it are selected. */
export function SelectionBar({ count, onClear, children }: SelectionBarProps): ReactNode {
  if (count === 0) return null
  return (
    <div className={classes['bar']} role="region" aria-label="Selection">
      <span className={classes['count']}>{formatNumber(count)} selected</span>
      {children}
      <ActionIcon
        size={28}
        aria-label="Clear the selection"
        {...tip('Clear the selection', 'escape')}
        onClick={onClear}
      >
        <Icon name="close" size={14} />
      </ActionIcon>
    </div>
  )
}
