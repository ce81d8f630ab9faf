// What can be done to the triggers that are chosen, or to all that match: an operation, which the bell shows and takes back.
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Filter } from '../../lib/filters/filter.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import { SelectionBar } from '../../widgets/selection-bar.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { useStartOperation } from '../operations/use-operations.ts'
import { t } from './messages.ts'
import type { TriggerRow } from './trigger-row.ts'

export interface TriggerSelection {
  readonly keys: ReadonlySet<string>
  /** All that these filters keep; other filters begin anew. */
  readonly allOf?: readonly Filter[] | undefined
}

export const NO_TRIGGERS: TriggerSelection = { keys: new Set() }

export interface TriggerBulkProps {
  readonly rows: readonly TriggerRow[]
  readonly total: number
  readonly selection: TriggerSelection
  readonly state: FilterState
  readonly onSelect: (selection: TriggerSelection) => void
}

export function TriggerBulk({ rows, total, selection, state, onSelect }: TriggerBulkProps): ReactNode {
  const start = useStartOperation(() => onSelect(NO_TRIGGERS))
  const chosen = rows.filter(({ key }) => selection.keys.has(key))
  const isAll = chosen.length > 0 && selection.allOf === state.filters
  const run = (action: 'enable' | 'disable', of: readonly TriggerRow[]): void =>
    start.mutate({
      resource: 'triggers',
      action,
      ...(isAll
        ? { query: new URLSearchParams(Object.entries(state.query(nowMs()))).toString() }
        : { ids: of.map(({ namespace, flowId, triggerId }) => `${namespace}/${flowId}/${triggerId}`) }),
    })
  // What the flow itself has switched off is the flow's to switch on.
  const off = chosen.filter(({ isOn, isOffInFlow }) => !isOn && !isOffInFlow)
  const on = chosen.filter(({ isOn }) => isOn)
  return (
    <SelectionBar count={isAll ? total : chosen.length} onClear={() => onSelect(NO_TRIGGERS)}>
      {!isAll && total > chosen.length && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => onSelect({ keys: new Set(rows.map(({ key }) => key)), allOf: state.filters })}
        >
          {t('selectAll', { count: total })}
        </Button>
      )}
      <SwitchButton
        title={t('switchOn')}
        why={!isAll && off.length === 0 ? t('whyNoneOff') : undefined}
        isBusy={start.isPending}
        run={() => run('enable', off)}
      />
      <SwitchButton
        title={t('switchOff')}
        why={!isAll && on.length === 0 ? t('whyNoneOn') : undefined}
        isBusy={start.isPending}
        run={() => run('disable', on)}
      />
    </SelectionBar>
  )
}

interface SwitchButtonProps {
  readonly title: string
  readonly why: string | undefined
  readonly isBusy: boolean
  readonly run: () => void
}

function SwitchButton({ title, why, isBusy, run }: SwitchButtonProps): ReactNode {
  return (
    <Button
      size="compact-sm"
      loading={isBusy}
      aria-disabled={why !== undefined}
      data-disabled={why !== undefined}
      {...(why === undefined ? {} : tip(why))}
      onClick={() => {
        if (why === undefined) run()
      }}
    >
      {title}
    </Button>
  )
}
