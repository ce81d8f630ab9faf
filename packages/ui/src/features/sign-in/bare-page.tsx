// The frame of pages that stand outside of the shell: a card in the middle of the window.
import { useEffect, type ReactNode } from 'react'
import classes from './sign-in.module.css'

export interface BarePageProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly children: ReactNode
}

export function BarePage({ title, lead, children }: BarePageProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · Batuta`
  }, [title])
  return (
    <div className={classes['window']}>
      <div className={classes['card']}>
        <header className={classes['head']}>
          <Mark />
          <h1>{title}</h1>
          {lead !== undefined && <p className={classes['lead']}>{lead}</p>}
        </header>
        {children}
      </div>
    </div>
  )
}

function Mark(): ReactNode {
  return (
    <svg width="40" height="40" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#4338ca" />
      <path d="M7 24 23 8" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="9" cy="22" r="3.4" fill="#fff" />
      <path d="M16 24c5 0 8-3 8.6-7" stroke="#a5a0ff" strokeWidth="2.2" strokeLinecap="round" fill="none" />
    </svg>
  )
}
