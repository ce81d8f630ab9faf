// What can be done to the flows that are chosen, or to all that match: an operation, which the bell shows and takes back.
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import type { Filter } from '../../lib/filters/filter.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import { Icon } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { useStartOperation } from '../operations/use-operations.ts'
import classes from './flows-page.module.css'
import { t } from './messages.ts'
import type { FlowActions } from './use-flow-actions.ts'
import { flowKey, type FlowRow } from './use-flows.ts'

export interface FlowSelection {
  readonly keys: ReadonlySet<string>
  /** All that these filters keep; other filters begin anew. */
  readonly allOf?: readonly Filter[] | undefined
}

export const NO_SELECTION: FlowSelection = { keys: new Set() }

export interface BulkBarProps {
  readonly flows: readonly FlowRow[]
  /** Those that the list shows. */
  readonly loaded: readonly FlowRow[]
  readonly total: number | undefined
  readonly allOf: readonly Filter[] | undefined
  readonly state: FilterState
  readonly actions: FlowActions
  readonly onSelect: (selection: FlowSelection) => void
}

export function BulkBar({ flows, loaded, total: counted, allOf, state, actions, onSelect }: BulkBarProps): ReactNode {
  const onDone = (): void => onSelect(NO_SELECTION)
  const start = useStartOperation(onDone)
  const total = counted ?? flows.length
  const isAll = allOf === state.filters
  const queryText = (): string => new URLSearchParams(Object.entries(state.query(nowMs()))).toString()
  const onAll = (): void => onSelect({ keys: new Set(loaded.map(flowKey)), allOf: state.filters })
  const enabled = flows.filter(({ disabled }) => !disabled)
  const disabled = flows.filter(flow => flow.disabled)
  const run = (action: 'enable' | 'disable' | 'delete', of: readonly FlowRow[]): void =>
    start.mutate({
      resource: 'flows',
      action,
      ...(isAll ? { query: queryText() } : { ids: of.map(({ namespace, id }) => `${namespace}/${id}`) }),
    })
  const mayNot = useMay()
  const whyNoUpdate = mayNot('FLOW:UPDATE')
  const label = isAll ? t('allSelected', { count: total }) : t('selected', { count: flows.length })
  return (
    <div className={classes['bulk']} role="toolbar" aria-label={label}>
      <span className={classes['bulkCount']}>{label}</span>
      {!isAll && total > flows.length && (
        <Button size="compact-sm" variant="subtle" onClick={onAll}>
          {t('selectAll', { count: total })}
        </Button>
      )}
      <BulkButton
        title={t('enable')}
        why={whyNoUpdate ?? (!isAll && disabled.length === 0 ? t('whyNothingEnabled') : undefined)}
        run={() => run('enable', disabled)}
      />
      <BulkButton
        title={t('disable')}
        why={whyNoUpdate ?? (!isAll && enabled.length === 0 ? t('whyNothingDisabled') : undefined)}
        run={() => run('disable', enabled)}
      />
      <BulkButton
        title={t('export')}
        why={isAll ? t('exportOfSome') : undefined}
        run={() => void actions.export(flows)}
      />
      <MayButton
        need="FLOW:DELETE"
        size="compact-sm"
        color="red"
        loading={start.isPending}
        leftSection={<Icon name="trash" size={14} />}
        onClick={() => run('delete', flows)}
      >
        {t('delete')}
      </MayButton>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onDone}>
        {t('clearSelection')}
      </Button>
    </div>
  )
}

interface BulkButtonProps {
  readonly title: string
  readonly why?: string | undefined
  readonly run: () => void
}

function BulkButton({ title, why, run }: BulkButtonProps): ReactNode {
  return (
    <Button
      size="compact-sm"
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
