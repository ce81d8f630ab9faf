// The shell as it stands in the page itself, before any program runs: drawn when the page is built, of the same entries, texts, drawings and styles as the
// shell that takes its place. Only its links can be used; what else is seen needs the programs, and is no button yet. It stands in a template, which
// first-paint.ts puts in.
import type { ReactNode } from 'react'
import { Icon } from '../widgets/icon.tsx'
import kbd from '../widgets/kbd.module.css'
import menu from '../widgets/menu.module.css'
import bell from './bell.module.css'
import bottom from './bottom-bar.module.css'
import { BAR_DESTINATIONS, DESTINATIONS } from './destinations.ts'
import { t } from './messages.ts'
import rail from './rail.module.css'
import { Mark } from './mark.tsx'
import { lastOf } from './places.ts'
import shell from './shell.module.css'
import top from './top-bar.module.css'

export function FirstShell(): ReactNode {
  return (
    <div className={shell['shell']}>
      <FirstRail />
      <FirstTopBar />
      <nav className={bottom['bar']} aria-label={t('mainNavigation')}>
        {BAR_DESTINATIONS.map(({ id, to, icon, title }) => (
          <a key={id} href={to} className={bottom['item']} data-id={id === lastOf(to) ? undefined : id}>
            <Icon name={icon} size={20} />
            <span>{title}</span>
          </a>
        ))}
        <span className={`${menu['button']} ${bottom['item']}`}>
          <Icon name="more" size={20} />
          <span>{t('more')}</span>
        </span>
      </nav>
    </div>
  )
}

function FirstRail(): ReactNode {
  return (
    <nav className={rail['rail']} aria-label={t('mainNavigation')} data-pinned={rail['pinned']}>
      <a href="/" className={rail['mark']} aria-label="Batuta">
        <Mark />
      </a>
      <div className={rail['entries']}>
        <ul className={rail['list']}>
          {DESTINATIONS.map(({ id, to, icon, title, short, group }, index) => (
            <li key={id} className={index > 0 && DESTINATIONS[index - 1]?.group !== group ? rail['next'] : undefined}>
              <a href={to} className={rail['item']} data-id={id === lastOf(to) ? undefined : id}>
                <Icon name={icon} size={20} />
                <span className={rail['label']}>{short ?? title}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
      <span className={rail['item']}>
        <Icon name="help" size={20} />
      </span>
      <span className={rail['item']}>
        <Icon name="right" size={20} />
      </span>
    </nav>
  )
}

function FirstTopBar(): ReactNode {
  return (
    <header className={top['bar']}>
      <div className={top['trail']} />
      <span className={top['search']}>
        <Icon name="search" />
        <span className={top['searchText']}>{t('search')}</span>
        <span className={kbd['keys']}>
          <kbd className={kbd['key']}>Ctrl+K</kbd>
        </span>
      </span>
      <span className={`first-icon ${top['star']}`}>
        <Icon name="star" size={18} />
      </span>
      <span className={top['live']}>
        <span className={`${top['dot']} first-dot`} />
        <span className={top['liveText']}>{t('catching-up')}</span>
      </span>
      <span className={bell['bell']}>
        <Icon name="bell" size={18} />
      </span>
      <span className="first-icon">
        <Icon name="moon" size={18} className="first-in-light" />
        <Icon name="sun" size={18} className="first-in-dark" />
      </span>
      <span className={top['account']} />
    </header>
  )
}
