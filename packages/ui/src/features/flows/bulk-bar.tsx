import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Icon } from '../../widgets/icon.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { tip } from '../../widgets/tooltip.ts'
import classes from './flows-page.module.css'
import { t } from './messages.ts'
import { UNDO_MAX, type FlowActions } from './use-flow-actions.ts'
import type { FlowRow } from './use-flows.ts'

export interface BulkBarProps {
  readonly flows: readonly FlowRow[]
  readonly actions: FlowActions
  readonly onDone: () => void
}

/** What can be done to all flows that are chosen. */
export function BulkBar({ flows, actions, onDone }: BulkBarProps): ReactNode {
  const [isAsking, setAsking] = useState(false)
  const enabled = flows.filter(({ disabled }) => !disabled)
  const disabled = flows.filter(flow => flow.disabled)
  const remove = async (): Promise<void> => {
    setAsking(false)
    if (await actions.remove(flows)) onDone()
  }
  return (
    <div className={classes['bulk']} role="toolbar" aria-label={t('selected', { count: flows.length })}>
      <span className={classes['bulkCount']}>{t('selected', { count: flows.length })}</span>
      <BulkButton
        title={t('enable')}
        why={disabled.length === 0 ? t('whyNothingEnabled') : undefined}
        run={() => void actions.setDisabled(disabled, false)}
      />
      <BulkButton
        title={t('disable')}
        why={enabled.length === 0 ? t('whyNothingDisabled') : undefined}
        run={() => void actions.setDisabled(enabled, true)}
      />
      <BulkButton title={t('export')} run={() => void actions.export(flows)} />
      <Button
        size="compact-sm"
        color="red"
        leftSection={<Icon name="trash" size={14} />}
        onClick={() => (flows.length > UNDO_MAX ? setAsking(true) : void remove())}
      >
        {t('delete')}
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onDone}>
        {t('clearSelection')}
      </Button>
      {isAsking && (
        <TypedConfirm
          title={t('deleteTitle', { count: flows.length })}
          word={String(flows.length)}
          action={t('delete')}
          onConfirm={() => void remove()}
          onClose={() => setAsking(false)}
        >
          {t('deleteText', { max: UNDO_MAX })}
        </TypedConfirm>
      )}
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
