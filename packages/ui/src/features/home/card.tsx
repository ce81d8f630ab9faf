import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { cx } from '../../widgets/class-names.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import classes from './home-page.module.css'
import { t } from './messages.ts'

export interface CardProps {
  readonly title: string
  /** The list that it is made of. */
  readonly to?: string
  readonly toTitle?: string
  readonly error?: unknown
  readonly onRetry?: () => void
  /** As high with nothing in it as with much, which is scrolled: what stands below stays in its place. */
  readonly isSteady?: boolean
  readonly className?: string | undefined
  readonly children: ReactNode
}

/** A part of the board. When it fails the others go on. */
export function Card(props: CardProps): ReactNode {
  const { title, to, toTitle = t('all'), error, onRetry, isSteady = false, className, children } = props
  return (
    <section className={cx(classes['card'], isSteady && classes['steady'], className)} aria-label={title}>
      <header className={classes['cardHead']}>
        <h2>{title}</h2>
        {to !== undefined && <Link to={to}>{toTitle}</Link>}
      </header>
      <div className={classes['body']}>
        {error ? (
          <ErrorCard title={t('failedToLoad')} error={error} {...(onRetry === undefined ? {} : { onRetry })} />
        ) : (
          children
        )}
      </div>
    </section>
  )
}
