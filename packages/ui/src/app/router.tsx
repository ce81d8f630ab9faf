// Makes the router of the table of pages. Parameters of the query stay the text that they are: pages read them through lib/search-state.ts.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type AnyRouter,
} from '@tanstack/react-router'
import { TENANT } from '../lib/api.ts'
import { withQuery } from '../lib/paths.ts'
import { PageFailure } from './page-failure.tsx'
import { PAGES, REDIRECTS } from './routes.ts'
import { Shell } from './shell.tsx'
import { StartPage } from './start-page.tsx'

/** Seldom seen, and not small: it searches for what was meant. */
const NotFoundPage = lazyRouteComponent(async () => ({
  default: (await import('./not-found-page.tsx')).NotFoundPage,
}))

export function makeRouter(): AnyRouter {
  const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage, errorComponent: PageFailure })
  const start = createRoute({ getParentRoute: () => root, path: '/', component: StartPage })
  const pages = PAGES.map(({ path, load }) =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(async () => ({ default: await load() })),
    }),
  )
  const redirects = REDIRECTS.map(({ from, to }) =>
    createRoute({
      getParentRoute: () => root,
      path: from,
      beforeLoad: () => {
        throw redirect({ to, replace: true })
      },
    }),
  )
  return createRouter({
    routeTree: root.addChildren([start, ...pages, ...redirects]),
    basepath: basepathOf(location.pathname),
    defaultErrorComponent: PageFailure,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: isOtherPage(),
    // A parameter may come several times, as older addresses write lists.
    parseSearch: text =>
      Object.fromEntries(
        [...Map.groupBy(new URLSearchParams(text), ([name]) => name)].map(([name, pairs]) => [
          name,
          pairs.map(([, value]) => value),
        ]),
      ),
    // As the page writes addresses itself: with brackets and commas that can be read.
    stringifySearch: search =>
      withQuery(
        '',
        Object.entries(search).flatMap(([name, value]) => [value].flat().map(one => [name, String(one)] as const)),
      ),
  })
}

/** Where only the query changes, what scrolls stays where the page has put it. */
function isOtherPage(): (given: { readonly location: { readonly pathname: string } }) => boolean {
  let shown = ''
  return ({ location: { pathname } }) => {
    const isOther = pathname !== shown
    shown = pathname
    return isOther
  }
}

/** The tenant may stand in front of the path, as Kestra writes it. */
function basepathOf(pathname: string): string {
  const prefix = `/ui/${TENANT}`
  return pathname === prefix || pathname.startsWith(`${prefix}/`) ? prefix : '/ui'
}
