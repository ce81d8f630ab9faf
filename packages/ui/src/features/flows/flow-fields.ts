// What flows can be filtered by. The server refuses what is not here; a chip that asks for it turns red.
import type { FilterField } from '../../lib/filters/filter.ts'
import { t } from '../../lib/filters/messages.ts'

export const FLOW_FIELDS: readonly FilterField[] = [
  {
    name: 'ns',
    param: 'namespace',
    label: t('namespace'),
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'PREFIX', 'STARTS_WITH'],
  },
  { name: 'flow', param: 'flowId', aliases: ['flowId'], label: t('flow'), type: 'word', ops: ['EQUALS', 'IN'] },
  { name: 'label', param: 'labels', label: t('label'), type: 'map', ops: ['EQUALS', 'NOT_EQUALS'] },
]
