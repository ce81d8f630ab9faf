// Where a hit of the search leads to.
import type { api } from '../../lib/api.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import type { IconName } from '../../widgets/icon.tsx'
import { t } from './messages.ts'

export type Hit = Awaited<ReturnType<typeof api.people.search>>['groups'][number]['hits'][number]

export interface HitGroup {
  readonly title: string
  readonly icon: IconName
  to(hit: Hit): string | undefined
}

const LISTS: Readonly<Record<string, string>> = {
  executions: paths.executions(),
  flows: paths.flows(),
  logs: paths.logs(),
  triggers: paths.triggers(),
}

export const HIT_GROUPS: Readonly<Record<string, HitGroup>> = {
  flows: { title: t('flows'), icon: 'flow', to: ({ namespace = '', title }) => paths.flow({ namespace, id: title }) },
  executions: {
    title: t('executions'),
    icon: 'runs',
    to: ({ id, namespace = '', title }) => paths.execution({ namespace, flowId: title, id }),
  },
  namespaces: { title: t('namespaces'), icon: 'folder', to: ({ id }) => paths.namespace(id) },
  files: {
    title: t('files'),
    icon: 'file',
    to: ({ namespace = '', title }) =>
      withQuery(paths.namespace(namespace, 'files'), [['file', title.startsWith('/') ? title : `/${title}`]]),
  },
  keys: {
    title: t('keys'),
    icon: 'key',
    to: ({ namespace = '', title }) => withQuery(paths.keys(), [['open', `${namespace}/${title}`]]),
  },
  plugins: { title: t('plugins'), icon: 'plugin', to: ({ id }) => paths.plugin(id) },
  views: {
    title: t('views'),
    icon: 'filter',
    // The list makes the whole address of the name of a view.
    to: ({ id, detail = '' }) => {
      const list = LISTS[detail]
      return list === undefined ? undefined : withQuery(list, [['view', id]])
    },
  },
}
