// What the rail leads to, in its order. An entry is shown once its page is in the table of pages, so that nothing leads nowhere.
import type { Resource } from '@batuta/core'
import { paths } from '../lib/paths.ts'
import type { IconName } from '../widgets/icon.tsx'
import { hasPage } from './has-page.ts'
import { t } from './messages.ts'

export interface Destination {
  readonly id: string
  readonly title: string
  /** For the narrow rail, where the title is too long for it. */
  readonly short?: string
  readonly to: string
  readonly icon: IconName
  /** After `g`. */
  readonly key?: string
  /** A line of the rail lies between groups. */
  readonly group: number
  /** Shown to those who can ever see something there: one of these is enough. */
  readonly needs?: readonly Resource[]
}

const ALL: readonly Destination[] = [
  { id: 'home', title: t('home'), to: paths.home(), icon: 'home', key: 'h', group: 0 },
  { id: 'flows', title: t('flows'), to: paths.flows(), icon: 'flow', key: 'f', group: 0, needs: ['FLOW'] },
  {
    id: 'executions',
    title: t('executions'),
    to: paths.executions(),
    icon: 'runs',
    key: 'e',
    group: 0,
    needs: ['EXECUTION'],
  },
  { id: 'logs', title: t('logs'), to: paths.logs(), icon: 'logs', key: 'l', group: 0, needs: ['LOG'] },
  {
    id: 'calendar',
    title: t('calendar'),
    to: paths.calendar(),
    icon: 'calendar',
    key: 'c',
    group: 0,
    needs: ['FLOW', 'TRIGGER'],
  },
  { id: 'inbox', title: t('inbox'), to: paths.inbox(), icon: 'inbox', key: 'i', group: 0 },
  {
    id: 'namespaces',
    title: t('namespaces'),
    to: paths.namespaces(),
    icon: 'folder',
    key: 'n',
    group: 1,
    needs: ['NAMESPACE', 'FLOW'],
  },
  {
    id: 'keys',
    title: t('keys'),
    short: t('shortKeys'),
    to: paths.keys(),
    icon: 'key',
    key: 'k',
    group: 1,
    needs: ['KVSTORE'],
  },
  { id: 'secrets', title: t('secrets'), to: paths.secrets(), icon: 'lock', key: 's', group: 1, needs: ['SECRET'] },
  { id: 'files', title: t('files'), to: paths.files(), icon: 'file', group: 1, needs: ['FILE'] },
  {
    id: 'blueprints',
    title: t('blueprints'),
    to: paths.blueprints(),
    icon: 'blueprint',
    key: 'b',
    group: 2,
  },
  { id: 'plugins', title: t('plugins'), to: paths.plugins(), icon: 'plugin', key: 'p', group: 2 },
  { id: 'apps', title: t('apps'), to: paths.apps(), icon: 'app', key: 'a', group: 2, needs: ['APP', 'APPEXECUTION'] },
  { id: 'tests', title: t('tests'), to: paths.tests(), icon: 'test', group: 2, needs: ['TEST'] },
  {
    id: 'triggers',
    title: t('triggers'),
    to: paths.triggers(),
    icon: 'trigger',
    key: 't',
    group: 3,
    needs: ['TRIGGER'],
  },
  {
    id: 'administration',
    title: t('administration'),
    short: t('shortAdministration'),
    to: paths.instance(),
    icon: 'gear',
    group: 3,
    needs: ['INSTANCE', 'KILL_SWITCH', 'ANNOUNCEMENT', 'TENANT_SETTINGS'],
  },
  {
    id: 'access',
    title: t('access'),
    short: t('shortAccess'),
    to: paths.access(),
    icon: 'users',
    key: 'u',
    group: 3,
    needs: ['USER', 'GROUP', 'ROLE', 'BINDING'],
  },
  {
    id: 'audit',
    title: t('audit'),
    short: t('shortAudit'),
    to: paths.auditLogs(),
    icon: 'shield',
    group: 3,
    needs: ['AUDITLOG'],
  },
  {
    id: 'preferences',
    title: t('preferences'),
    to: paths.preferences(),
    icon: 'settings',
    group: 3,
  },
]

/** On narrow screens the first of these stand in the bar, the others behind More. */
const BAR = ['home', 'flows', 'executions', 'inbox', 'logs']
const BAR_MAX = 4

export const DESTINATIONS: readonly Destination[] = ALL.filter(({ to }) => hasPage(to))

export const BAR_DESTINATIONS: readonly Destination[] = BAR.flatMap(id =>
  DESTINATIONS.filter(item => item.id === id),
).slice(0, BAR_MAX)
