// Who signs out leaves nothing of theirs in this browser, so what they have not saved is gone: it is said before.
import type { ReactNode } from 'react'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { t } from './messages.ts'

export interface LeaveDialogProps {
  /** Of how many flows and dashboards something is not saved. */
  readonly drafts: number
  readonly onLeave: () => void
  readonly onClose: () => void
}

export function LeaveDialog({ drafts, onLeave, onClose }: LeaveDialogProps): ReactNode {
  return (
    <TypedConfirm title={t('leaveTitle')} action={t('leave')} onConfirm={onLeave} onClose={onClose}>
      {t('leaveText', { count: drafts })}
    </TypedConfirm>
  )
}
