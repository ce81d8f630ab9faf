import { ActionIcon } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import classes from './selection-bar.module.css'
import { tip } from './tooltip.ts'
import { t } from './messages.ts'

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
    <div className={classes['bar']} role="region" aria-label={t('selection')}>
      <span className={classes['count']}>{t('selected', { count })}</span>
      {children}
      <ActionIcon size={28} aria-label={t('clearSelection')} {...tip(t('clearSelection'), 'escape')} onClick={onClear}>
        <Icon name="close" size={14} />
      </ActionIcon>
    </div>
  )
}
