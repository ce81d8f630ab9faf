// The dates of a schedule between two moments, run after the fact; how many there are is said before.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { InputForm } from '../input-form/input-form.tsx'
import { askedOf, fieldsOf, localMoment, sentOf, type Entries } from '../input-form/input-fields.ts'
import { parseLabels } from '../run-dialog/run-lines.ts'
import { useJudgement } from '../run-dialog/use-run.ts'
import { nowMs } from '../../platform/clock.ts'
import { t } from './messages.ts'
import type { TriggerRow } from './trigger-row.ts'
import classes from './triggers.module.css'
import { nameOf, useAct } from './use-triggers.ts'

const PREVIEW_MAX = 1_000
const DAY_MS = 86_400_000

export interface BackfillDialogProps {
  readonly row: TriggerRow
  readonly onClose: () => void
}

export function BackfillDialog({ row, onClose }: BackfillDialogProps): ReactNode {
  const { from, setFrom, to, setTo, labels, setLabels, entries, setEntries, ...form } = useBackfill(row)
  const { fields, found, begin, isReady } = form
  return (
    <Dialog
      title={t('backfillTitle', { trigger: row.triggerId })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <ActButton
            variant="filled"
            why={isReady ? undefined : t('whyNoRange')}
            loading={begin.isPending}
            onClick={() => begin.mutate(undefined, { onSuccess: onClose })}
          >
            {t('start')}
          </ActButton>
        </>
      }
    >
      <div className={classes['backfill']}>
        <div className={classes['range']}>
          <TextInput
            data-autofocus
            type="datetime-local"
            label={t('from')}
            value={from}
            onChange={event => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            label={t('to')}
            value={to}
            onChange={event => setTo(event.currentTarget.value)}
          />
        </div>
        <p className={classes['muted']}>{t('zoneHere', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
        <p role="status" className={classes['sentence']}>
          {found.text}
        </p>
        {fields.length > 0 && (
          <InputForm
            fields={fields}
            entries={entries}
            isTried={false}
            onChange={(id, entry) => setEntries(before => new Map(before).set(id, entry))}
          />
        )}
        <TextInput
          label={t('labels')}
          description={t('labelsHint')}
          value={labels}
          onChange={event => setLabels(event.currentTarget.value)}
        />
      </div>
    </Dialog>
  )
}

function useBackfill(row: TriggerRow) {
  const [from, setFrom] = useState(() => localMoment(new Date(nowMs() - DAY_MS).toISOString()))
  const [to, setTo] = useState(() => localMoment(new Date(nowMs()).toISOString()))
  const [labels, setLabels] = useState('')
  const [entries, setEntries] = useState<Entries>(new Map())
  const flow = { namespace: row.namespace, id: row.flowId }
  const judged = useJudgement(flow, Object.fromEntries([...entries].map(([id, entry]) => [id, entry])))
  const fields = judged.report ? fieldsOf(judged.report) : []
  const [start, end] = [instantOf(from), instantOf(to)]
  const found = usePreview(row, start, end)
  const begin = useAct(
    () =>
      api.triggers.update({
        body: {
          ...nameOf(row),
          backfill: {
            start: start ?? '',
            end: end ?? null,
            inputs: askedOf(sentOf(fields, entries)),
            labels: parseLabels(labels).labels.map(label => {
              const [key = '', ...rest] = label.split(':')
              return { key, value: rest.join(':') }
            }),
          },
        },
      }),
    () => ({ text: t('backfillStarted', { trigger: row.triggerId }) }),
  )
  const isReady = start !== undefined && end !== undefined && found.count > 0
  return { from, setFrom, to, setTo, labels, setLabels, entries, setEntries, fields, found, begin, isReady }
}

interface Preview {
  readonly count: number
  readonly text: string
}

function usePreview(row: TriggerRow, start: string | undefined, end: string | undefined): Preview {
  const { data } = useQuery({
    queryKey: ['triggers', 'simulate', row.key, 'from', start],
    queryFn: ({ signal }) =>
      api.planning.simulate({ body: { ...nameOf(row), from: start ?? '', count: PREVIEW_MAX }, signal }),
    enabled: start !== undefined,
  })
  if (!data || end === undefined) return { count: 0, text: '…' }
  const fires = data.fires.filter(({ at }) => at <= end)
  const [first, last] = [fires[0], fires.at(-1)]
  if (!first || !last) return { count: 0, text: t('previewNone') }
  const count =
    fires.length === PREVIEW_MAX ? t('previewMore', { count: PREVIEW_MAX }) : t('preview', { count: fires.length })
  const told = (local: string): string => local.slice(0, 16).replace('T', ' ')
  return {
    count: fires.length,
    text: `${count}: ${t('previewEnds', { first: told(first.local), last: told(last.local) })}.`,
  }
}

function instantOf(local: string): string | undefined {
  const date = new Date(local)
  return local === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
