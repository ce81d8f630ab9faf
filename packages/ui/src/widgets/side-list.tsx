// A list beside what is chosen in it. Where the window is narrow there is one of the two, with a way back.
import type { ReactNode } from 'react'
import { Link } from '../lib/link.tsx'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import classes from './side-list.module.css'

export interface SideListProps {
  /** What is left of the one that is shown. */
  readonly side: ReactNode
  /** One was chosen, and is what a narrow window shows. */
  readonly isOpen: boolean
  readonly children: ReactNode
}

export function SideList({ side, isOpen, children }: SideListProps): ReactNode {
  return (
    <div className={cx(classes['page'], isOpen && classes['isOpen'])}>
      <div className={classes['side']}>{side}</div>
      <div className={classes['panel']}>{children}</div>
    </div>
  )
}

/** What can be chosen, each a link. */
export function SideEntries({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <nav aria-label={label} className={classes['list']}>
      {children}
    </nav>
  )
}

export interface SideEntryProps {
  readonly to: string
  readonly isChosen: boolean
  /** Its parts stand side by side. */
  readonly isRow?: boolean
  readonly children: ReactNode
}

export function SideEntry({ to, isChosen, isRow = false, children }: SideEntryProps): ReactNode {
  return (
    <Link
      to={to}
      className={cx(classes['entry'], isRow && classes['row'], isChosen && classes['chosen'])}
      aria-current={isChosen ? 'true' : undefined}
    >
      {children}
    </Link>
  )
}

/** In a narrow window only. */
export function SideBack({ to, children }: { readonly to: string; readonly children: ReactNode }): ReactNode {
  return (
    <Link to={to} className={classes['back']}>
      <Icon name="left" size={14} />
      {children}
    </Link>
  )
}
