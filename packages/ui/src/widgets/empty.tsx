import type { ReactNode } from 'react'
import classes from './empty.module.css'
import { Icon, type IconName } from './icon.tsx'

export interface EmptyProps {
  readonly icon?: IconName
  /** One sentence on what belongs here, or on what hides it. */
  readonly title: string
  readonly text?: ReactNode
  /** The one thing to do. */
  readonly action?: ReactNode
}

export function Empty({ icon, title, text, action }: EmptyProps): ReactNode {
  return (
    <div className={classes['empty']}>
      {icon && (
        <span className={classes['icon']}>
          <Icon name={icon} size={24} />
        </span>
      )}
      <p className={classes['title']}>{title}</p>
      {text !== undefined && <p className={classes['text']}>{text}</p>}
      {action !== undefined && <div className={classes['action']}>{action}</div>}
    </div>
  )
}
