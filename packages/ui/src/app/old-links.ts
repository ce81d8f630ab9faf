// Addresses that people have from elsewhere: of Kestra 0.20 to 2.x, and of pages that this program does not have. Asked only where no page answers, so that a
// page that comes wins by itself.
import { paths, withQuery } from '../lib/paths.ts'
import type { Pairs } from '../lib/filters/filter-url.ts'
import { t } from './old-link-messages.ts'

export type OldLink =
  | { readonly type: 'moved'; readonly to: string }
  | {
      readonly type: 'explained'
      readonly title: string
      readonly text: string
      readonly to: string
      readonly way: string
    }

interface Rule {
  readonly path: RegExp
  to(parts: readonly (string | undefined)[], query: Pairs): string
}

/** What is on another page here. */
const MOVED: readonly Rule[] = [
  { path: /^\/dashboards\/([^/]+)\/edit$/, to: ([id = '']) => paths.home(id) },
  {
    path: /^\/flows\/search$/,
    to: (_, query) =>
      withQuery(
        paths.search(),
        query.filter(([name]) => name === 'q'),
      ),
  },
  { path: /^\/flows\/edit\/([^/]+)$/, to: ([namespace = '']) => paths.namespace(namespace, 'flows') },
  { path: /^\/plugins\/groups\/([^/]+)(?:\/.*)?$/, to: ([name = '']) => withQuery(paths.plugins(), [['q', name]]) },
  { path: /^\/plugins\/([^/]+)\/[^/]+$/, to: ([type = '']) => paths.plugin(type) },
  { path: /^\/admin\/triggers\/.+$/, to: () => paths.triggers() },
  { path: /^\/triggers$/, to: () => paths.triggers() },
  { path: /^\/admin\/(?:stats|concurrency-limits|services|workers)(?:\/.*)?$/, to: () => paths.instance() },
  { path: /^\/(?:admin|stats)$/, to: () => paths.instance() },
  { path: /^\/welcome\/success$/, to: () => paths.executions() },
  { path: /^\/(?:login|setup|logout)$/, to: () => '/' },
  { path: /^\/settings(?:\/.*)?$/, to: () => paths.preferences() },
  { path: /^\/namespaces\/([^/]+\.[^/]+)(?:\/([^/]+))?$/, to: ([id = '', tab]) => paths.namespace(id, tab) },
  { path: /^\/executions\/([0-9A-Za-z]{22})$/, to: ([id = '']) => withQuery(paths.search(), [['q', id]]) },
]

interface Explained {
  readonly path: RegExp
  readonly title: string
  readonly text: string
  readonly to: string
  readonly way: string
}

/** What there is not, or what is done otherwise. */
const EXPLAINED: readonly Explained[] = [
  {
    path: /^\/templates/,
    title: t('templates'),
    text: t('templatesText'),
    to: paths.flows(),
    way: t('templatesWay'),
  },
  {
    path: /^\/docs/,
    title: t('docs'),
    text: t('docsText'),
    to: paths.plugins(),
    way: t('docsWay'),
  },
  {
    path: /^\/(?:assets|cases|deploy)/,
    title: t('others'),
    text: t('othersText'),
    to: paths.inbox(),
    way: t('othersWay'),
  },
  {
    path: /^\/admin\/tenants/,
    title: t('tenants'),
    text: t('tenantsText'),
    to: paths.instance(),
    way: t('tenantsWay'),
  },
]

export function resolveOldLink(path: string, query: Pairs): OldLink | undefined {
  for (const { path: pattern, to } of MOVED) {
    const match = pattern.exec(path)
    if (!match) continue
    const target = to(
      match.slice(1).map(part => (part === undefined ? undefined : decode(part))),
      query,
    )
    // What leads to itself was asked for before, and is not there.
    if (target.split('?')[0] !== path) return { type: 'moved', to: target }
  }
  const found = EXPLAINED.find(({ path: pattern }) => pattern.test(path))
  return found && { type: 'explained', title: found.title, text: found.text, to: found.to, way: found.way }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // Not encoded as it should be: as it stands.
  }
}
