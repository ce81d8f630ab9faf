import { ActionIcon } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from '../lib/link.tsx'
import { getLiveUntilMs, toggleLive, useLiveState, type LiveState } from '../lib/live/live.ts'
import { getAnsweredMs } from '../lib/query.ts'
import { switchTheme, useScheme } from '../lib/theme.ts'
import { formatMoment } from '../lib/time.ts'
import { useNow } from '../platform/clock.ts'
import { Icon } from '../widgets/icon.tsx'
import { Kbd } from '../widgets/kbd.tsx'
import { lazyMenu } from '../widgets/lazy-part.tsx'
import { tip } from '../widgets/tooltip.ts'
import { Bell } from './bell.tsx'
import { showPart } from './late-parts.tsx'
import { t } from './messages.ts'
import { useTrail } from './page.tsx'
import { Star } from './star.tsx'
import classes from './top-bar.module.css'

/** Who is signed in is known a moment later than what is seen first; its place is kept. */
const AccountMenu = lazyMenu(async () => (await import('./account-menu.tsx')).AccountMenu, <NoAccount />)

export function TopBar(): ReactNode {
  return (
    <header className={classes['bar']}>
      <Breadcrumb />
      <button type="button" className={classes['search']} onClick={() => showPart('palette')}>
        <Icon name="search" />
        <span className={classes['searchText']}>{t('search')}</span>
        <Kbd keys="mod+k" />
      </button>
      <Star />
      <Live />
      <Bell />
      <Theme />
      <AccountMenu />
    </header>
  )
}

/** As large as what takes its place, so that nothing moves. */
function NoAccount(): ReactNode {
  return (
    <span className={classes['account']}>
      <Icon name="user" size={18} />
    </span>
  )
}

function Breadcrumb(): ReactNode {
  const trail = useTrail()
  // The title alone would say twice what stands below.
  if (trail.length < 2) return <div className={classes['trail']} />
  return (
    <nav aria-label={t('trail')} className={classes['trail']}>
      <ol>
        {trail.map(({ title, to }, index) => (
          <li key={`${title}-${index}`}>
            {to === undefined ? (
              <span aria-current={index === trail.length - 1 ? 'page' : undefined}>{title}</span>
            ) : (
              <Link to={to}>{title}</Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}

const STALE_MS = 30_000
const LOOK_EVERY_MS = 5_000

function Live(): ReactNode {
  const state = useLiveState()
  const now = useNow(LOOK_EVERY_MS, state !== 'live')
  // What is shown was so then: nothing was heard since.
  const heardMs = Math.max(getLiveUntilMs(), getAnsweredMs())
  const isTold = state === 'offline' || state === 'paused' || now - heardMs >= STALE_MS
  const isOld = state !== 'live' && heardMs > 0 && isTold
  return (
    <button
      type="button"
      className={classes['live']}
      onClick={toggleLive}
      aria-pressed={state === 'paused'}
      {...tip(t('liveHint'))}
    >
      <span className={classes['dot']} style={{ background: DOTS[state] }} aria-hidden="true" />
      <span className={classes['liveText']}>
        {t(state)}
        {isOld && ` · ${t('asOf', { time: formatMoment(heardMs, now) })}`}
      </span>
    </button>
  )
}

const DOTS: Readonly<Record<LiveState, string>> = {
  live: 'var(--success-solid)',
  'catching-up': 'var(--warning-solid)',
  polling: 'var(--running-solid)',
  offline: 'var(--failed-solid)',
  paused: 'var(--skipped-solid)',
}

function Theme(): ReactNode {
  const scheme = useScheme()
  return (
    <ActionIcon aria-label={t('theme')} onClick={switchTheme} {...tip(t('theme'), 'mod+shift+l')}>
      <Icon name={scheme === 'dark' ? 'sun' : 'moon'} size={18} />
    </ActionIcon>
  )
}
