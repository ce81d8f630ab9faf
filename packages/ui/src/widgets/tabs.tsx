import type { ReactNode } from 'react'
import { Link } from '../lib/link.tsx'
import classes from './tabs.module.css'

export interface Tab {
  readonly id: string
  readonly title: string
  readonly to: string
  /** A number beside the title. */
  readonly count?: number | undefined
}

export interface TabsProps {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly active: string
}

/** Tabs are links: each has an address, opens in another tab of the browser, and goes into the history. */
export function Tabs({ label, tabs, active }: TabsProps): ReactNode {
  return (
    <nav aria-label={label} className={classes['tabs']}>
      {tabs.map(({ id, title, to, count }) => (
        <Link key={id} to={to} className={classes['tab']} aria-current={id === active ? 'page' : undefined}>
          {title}
          {count !== undefined && <span className={classes['count']}>{count}</span>}
        </Link>
      ))}
    </nav>
  )
}
