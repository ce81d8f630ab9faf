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
import { basepathOf } from './places.ts'
import { PAGES, REDIRECTS } from './routes.ts'
import { StartPage } from './start-page.tsx'

/** Seldom seen, and not small: it searches for what was meant. */
const NotFoundPage = lazyRouteComponent(async () => ({
  default: (await import('./not-found-page.tsx')).NotFoundPage,
}))

export function makeRouter(): AnyRouter {
  const root = createRootRoute({ notFoundComponent: NotFoundPage, errorComponent: PageFailure })
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
    basepath: basepathOf(location.pathname, TENANT),
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

/** Fetches the program of the page that is asked for, before the router comes to it: that is after the first rendering. */
export function warmPage(router: AnyRouter): void {
  for (const { routeId } of router.matchRoutes(router.latestLocation))
    void router.routesById[routeId]?.options.component?.preload?.()
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
