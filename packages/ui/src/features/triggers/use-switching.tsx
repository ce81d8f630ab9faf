// Switching triggers on and off. A schedule that missed dates while it was off is asked for first, and nobody switches it on unheard when that fails.
import { useCallback, useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { t } from './messages.ts'
import { hasDates, type MissedPolicy, type MissedReport, type TriggerRow } from './trigger-row.ts'
import { nameOf, useSwitch } from './use-triggers.ts'

const MissedDialog = lazyDialog(async () => (await import('./missed-dialog.tsx')).MissedDialog)

/** Ends when it is done, was given up or has failed, of which the page tells. */
export type Turn = (row: TriggerRow, isOn: boolean) => Promise<void>

interface Question {
  readonly row: TriggerRow
  readonly report: MissedReport
  readonly answer: (policy: MissedPolicy | undefined) => void
}

export function useSwitching(): { readonly turn: Turn; readonly dialog: ReactNode } {
  const { mutateAsync } = useSwitch()
  const [question, setQuestion] = useState<Question>()
  const turn = useCallback<Turn>(
    async (row, isOn) => {
      if (!isOn || !hasDates(row)) return await settled(mutateAsync({ row, isOn }))
      const report = await readMissed(row)
      if (!report) return
      if (report.count === 0 && !report.hasOlder) return await settled(mutateAsync({ row, isOn }))
      const policy = await new Promise<MissedPolicy | undefined>(answer => setQuestion({ row, report, answer }))
      setQuestion(undefined)
      if (policy !== undefined) await settled(mutateAsync({ row, isOn, missed: policy, count: report.count }))
    },
    [mutateAsync],
  )
  const dialog = question && (
    <MissedDialog
      row={question.row}
      report={question.report}
      onChoose={question.answer}
      onClose={() => question.answer(undefined)}
    />
  )
  return { turn, dialog }
}

async function readMissed(row: TriggerRow): Promise<MissedReport | undefined> {
  try {
    return await api.triggers.missed({ params: { ...nameOf(row) } })
  } catch (error) {
    showToast({
      kind: 'error',
      text: t('missedFailed', { trigger: row.triggerId }),
      detail: error instanceof Error ? error.message : String(error),
    })
    return undefined
  }
}

/** That it failed is told where it is done. */
async function settled(work: Promise<unknown>): Promise<void> {
  await Promise.allSettled([work])
}
