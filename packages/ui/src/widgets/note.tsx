import type { ReactNode } from 'react'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import classes from './note.module.css'

export interface NoteProps {
  readonly kind?: 'info' | 'warning'
  readonly children: ReactNode
}

/** What one should know beside what one does: a sentence or two. */
export function Note({ kind = 'info', children }: NoteProps): ReactNode {
  return (
    <div className={cx(classes['note'], classes[kind])}>
      <span className={classes['icon']}>
        <Icon name={kind} />
      </span>
      <div className={classes['text']}>{children}</div>
    </div>
  )
}
