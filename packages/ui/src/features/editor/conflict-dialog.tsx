import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { DiffView } from '../../widgets/diff-view.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import classes from './flow-editor.module.css'
import { t } from './messages.ts'
import type { Conflict } from './use-save.ts'

export interface ConflictDialogProps {
  readonly conflict: Conflict
  readonly text: string
  readonly onKeepMine: () => void
  readonly onTakeTheirs: () => void
  readonly onClose: () => void
}

/** Both texts, and the choice between them. */
export function ConflictDialog({ conflict, text, onKeepMine, onTakeTheirs, onClose }: ConflictDialogProps): ReactNode {
  const { base, newest } = conflict
  return (
    <Dialog
      title={t('conflictTitle')}
      size="large"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('conflictBack')}</Button>
          <Button onClick={onTakeTheirs}>{t('conflictTakeTheirs')}</Button>
          <Button variant="filled" onClick={onKeepMine}>
            {t('conflictKeepMine')}
          </Button>
        </>
      }
    >
      <div className={classes['stack']}>
        <p>{t('conflictText', { base, newest: newest.revision })}</p>
        <DiffView
          before={newest.source}
          after={text}
          titles={[t('conflictTheirs', { revision: newest.revision }), t('conflictMine')]}
          isSideBySide
        />
      </div>
    </Dialog>
  )
}
