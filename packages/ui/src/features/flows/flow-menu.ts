import type { Need } from '../../lib/access/may.ts'
import type { MayNot } from '../../lib/access/use-may.ts'
import { paths, type FlowRef } from '../../lib/paths.ts'
import type { MenuGroup } from '../../widgets/menu.tsx'
import { t } from './messages.ts'
import type { FlowActions, RunnableFlow } from './use-flow-actions.ts'

export interface MenuFlow extends RunnableFlow, FlowRef {
  readonly disabled: boolean
}

/** What can be done to one flow. */
export function flowMenu(flow: MenuFlow, actions: FlowActions, mayNot: MayNot): readonly MenuGroup[] {
  const ref = { namespace: flow.namespace, id: flow.id }
  const why = (need: Need): string | undefined => mayNot(need, flow.namespace)
  return [
    {
      items: [
        {
          id: 'run',
          title: t('run'),
          icon: 'run',
          why: why('EXECUTION:CREATE') ?? (flow.disabled ? t('whyDisabledRun') : undefined),
          run: () => void actions.run(flow),
        },
        { id: 'edit', title: t('edit'), icon: 'edit', to: paths.flow(ref, 'edit') },
        {
          id: 'duplicate',
          title: t('duplicate'),
          icon: 'copy',
          why: mayNot('FLOW:CREATE'),
          to: `${paths.newFlow()}?copy=${encodeURIComponent(`${ref.namespace}.${ref.id}`)}`,
        },
        {
          id: 'disable',
          title: flow.disabled ? t('enable') : t('disable'),
          icon: flow.disabled ? 'check' : 'pause',
          why: why('FLOW:UPDATE'),
          run: () => void actions.setDisabled([ref], !flow.disabled),
        },
        {
          id: 'app',
          title: t('makeApp'),
          icon: 'app',
          why: why('APP:CREATE'),
          to: `${paths.newApp()}?flow=${ref.namespace}/${ref.id}`,
        },
        {
          id: 'blueprint',
          title: t('makeBlueprint'),
          icon: 'blueprint',
          why: mayNot('BLUEPRINT:CREATE'),
          to: `${paths.blueprints('flow', 'custom')}?new=true&flow=${ref.namespace}/${ref.id}`,
        },
        { id: 'export', title: t('export'), icon: 'download', run: () => void actions.export([ref]) },
      ],
    },
    {
      items: [
        {
          id: 'delete',
          title: t('delete'),
          icon: 'trash',
          isDangerous: true,
          why: why('FLOW:DELETE'),
          run: () => void actions.remove([ref]),
        },
      ],
    },
  ]
}
