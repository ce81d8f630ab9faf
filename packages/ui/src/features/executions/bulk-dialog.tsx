// Says in a sentence what will be done, to how many in which states, and who is left out and why; then does it. What cannot be taken back is confirmed,
// above a hundred by typing the number.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type ReactNode } from 'react'
import { stateWord } from '../../lib/states.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import type { OperationPreview } from '../operations/use-operations.ts'
import type { BulkAction, BulkWish } from './act-on-many.ts'
import classes from './bulk-dialog.module.css'
import { LabelsDialog } from './labels-dialog.tsx'
import { t } from './messages.ts'
import { isPossibleForMany, whyNot } from './possible-actions.ts'
import type { ExecutionQuery, ExecutionRow } from './use-executions.ts'
import { usePreview } from './use-preview.ts'

export interface BulkDialogProps {
  readonly action: BulkAction
  readonly rows: readonly ExecutionRow[]
  readonly isAll: boolean
  readonly total: number
  readonly query: ExecutionQuery
  readonly isBusy: boolean
  readonly onRun: (given: Partial<BulkWish>) => void
  readonly onClose: () => void
}

/** Above it the number must be typed. */
const TYPED_ABOVE = 100
/** What starts tasks may be spread over time. */
const SPREAD: readonly BulkAction[] = ['restart', 'replay']
const FINAL: readonly BulkAction[] = ['kill', 'delete']

export function BulkDialog(props: BulkDialogProps): ReactNode {
  const { action, rows, isAll, query, onRun, onClose } = props
  const found = usePreview(action, isAll ? query : undefined)
  const preview = isAll ? found : previewOf(action, rows)
  const number = t(preview?.isEstimate === true ? 'countAtLeast' : 'count', { count: preview?.fit ?? 0 })
  const name = t(action === 'labels' ? 'labelsEdit' : action)
  const title = preview ? `${name}: ${number}` : name
  if (action !== 'labels') return <Question {...props} {...{ action, preview, title, name }} />
  return (
    <LabelsDialog
      title={title}
      text={t('labelsAdded')}
      note={<Left preview={preview} />}
      labels={[]}
      action={t('addLabels')}
      onSave={labels => onRun({ labels })}
      onClose={onClose}
    />
  )
}

interface QuestionProps extends Pick<BulkDialogProps, 'isBusy' | 'onRun' | 'onClose'>, SentenceProps {
  readonly title: string
  readonly name: string
}

function Question({ action, preview, title, name, isBusy, onRun, onClose }: QuestionProps): ReactNode {
  const [isLatest, setLatest] = useState(false)
  const [pace, setPace] = useState('')
  const count = preview?.fit ?? 0
  const isMany = preview === undefined || count > TYPED_ABOVE
  const given = {
    ...(isLatest ? { latestRevision: true } : {}),
    ...(Number(pace) > 0 ? { perMinute: Number(pace) } : {}),
  }
  const content = (
    <>
      <Sentence action={action} preview={preview} />
      {action === 'replay' && (
        <label className={classes['choice']}>
          <input type="checkbox" checked={isLatest} onChange={event => setLatest(event.currentTarget.checked)} />
          {t('latestRevision')}
        </label>
      )}
      {SPREAD.includes(action) && count > 1 && (
        <TextInput
          label={t('perMinute')}
          description={t('perMinuteText')}
          inputMode="numeric"
          value={pace}
          onChange={event => setPace(event.currentTarget.value.replace(/\D/g, '').slice(0, 5))}
        />
      )}
    </>
  )
  if (FINAL.includes(action) || (action === 'replay' && isMany))
    return (
      <TypedConfirm
        title={title}
        action={name}
        {...(isMany ? { word: String(count) } : {})}
        isReady={count > 0}
        onConfirm={() => onRun(given)}
        onClose={onClose}
      >
        {content}
      </TypedConfirm>
    )
  const run = (
    <ActButton
      variant="filled"
      loading={isBusy}
      why={count === 0 ? t('whyNone') : undefined}
      onClick={() => onRun(given)}
    >
      {name}
    </ActButton>
  )
  return (
    <Dialog title={title} size="small" onClose={onClose} footer={<Footer onClose={onClose}>{run}</Footer>}>
      {content}
    </Dialog>
  )
}

function Footer({ onClose, children }: { readonly onClose: () => void; readonly children: ReactNode }): ReactNode {
  return (
    <>
      <Button onClick={onClose}>{t('cancel')}</Button>
      {children}
    </>
  )
}

interface SentenceProps {
  readonly action: Exclude<BulkAction, 'labels'>
  readonly preview: OperationPreview | undefined
}

function Sentence({ action, preview }: SentenceProps): ReactNode {
  const fit = preview?.groups.filter(({ why }) => why === undefined) ?? []
  return (
    <>
      <p className={classes['text']}>{t(`${action}Text`)}</p>
      <p className={classes['text']} aria-live="polite">
        {preview === undefined
          ? t('counting')
          : fit.length === 0
            ? t('noneFits')
            : t('ofThem', { states: statesOf(fit) })}
      </p>
      <Left preview={preview} />
    </>
  )
}

function Left({ preview }: Pick<SentenceProps, 'preview'>): ReactNode {
  const left = preview?.groups.filter(({ why }) => why !== undefined) ?? []
  const count = left.reduce((sum, group) => sum + group.count, 0)
  if (count === 0) return null
  return <p className={classes['skipped']}>{t('leftOut', { count, states: statesOf(left) })}</p>
}

function statesOf(groups: OperationPreview['groups']): string {
  return groups.map(({ state, count }) => t('ofState', { count, state: stateWord(state).toLowerCase() })).join(', ')
}

/** Of rows that are shown: the page knows their states. */
function previewOf(action: BulkAction, rows: readonly ExecutionRow[]): OperationPreview {
  const counts = Map.groupBy(rows, ({ state }) => state.current)
  const groups = [...counts].map(([state, { length: count }]) => {
    const isFit = isPossibleForMany(action, state)
    return { state, count, ...(isFit ? {} : { why: whyNot(action, state) ?? t('noneFits') }) }
  })
  const fit = groups.filter(({ why }) => why === undefined).reduce((sum, { count }) => sum + count, 0)
  return { total: rows.length, isEstimate: false, fit, groups }
}
