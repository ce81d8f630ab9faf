import type { ReactNode } from 'react'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import classes from './iam.module.css'

export type WhoKind = 'user' | 'account' | 'group'

export interface WhoProps {
  readonly name: string
  readonly kind: WhoKind
}

/** Somebody, with a mark that says whether it is a person, a program or a group. */
export function Who({ name, kind }: WhoProps): ReactNode {
  return (
    <span className={classes['who']}>
      <span className={classes['avatar']} aria-hidden="true">
        {kind === 'user' ? firstLetters(name) : <Icon name={kind === 'group' ? 'users' : 'code'} size={14} />}
      </span>
      <span>{name}</span>
    </span>
  )
}

export interface BadgeProps {
  readonly look?: 'good' | 'bad' | 'warn' | 'accent'
  readonly children: ReactNode
}

export function Badge({ look, children }: BadgeProps): ReactNode {
  return <span className={cx(classes['badge'], look && classes[look])}>{children}</span>
}

function firstLetters(name: string): string {
  const words = name
    .replace(/@.*/, '')
    .split(/[\s._-]+/)
    .filter(Boolean)
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map(word => word?.charAt(0).toUpperCase() ?? '')
    .join('')
}
