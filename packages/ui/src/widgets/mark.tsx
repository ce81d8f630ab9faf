import type { ReactNode } from 'react'
import classes from './mark.module.css'
import { tip } from './tooltip.ts'

export interface MarkProps {
  readonly children: ReactNode
  readonly hint?: string | undefined
  readonly isCode?: boolean
}

/** A word beside a name that says something about it. */
export function Mark({ children, hint, isCode = false }: MarkProps): ReactNode {
  const Element = isCode ? 'code' : 'span'
  return (
    <Element className={classes['mark']} {...(hint === undefined ? {} : tip(hint))}>
      {children}
    </Element>
  )
}
