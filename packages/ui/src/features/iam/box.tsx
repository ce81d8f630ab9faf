import type { ReactNode } from 'react'
import classes from './iam.module.css'

export interface BoxProps {
  readonly title: string
  readonly action?: ReactNode
  readonly children: ReactNode
}

/** One part of what there is to say about somebody. */
export function Box({ title, action, children }: BoxProps): ReactNode {
  return (
    <section className={classes['box']} aria-label={title}>
      <div className={classes['boxHead']}>
        <h3>{title}</h3>
        {action}
      </div>
      {children}
    </section>
  )
}
