// What stands around every page: the rail, the bar at the top, and the places for toasts and dialogs.
import { CatchBoundary, Matches } from '@tanstack/react-router'
import { useLayoutEffect, type ReactNode } from 'react'
import { RunHost } from '../features/run-dialog/run-host.tsx'
import { useMe } from '../lib/access/use-me.ts'
import { useActions } from '../lib/actions.ts'
import { useGo, usePath } from '../lib/link.tsx'
import { paths } from '../lib/paths.ts'
import { switchTheme } from '../lib/theme.ts'
import { useLocal } from '../lib/use-local.ts'
import { writeLocal } from '../platform/local-store.ts'
import { cx } from '../widgets/class-names.ts'
import { lazyPart } from '../widgets/lazy-part.tsx'
import { Toasts } from '../widgets/toast.tsx'
import { BottomBar } from './bottom-bar.tsx'
import { Help, LateParts, usePart } from './late-parts.tsx'
import { t } from './messages.ts'
import { PageFailure } from './page-failure.tsx'
import { isBare } from './places.ts'
import { Rail } from './rail.tsx'
import { SessionGuard } from './session-guard.tsx'
import classes from './shell.module.css'
import { takeFocus } from './take-focus.ts'
import { TopBar } from './top-bar.tsx'
import { useDestinations } from './use-destinations.ts'

const Impersonation = lazyPart(async () => (await import('./impersonation.tsx')).Impersonation, undefined)
const PINNED = 'rail.pinned'

/** It stands around the pages and is none of them: it is there before the program of a page is. */
export function Shell(): ReactNode {
  const path = usePath()
  useLayoutEffect(takeFocus, [])
  return (
    <CatchBoundary getResetKey={() => path} errorComponent={PageFailure}>
      {isBare(path) ? <Bare /> : <Frame />}
    </CatchBoundary>
  )
}

function Bare(): ReactNode {
  return (
    <div className={classes['bare']}>
      <main id="main" tabIndex={-1} className={classes['main']}>
        <Matches />
      </main>
      <Toasts />
    </div>
  )
}

function Frame(): ReactNode {
  const me = useMe().data
  const isPinned = useLocal(PINNED) === 'true'
  const pin = (): void => writeLocal(PINNED, isPinned ? undefined : 'true')
  useShellActions(pin, isPinned)
  return (
    <div className={cx(classes['shell'], isPinned && classes['pinned'])}>
      <a className={classes['skip']} href="#main">
        {t('skip')}
      </a>
      <Rail isPinned={isPinned} onPin={pin} />
      <TopBar />
      {me?.impersonatedBy !== undefined && <Impersonation me={me} />}
      <div className={classes['beside']}>
        <main id="main" tabIndex={-1} className={classes['main']}>
          <Matches />
        </main>
        <Help />
      </div>
      <BottomBar />
      <Toasts />
      <LateParts />
      <RunHost />
      <SessionGuard />
    </div>
  )
}

/** Pages that have no place in the rail. */
const MORE_PAGES = [
  { id: 'everything', title: t('goTo', { page: t('everything') }), to: paths.search() },
  { id: 'incidents', title: t('goTo', { page: t('incidents') }), to: paths.incidents() },
  { id: 'docs', title: t('goTo', { page: t('docs') }), to: paths.docs() },
  { id: 'expressions', title: t('goTo', { page: t('expressions') }), to: paths.expressions() },
]

function useShellActions(pin: () => void, isPinned: boolean): void {
  const go = useGo()
  const [, show] = usePart()
  const look = t('sectionLook')
  const destinations = useDestinations()
  useActions([
    ...destinations.map(({ id, title, to, key }) => ({
      id: `go.${id}`,
      title: t('goTo', { page: title }),
      section: t('sectionGo'),
      keys: key === undefined ? undefined : `g ${key}`,
      run: () => go(to),
    })),
    ...MORE_PAGES.map(({ id, title, to }) => ({ id: `go.${id}`, title, section: t('sectionGo'), run: () => go(to) })),
    { id: 'search', title: t('searchAction'), section: t('sectionPage'), keys: 'mod+k', run: () => show('palette') },
    { id: 'shortcuts', title: t('shortcuts'), section: t('sectionPage'), keys: '?', run: () => show('shortcuts') },
    { id: 'rail', title: isPinned ? t('unpin') : t('pin'), section: look, keys: 'mod+b', run: pin },
    { id: 'theme', title: t('theme'), section: look, keys: 'mod+shift+l', run: switchTheme },
  ])
}
