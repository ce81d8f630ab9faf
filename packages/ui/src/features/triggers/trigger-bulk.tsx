// What can be done to the triggers that are chosen, or to all that match: an operation, which the bell shows and takes back. Schedules that missed dates while
// they were off are asked for first.
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import type { Filter } from '../../lib/filters/filter.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { SelectionBar } from '../../widgets/selection-bar.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { useStartOperation } from '../operations/use-operations.ts'
import { t } from './messages.ts'
import type { PolicyOfMany } from './missed-many-dialog.tsx'
import { missedOfMany, type ManyMissed } from './missed-of-many.ts'
import { hasDates, type TriggerRow } from './trigger-row.ts'
import { nameOf } from './use-triggers.ts'

const MissedManyDialog = lazyDialog(async () => (await import('./missed-many-dialog.tsx')).MissedManyDialog)

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
  const { ask, isAsking, dialog } = useMissedQuestion()
  const run = (action: 'enable' | 'disable', of: readonly TriggerRow[], policy?: PolicyOfMany): void =>
    start.mutate({
      resource: 'triggers',
      action,
      ...(policy === undefined || policy === 'OWN' ? {} : { missed: policy }),
      ...(isAll
        ? { query: new URLSearchParams(Object.entries(state.query(nowMs()))).toString() }
        : { ids: of.map(({ namespace, flowId, triggerId }) => `${namespace}/${flowId}/${triggerId}`) }),
    })
  // What the flow itself has switched off is the flow's to switch on.
  const off = chosen.filter(({ isOn, isOffInFlow }) => !isOn && !isOffInFlow)
  const on = chosen.filter(({ isOn }) => isOn)
  const switchOn = async (): Promise<void> => {
    const policy = await ask(off, { isWhole: !isAll, count: isAll ? total : off.length })
    if (policy !== undefined) run('enable', off, policy)
  }
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
        isBusy={start.isPending || isAsking}
        run={() => void switchOn()}
      />
      <SwitchButton
        title={t('switchOff')}
        why={!isAll && on.length === 0 ? t('whyNoneOn') : undefined}
        isBusy={start.isPending}
        run={() => run('disable', on)}
      />
      {dialog}
    </SelectionBar>
  )
}

interface Question {
  readonly missed: ManyMissed
  readonly count: number
  readonly answer: (policy: PolicyOfMany | undefined) => void
}

interface Asked {
  readonly isWhole: boolean
  /** Triggers that are switched on. */
  readonly count: number
}

/** Asks only where something was missed, or may have been. Undefined is no: somebody leaves them off, or what they missed cannot be read. */
function useMissedQuestion() {
  const [question, setQuestion] = useState<Question>()
  const [isAsking, setAsking] = useState(false)
  const ask = async (rows: readonly TriggerRow[], { isWhole, count }: Asked): Promise<PolicyOfMany | undefined> => {
    setAsking(true)
    try {
      const missed = await missedOfMany(rows.filter(hasDates), isWhole, row =>
        api.triggers.missed({ params: { ...nameOf(row) } }),
      )
      if (missed.type === 'none') return 'OWN'
      return await new Promise(answer => setQuestion({ missed, count, answer }))
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      showToast({ kind: 'error', text: t('missedManyFailed'), detail })
      return undefined
    } finally {
      setQuestion(undefined)
      setAsking(false)
    }
  }
  const dialog = question && (
    <MissedManyDialog
      count={question.count}
      missed={question.missed}
      onChoose={question.answer}
      onClose={() => question.answer(undefined)}
    />
  )
  return { ask, isAsking, dialog }
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
