import { useEffect, useState, type ReactNode } from 'react'
import classes from './skeleton.module.css'
import { t } from './messages.ts'

/** What comes sooner needs no place-holder: it would only flicker. */
const WAIT_MS = 150

export interface SkeletonProps {
  readonly width?: string
  readonly height?: string
}

/** A place-holder of the true shape. */
export function Skeleton({ width = '100%', height = '1em' }: SkeletonProps): ReactNode {
  return <span className={classes['bone']} style={{ width, height }} />
}

/** Shows its children once waiting has lasted; keeps their place from the beginning. */
export function Waiting({
  children,
  label = t('loading'),
}: {
  readonly children: ReactNode
  readonly label?: string
}): ReactNode {
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), WAIT_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" aria-label={label} className={isLong ? undefined : classes['hidden']}>
      {children}
    </div>
  )
}

/** Rows of a table to come. */
export function SkeletonRows({ rows = 10 }: { readonly rows?: number }): ReactNode {
  return (
    <Waiting>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={classes['row']}>
          <Skeleton width="5rem" />
          <Skeleton width={`${30 + ((index * 7) % 25)}%`} />
          <Skeleton width="4rem" />
        </div>
      ))}
    </Waiting>
  )
}
