// What flows can be filtered by. The server refuses what is not here; a chip that asks for it turns red.
import type { FilterField } from '../../lib/filters/filter.ts'

export const FLOW_FIELDS: readonly FilterField[] = [
  {
    name: 'ns',
    param: 'namespace',
    label: 'Namespace',
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'PREFIX', 'STARTS_WITH'],
  },
  { name: 'flow', param: 'flowId', aliases: ['flowId'], label: 'Flow', type: 'word', ops: ['EQUALS', 'IN'] },
  { name: 'label', param: 'labels', label: 'Label', type: 'map', ops: ['EQUALS', 'NOT_EQUALS'] },
]
