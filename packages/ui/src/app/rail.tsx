import type { ReactNode } from 'react'
import { useBookmarks } from '../lib/bookmarks.ts'
import { Link, usePath } from '../lib/link.tsx'
import { cx } from '../widgets/class-names.ts'
import { Icon } from '../widgets/icon.tsx'
import { tip } from '../widgets/tooltip.ts'
import { Mark } from './mark.tsx'
import { isCurrent } from './places.ts'
import { useRailOrder } from './rail-order.ts'
import { showPart } from './late-parts.tsx'
import { useAddress } from './use-address.ts'
import { t } from './messages.ts'
import classes from './rail.module.css'

/** The others are in the palette. */
const BOOKMARKS_SHOWN = 8

export interface RailProps {
  readonly isPinned: boolean
  readonly onPin: () => void
}

export function Rail({ isPinned, onPin }: RailProps): ReactNode {
  const path = usePath()
  const destinations = useRailOrder()
  return (
    <nav className={cx(classes['rail'], isPinned && classes['pinned'])} aria-label={t('mainNavigation')}>
      <Link to="/" className={classes['mark']} aria-label="Batuta">
        <Mark />
        {isPinned && <span>Batuta</span>}
      </Link>
      <div className={classes['entries']}>
        <Bookmarks isPinned={isPinned} />
        <ul className={classes['list']}>
          {destinations.map((item, index) => (
            <li
              key={item.id}
              className={cx(index > 0 && destinations[index - 1]?.group !== item.group && classes['next'])}
            >
              <Link
                to={item.to}
                className={classes['item']}
                aria-current={isCurrent(item.to, path) ? 'page' : undefined}
              >
                <Icon name={item.icon} size={20} />
                <span className={classes['label']}>{isPinned ? item.title : (item.short ?? item.title)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </div>
      <button
        type="button"
        className={classes['item']}
        onClick={() => showPart('shortcuts')}
        aria-label={t('help')}
        {...tip(t('help'), '?')}
      >
        <Icon name="help" size={20} />
        {isPinned && <span className={classes['label']}>{t('help')}</span>}
      </button>
      <button
        type="button"
        className={classes['item']}
        aria-pressed={isPinned}
        aria-label={isPinned ? t('unpin') : t('pin')}
        {...tip(isPinned ? t('unpin') : t('pin'), 'mod+b')}
        onClick={onPin}
      >
        <Icon name={isPinned ? 'left' : 'right'} size={20} />
        {isPinned && <span className={classes['label']}>{t('unpin')}</span>}
      </button>
    </nav>
  )
}

/** On top, in the order in which they were set. */
function Bookmarks({ isPinned }: { readonly isPinned: boolean }): ReactNode {
  const bookmarks = useBookmarks()
  const here = useAddress()
  if (bookmarks.length === 0) return null
  return (
    <ul className={cx(classes['list'], classes['bookmarks'])} aria-label={t('bookmarks')}>
      {bookmarks.slice(0, BOOKMARKS_SHOWN).map(({ title, to }) => (
        <li key={to}>
          <Link
            to={to}
            className={classes['item']}
            aria-current={to === here ? 'page' : undefined}
            {...(isPinned ? {} : tip(title))}
          >
            <Icon name="star" size={isPinned ? 16 : 18} />
            <span className={classes['label']}>{title}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
