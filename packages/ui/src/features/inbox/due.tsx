import type { ReactNode } from 'react'
import { useNow } from '../../platform/clock.ts'
import { Timestamp } from '../../widgets/timestamp.tsx'
import classes from './inbox.module.css'
import { t } from './messages.ts'
import type { HumanTask } from './use-inbox.ts'

const TICK_MS = 30_000

export function Due({ task: { due } }: { readonly task: HumanTask }): ReactNode {
  const now = useNow(TICK_MS, due !== undefined)
  if (due === undefined) return null
  const ms = Date.parse(due)
  return (
    <span className={ms - now < SOON_MS ? classes['soon'] : classes['due']}>
      {ms < now ? t('overdue') : t('due')} <Timestamp atMs={ms} isRelative />
    </span>
  )
}

const SOON_MS = 3_600_000
