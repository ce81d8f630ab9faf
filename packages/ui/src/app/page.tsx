// The frame of a page: its title, which is also the title of the tab and the end of the breadcrumb, what can be done, and what it shows.
import { useEffect, useSyncExternalStore, type ReactNode } from 'react'
import classes from './page.module.css'

export interface Crumb {
  readonly title: string
  readonly to?: string
}

export interface PageProps {
  readonly title: string
  /** Instead of the title as text, where it carries more. */
  readonly heading?: ReactNode
  /** Beside the title. */
  readonly badge?: ReactNode
  /** What is above the page in the breadcrumb. */
  readonly crumbs?: readonly Crumb[]
  /** On the right of the title: secondary ones first, the primary one last. */
  readonly actions?: ReactNode
  /** Below the title. */
  readonly tabs?: ReactNode
  /** On a narrow screen its actions stand beside its title, and the badge has a row of its own. */
  readonly isCompact?: boolean
  /** Fills the window: what is inside scrolls by itself. */
  readonly isFull?: boolean
  readonly children: ReactNode
}

const NO_CRUMBS: readonly Crumb[] = []
let trail: readonly Crumb[] = NO_CRUMBS
const listeners = new Set<() => void>()

export function useTrail(): readonly Crumb[] {
  return useSyncExternalStore(subscribe, () => trail)
}

export function Page({
  title,
  heading,
  badge,
  crumbs = NO_CRUMBS,
  actions,
  tabs,
  isCompact = false,
  isFull = false,
  children,
}: PageProps): ReactNode {
  useEffect(() => {
    const next = [...crumbs, { title }]
    // Crumbs are written anew with each rendering: only others are told.
    if (JSON.stringify(next) === JSON.stringify(trail)) return
    trail = next
    document.title = `${title} · Batuta`
    for (const listener of listeners) listener()
  }, [crumbs, title])
  return (
    <div className={isFull ? `${classes['page']} ${classes['full']}` : classes['page']}>
      <header className={isCompact ? `${classes['head']} ${classes['compact']}` : classes['head']}>
        <h1 className={classes['title']}>{heading ?? title}</h1>
        {badge}
        <div className={classes['actions']}>{actions}</div>
      </header>
      {tabs}
      <div className={classes['body']}>{children}</div>
    </div>
  )
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
