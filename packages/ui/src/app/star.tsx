import { ActionIcon } from '@mantine/core'
import type { ReactNode } from 'react'
import { useAction } from '../lib/actions.ts'
import { addBookmark, removeBookmark, useBookmarks } from '../lib/bookmarks.ts'
import { cx } from '../widgets/class-names.ts'
import { Icon } from '../widgets/icon.tsx'
import { tip } from '../widgets/tooltip.ts'
import { t } from './messages.ts'
import { useTrail } from './page.tsx'
import classes from './top-bar.module.css'
import { useAddress } from './use-address.ts'

/** Keeps this address at hand, or lets it go. */
export function Star(): ReactNode {
  const to = useAddress()
  const trail = useTrail()
  const isSet = useBookmarks().some(bookmark => bookmark.to === to)
  const label = t(isSet ? 'unbookmark' : 'bookmark')
  const title = [trail.at(-1)?.title ?? document.title, filterOf(to)].filter(Boolean).join(': ')
  const run = (): void => (isSet ? removeBookmark(to) : addBookmark({ title, to }))
  useAction({ id: 'bookmark', title: label, section: t('sectionPage'), words: 'star favourite', run })
  return (
    <ActionIcon
      className={cx(classes['star'], isSet && classes['set'])}
      aria-label={label}
      aria-pressed={isSet}
      onClick={run}
      {...tip(label)}
    >
      <Icon name="star" size={18} />
    </ActionIcon>
  )
}

/** What a list is narrowed to, so that two bookmarks of one list have different names. */
function filterOf(to: string): string {
  return [...new URLSearchParams(to.split('?')[1] ?? '')]
    .filter(([name]) => name.startsWith('filters['))
    .map(([, value]) => value.toLowerCase())
    .join(' ')
}
