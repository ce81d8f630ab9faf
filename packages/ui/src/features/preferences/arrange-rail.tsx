// What the side bar shows, and in what order: its pages, and the bookmarks above them.
import { ActionIcon, Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { DESTINATIONS } from '../../app/destinations.ts'
import { orderRail, readRailChoice, type RailChoice } from '../../app/rail-choice.ts'
import { moveBookmark, removeBookmark, renameBookmark, useBookmarks, type Bookmark } from '../../lib/bookmarks.ts'
import { Link } from '../../lib/link.tsx'
import { useLocal } from '../../lib/use-local.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { Group } from './group.tsx'
import { t } from './messages.ts'
import layout from '../../widgets/layout.module.css'
import classes from './preferences-page.module.css'

const KEY = 'rail'
/** Without it nobody finds the way back to this page. */
const ALWAYS = 'preferences'

export function Rail(): ReactNode {
  const text = useLocal(KEY)
  const choice = readRailChoice(text)
  const items = orderRail(DESTINATIONS, choice, true)
  const save = (patch: Partial<RailChoice>): void => writeLocal(KEY, JSON.stringify({ ...choice, ...patch }))
  const move = (id: string, by: -1 | 1): void => {
    const ids = items.map(item => item.id)
    const at = ids.indexOf(id)
    const to = at + by
    if (to < 0 || to >= ids.length) return
    save({ order: ids.toSpliced(at, 1).toSpliced(to, 0, id) })
  }
  return (
    <Group title={t('rail')}>
      <p className={layout['hint']}>{t('railHint')}</p>
      <ol className={classes['lines']}>
        {items.map(({ id, title, icon }, index) => (
          <li key={id} className={classes['line']}>
            <label className={classes['grow']}>
              <input
                type="checkbox"
                checked={!choice.hidden.includes(id)}
                disabled={id === ALWAYS}
                onChange={event =>
                  save({
                    hidden: event.currentTarget.checked
                      ? choice.hidden.filter(other => other !== id)
                      : [...choice.hidden, id],
                  })
                }
              />
              <Icon name={icon} size={16} />
              {title}
            </label>
            <Move {...{ title, index, count: items.length }} onMove={by => move(id, by)} />
          </li>
        ))}
      </ol>
      {text !== undefined && (
        <Button className={classes['single']} onClick={() => writeLocal(KEY, undefined)}>
          {t('railUsual')}
        </Button>
      )}
    </Group>
  )
}

export function Bookmarks(): ReactNode {
  const bookmarks = useBookmarks()
  return (
    <Group title={t('bookmarks')}>
      <p className={layout['hint']}>{t('bookmarksHint')}</p>
      {bookmarks.length > 0 && (
        <ol className={classes['lines']}>
          {bookmarks.map((bookmark, index) => (
            <li key={bookmark.to} className={classes['line']}>
              <Name bookmark={bookmark} />
              <Link to={bookmark.to} className={classes['address']}>
                {bookmark.to}
              </Link>
              <Move
                {...{ title: bookmark.title, index, count: bookmarks.length }}
                onMove={by => moveBookmark(bookmark.to, by)}
              />
              <Press
                icon="trash"
                label={t('removeBookmark', { title: bookmark.title })}
                onClick={() => removeBookmark(bookmark.to)}
              />
            </li>
          ))}
        </ol>
      )}
    </Group>
  )
}

function Name({ bookmark: { title, to } }: { readonly bookmark: Bookmark }): ReactNode {
  const [text, setText] = useState(title)
  return (
    <input
      className={classes['name']}
      aria-label={t('renameBookmark', { title })}
      value={text}
      maxLength={100}
      onChange={event => setText(event.currentTarget.value)}
      onBlur={() => (text.trim() === '' ? setText(title) : renameBookmark(to, text.trim()))}
    />
  )
}

interface MoveProps {
  readonly title: string
  readonly index: number
  readonly count: number
  readonly onMove: (by: -1 | 1) => void
}

function Move({ title, index, count, onMove }: MoveProps): ReactNode {
  return (
    <>
      <Press icon="up" label={t('moveUp', { title })} isOff={index === 0} onClick={() => onMove(-1)} />
      <Press icon="down" label={t('moveDown', { title })} isOff={index === count - 1} onClick={() => onMove(1)} />
    </>
  )
}

interface PressProps {
  readonly icon: IconName
  readonly label: string
  readonly isOff?: boolean
  readonly onClick: () => void
}

function Press({ icon, label, isOff = false, onClick }: PressProps): ReactNode {
  return (
    <ActionIcon
      size={28}
      aria-label={label}
      {...tip(isOff ? t('railThere') : label)}
      {...(isOff ? { 'aria-disabled': true, 'data-disabled': true } : {})}
      onClick={() => {
        if (!isOff) onClick()
      }}
    >
      <Icon name={icon} size={14} />
    </ActionIcon>
  )
}
