import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Dialog } from '../../widgets/dialog.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import type { BulkAction, BulkWish } from './act-on-many.ts'
import classes from './bulk-dialog.module.css'
import { LabelsDialog } from './labels-dialog.tsx'
import { t } from './messages.ts'
import { countStates, splitByFit } from './possible-actions.ts'
import type { ExecutionRow } from './use-executions.ts'

export interface BulkDialogProps {
  readonly action: BulkAction
  readonly rows: readonly ExecutionRow[]
  readonly isAll: boolean
  readonly total: number
  readonly isBusy: boolean
  readonly onRun: (given: Partial<BulkWish>) => void
  readonly onClose: () => void
}

/** Above it the number must be typed. */
const TYPED_ABOVE = 100

export function BulkDialog(props: BulkDialogProps): ReactNode {
  const { action, rows, isAll, total, isBusy, onRun, onClose } = props
  const [isLatest, setLatest] = useState(false)
  const { fit } = splitByFit(action, rows)
  const count = isAll ? total : fit.length
  const title = `${t(action === 'labels' ? 'labelsEdit' : action)}: ${t('count', { count })}`
  if (action === 'labels')
    return (
      <LabelsDialog
        title={title}
        text={t('labelsAdded')}
        labels={[]}
        action={t('addLabels')}
        onSave={labels => onRun({ labels })}
        onClose={onClose}
      />
    )
  const sentence = <Sentence {...props} />
  if (action === 'kill' || action === 'delete')
    return (
      <TypedConfirm
        title={title}
        action={t(action)}
        {...(count > TYPED_ABOVE ? { word: String(count) } : {})}
        onConfirm={() => onRun({})}
        onClose={onClose}
      >
        {sentence}
      </TypedConfirm>
    )
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button variant="filled" loading={isBusy} onClick={() => onRun({ latestRevision: isLatest })}>
            {t(action)}
          </Button>
        </>
      }
    >
      {sentence}
      {action === 'replay' && (
        <label className={classes['choice']}>
          <input type="checkbox" checked={isLatest} onChange={event => setLatest(event.currentTarget.checked)} />
          {t('latestRevision')}
        </label>
      )}
    </Dialog>
  )
}

function Sentence({ action, rows, isAll, total }: BulkDialogProps): ReactNode {
  const { fit, skipped } = splitByFit(action, rows)
  if (action === 'labels') return null
  return (
    <>
      <p className={classes['text']}>{t(`${action}Text`)}</p>
      <p className={classes['text']}>
        {isAll ? t('allThatFit', { count: total }) : t('ofThem', { states: countStates(fit) })}
      </p>
      {!isAll && skipped.length > 0 && (
        <p className={classes['skipped']}>{t('leftOut', { count: skipped.length, states: countStates(skipped) })}</p>
      )}
    </>
  )
}
