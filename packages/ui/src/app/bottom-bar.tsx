import type { ReactNode } from 'react'
import { Link, usePath } from '../lib/link.tsx'
import { Icon } from '../widgets/icon.tsx'
import { Menu } from '../widgets/menu.tsx'
import classes from './bottom-bar.module.css'
import { BAR_DESTINATIONS } from './destinations.ts'
import { isCurrent } from './places.ts'
import { useDestinations } from './use-destinations.ts'
import { showPart } from './late-parts.tsx'
import { t } from './messages.ts'

/** Below 768 px the rail lies under the thumb. */
export function BottomBar(): ReactNode {
  const path = usePath()
  const all = useDestinations()
  const main = BAR_DESTINATIONS.filter(item => all.includes(item))
  const others = all.filter(item => !main.includes(item))
  const more = [
    ...others.map(({ id, title, icon, to }) => ({ id, title, icon, to })),
    { id: 'shortcuts', title: t('help'), icon: 'help' as const, run: () => showPart('shortcuts') },
  ]
  return (
    <nav className={classes['bar']} aria-label={t('mainNavigation')}>
      {main.map(item => (
        <Link
          key={item.id}
          to={item.to}
          className={classes['item']}
          aria-current={isCurrent(item.to, path) ? 'page' : undefined}
        >
          <Icon name={item.icon} size={20} />
          <span>{item.title}</span>
        </Link>
      ))}
      <Menu
        label={t('more')}
        align="end"
        className={classes['item']}
        button={
          <>
            <Icon name="more" size={20} />
            <span>{t('more')}</span>
          </>
        }
        groups={[{ items: more }]}
      />
    </nav>
  )
}
