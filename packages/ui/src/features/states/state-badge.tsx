import type { ReactNode } from 'react'
import { stateGroupOf, stateWord } from '../../lib/states.ts'
import { cx } from '../../widgets/class-names.ts'
import classes from './state-badge.module.css'
import { StateIcon } from './state-icon.tsx'

export interface StateBadgeProps {
  readonly state: string
  /** The icon with a word for those who hear it. */
  readonly isIconOnly?: boolean
}

/** A state is told by icon, word and colour, never by colour alone. */
export function StateBadge({ state, isIconOnly = false }: StateBadgeProps): ReactNode {
  const word = stateWord(state)
  return (
    <span
      className={cx(classes['badge'], classes[stateGroupOf(state)], isIconOnly && classes['bare'])}
      title={isIconOnly ? word : undefined}
    >
      <StateIcon state={state} />
      <span className={isIconOnly ? 'visually-hidden' : undefined}>{word}</span>
    </span>
  )
}
