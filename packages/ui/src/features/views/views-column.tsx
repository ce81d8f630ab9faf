// The views of a list in a column beside it, where the window is wide enough; elsewhere, and where somebody has folded the column, the menu is the way to
// them. It stands beside the list from the first paint, and asks for what is saved, and for counts, only once the list is there.
import { useId, type ReactNode } from 'react'
import { useAction } from '../../lib/actions.ts'
import { Link } from '../../lib/link.tsx'
import { useLocal } from '../../lib/use-local.ts'
import { useMedia } from '../../lib/use-media.ts'
import { useRest } from '../../lib/use-rest.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { AskedView } from './asked-view.tsx'
import { t } from './messages.ts'
import { useViewChoice, type ViewEntry, type ViewsProps } from './use-view-choice.ts'
import classes from './views-column.module.css'

const KEY = 'views.beside'
const WIDE = '(min-width: 1280px)'

export interface BesideList {
  /** There is room for a column. */
  readonly isWide: boolean
  /** It is open: nothing else needs to show the views. */
  readonly isOpen: boolean
  toggle(): void
}

export function useBesideList(): BesideList {
  const isWide = useMedia(WIDE)
  const isOpen = useLocal(KEY) !== 'false' && isWide
  return { isWide, isOpen, toggle: () => writeLocal(KEY, isOpen ? 'false' : undefined) }
}

export interface ViewsColumnProps extends ViewsProps {
  readonly beside: BesideList
  /** The list is there: what the column needs besides may be asked for. */
  readonly isReady: boolean
}

export function ViewsColumn({ beside, ...props }: ViewsColumnProps): ReactNode {
  const { isOpen, toggle } = beside
  const id = useId()
  const title = t(isOpen ? 'fold' : 'unfold')
  useAction({ id: 'views.beside', title, section: t('views'), run: toggle })
  return (
    <nav className={cx(classes['column'], !isOpen && classes['folded'])} aria-label={t('views')}>
      <div className={classes['head']}>
        {isOpen && <h2>{t('views')}</h2>}
        <button
          type="button"
          className={classes['toggle']}
          aria-label={title}
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={toggle}
          {...tip(title)}
        >
          <Icon name={isOpen ? 'left' : 'right'} size={14} />
        </button>
      </div>
      {isOpen && <Views id={id} {...props} />}
    </nav>
  )
}

interface ListedViewsProps extends ViewsProps {
  readonly id: string
  readonly isReady: boolean
}

function Views({ id, isReady, ...props }: ListedViewsProps): ReactNode {
  const choice = useViewChoice(props, useRest(isReady))
  const { groups, saveNew, ofShown } = choice
  return (
    <>
      <div id={id} className={classes['list']}>
        {groups.map(({ title, entries }) => (
          <section key={title} className={classes['group']} aria-label={title}>
            <h3>{title}</h3>
            <ul>
              {entries.map(entry => (
                <li key={entry.id}>
                  <Entry entry={entry} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <div className={classes['foot']}>
        <ActButton
          size="compact-sm"
          variant="subtle"
          className={classes['save'] ?? ''}
          why={saveNew.why}
          leftSection={<Icon name="plus" size={14} />}
          {...(saveNew.run ? { onClick: saveNew.run } : {})}
        >
          {saveNew.title}
        </ActButton>
        {ofShown.length > 0 && (
          <Menu
            label={t('ofShown', { name: choice.name })}
            className={classes['more']}
            button={<Icon name="more" />}
            align="end"
            groups={[{ items: ofShown }]}
          />
        )}
      </div>
      <AskedView {...props} choice={choice} />
    </>
  )
}

function Entry({ entry: { title, hint, to, isChosen, isChanged } }: { readonly entry: ViewEntry }): ReactNode {
  const name = isChanged ? t('changed', { name: title }) : title
  return (
    <Link
      to={to}
      className={cx(classes['entry'], (isChosen || isChanged) && classes['chosen'])}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span className={classes['name']} title={name}>
        {name}
      </span>
      {hint !== undefined && <span className={classes['count']}>{hint}</span>}
    </Link>
  )
}
