import type { ReactNode } from 'react'
import classes from './calendar-page.module.css'
import type { BucketSum } from './use-calendar.ts'

/** As long as what it holds; what is planned is only outlined. */
export function BucketBar({ sum, most }: { readonly sum: BucketSum; readonly most: number }): ReactNode {
  const { done, failed, other, planned } = sum
  const all = done + failed + other + planned
  if (all === 0) return <span className={classes['bucket']} />
  return (
    <span className={classes['bucket']} style={{ width: `${Math.max(6, Math.sqrt(all / most) * 100)}%` }}>
      <span className={classes['partDone']} style={{ flexGrow: done }} />
      <span className={classes['partFailed']} style={{ flexGrow: failed }} />
      <span className={classes['partOther']} style={{ flexGrow: other }} />
      <span className={planned > 0 ? classes['partPlanned'] : undefined} style={{ flexGrow: planned }} />
    </span>
  )
}
