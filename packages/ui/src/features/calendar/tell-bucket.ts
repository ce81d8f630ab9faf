import { formatNumber } from '../../lib/messages.ts'
import { t } from './messages.ts'
import type { BucketSum } from './use-calendar.ts'

export function isEmpty({ done, failed, other, planned }: BucketSum): boolean {
  return done + failed + other + planned === 0
}

/** What one day or hour holds, in words. */
export function tellBucket({ done, failed, other, planned }: BucketSum): string {
  const all = done + failed + other
  const parts = [
    ...(all === 0 ? [] : [t('done', { count: all })]),
    ...(failed === 0 ? [] : [t('failedCount', { count: failed })]),
    ...(planned === 0 ? [] : [t('planned', { count: planned })]),
  ]
  return parts.length === 0 ? t('nothing') : parts.join(', ')
}

/** `1.2K` where there is no room. */
export function shortCount(count: number): string {
  return count < 10_000 ? formatNumber(count) : `${Math.round(count / 1_000)}K`
}
