import type { ReactNode } from 'react'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import type { MenuGroup } from '../../widgets/menu.tsx'
import type { Block } from '../topology/flow-blocks.ts'
import { Topology } from '../topology/topology.tsx'
import { t } from './messages.ts'
import type { FlowTabProps } from './flow-page.tsx'

const PARAMS = { task: textParam }

/** The drawing of the flow as it is saved. */
export function FlowTopology({ flow }: FlowTabProps): ReactNode {
  const [{ task }, setSearch] = useSearchState(PARAMS)
  const go = useGo()
  const menuOf = (block: Block): readonly MenuGroup[] => [
    {
      items: [
        {
          id: 'edit',
          title: t('editTask'),
          icon: 'edit',
          run: () => go(`${paths.flow(flow, 'edit')}#task=${encodeURIComponent(block.id)}`),
        },
        ...(block.subflow === undefined
          ? []
          : [{ id: 'subflow', title: t('openSubflow'), icon: 'flow' as const, to: paths.flow(block.subflow) }]),
        { id: 'type', title: t('aboutType'), icon: 'plugin', to: paths.plugin(block.type) },
      ],
    },
  ]
  return (
    <Topology
      flow={flow}
      selected={task}
      onSelect={({ id }) => setSearch({ task: id === task ? undefined : id }, { replace: true })}
      menuOf={menuOf}
    />
  )
}
