import { useEffect, useRef, type ReactNode } from 'react'
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
  const row = useRef<HTMLElement>(null)
  // On a narrow screen the one that is shown may lie beyond the edge.
  useEffect(() => {
    const chosen = row.current?.querySelector<HTMLElement>('[aria-current]')
    if (row.current && chosen)
      row.current.scrollLeft = chosen.offsetLeft - row.current.offsetLeft - chosen.offsetWidth / 2
  }, [active])
  return (
    <nav ref={row} aria-label={label} className={classes['tabs']}>
      {tabs.map(({ id, title, to, count }) => (
        <Link key={id} to={to} className={classes['tab']} aria-current={id === active ? 'page' : undefined}>
          {title}
          {count !== undefined && <span className={classes['count']}>{count}</span>}
        </Link>
      ))}
    </nav>
  )
}
