// That there is a draft, or that one looks at one: beside what is published both are easily taken for each other.
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatMomentLong } from '../../../lib/time.ts'
import type { FlowDocument } from '../../flow/use-flow.ts'
import type { DraftHead } from '../../flow/use-flow-drafts.ts'
import classes from '../flow-editor.module.css'
import { t } from './messages.ts'

export interface DraftNoticeProps {
  readonly flow: FlowDocument | undefined
  readonly draft: DraftHead | undefined
  readonly isOpen: boolean
  readonly onOpen: (isOpen: boolean) => void
}

export function DraftNotice({ flow, draft, isOpen, onOpen }: DraftNoticeProps): ReactNode {
  if (!draft) return null
  if (!isOpen) {
    const { author, updated } = draft
    const date = formatMomentLong(Date.parse(updated))
    return (
      <div className={classes['banner']} role="status">
        <span>{author === undefined ? t('there', { date }) : t('thereBy', { author, date })}</span>
        <Button size="compact-sm" variant="filled" onClick={() => onOpen(true)}>
          {t('open')}
        </Button>
      </div>
    )
  }
  if (!flow)
    return (
      <div className={classes['banner']} role="status">
        {t('isNewDraft')}
      </div>
    )
  const { revision } = flow
  return (
    <div className={classes['banner']} role="status">
      <span>
        {t('isDraft', { revision })} {draft.isOutdated && t('isOutdated', { revision })}
      </span>
      <Button size="compact-sm" onClick={() => onOpen(false)}>
        {t('showPublished', { revision })}
      </Button>
    </div>
  )
}
