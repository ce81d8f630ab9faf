// What stands over the text when something happened without it: a draft that was left behind, a revision that somebody else has saved, and the two texts
// that do not fit.
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatMomentLong } from '../../lib/time.ts'
import type { LeftDraft } from '../../platform/draft-store.ts'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import type { FlowDocument } from '../flow/use-flow.ts'
import type { CodeHandle } from './code/code-editor.tsx'
import classes from './flow-editor.module.css'
import type { KeptDraft } from './drafts/use-keep-draft.ts'
import { revisionOf, type DraftDocument } from './drafts/use-open-draft.ts'
import { t } from './messages.ts'
import type { DraftState } from './use-draft.ts'
import { savedOf, type SavedFlow, type Saving } from './use-save.ts'
import { replaceText } from './yaml/replace-text.ts'

const SaveReview = lazyDialog(async () => (await import('./review/save-review.tsx')).SaveReview)
const ConflictView = lazyDialog(async () => (await import('./merge/merge-dialog.tsx')).ConflictView)

export interface NoticesProps {
  readonly flow: FlowDocument | undefined
  readonly text: string
  readonly code: CodeHandle | undefined
  readonly saving: Saving
  readonly draft: DraftState
  readonly drafting: KeptDraft
  /** What was merged; `over`: the revision that it follows. */
  readonly onSave: (text: string, over: SavedFlow) => void
  readonly onBringBack: (text: string) => void
  /** What was merged with another draft. */
  readonly onKeep: (text: string, over: DraftDocument | undefined) => void
  /** What a save would change is shown before it is one. */
  readonly isReviewing: boolean
  readonly onReviewed: (wish: 'save' | 'run' | 'leave', message?: string) => void
}

export function EditorNotices(props: NoticesProps): ReactNode {
  const { flow, text, code, saving, draft, onSave, onBringBack, isReviewing, onReviewed } = props
  const { conflict, follow, closeConflict } = saving
  return (
    <>
      {isReviewing && saving.saved && (
        <SaveReview
          saved={saving.saved}
          text={text}
          onSave={(isToRun, message) => onReviewed(isToRun ? 'run' : 'save', message)}
          onClose={() => onReviewed('leave')}
        />
      )}
      <DraftBanner draft={draft} code={code} saving={saving} />
      <NewerBanner {...{ flow, text, code, saving }} />
      <DraftConflict {...props} />
      {conflict && (
        <ConflictView
          conflict={conflict}
          onClose={closeConflict}
          onBringBack={() => onBringBack(conflict.mine)}
          onUse={(merged, isToSave) => {
            const { newest } = conflict
            if (!newest) return
            // Undo brings back what was written here.
            code?.edit(replaceText(code.text(), merged))
            follow(newest)
            if (isToSave) onSave(merged, newest)
          }}
        />
      )}
    </>
  )
}

/** Somebody else has kept another draft in the meantime. */
function DraftConflict({ drafting, code, onKeep }: NoticesProps): ReactNode {
  const { conflict, follow, closeConflict } = drafting
  if (!conflict) return null
  return (
    <ConflictView
      conflict={conflict}
      onClose={closeConflict}
      onBringBack={closeConflict}
      onUse={(merged, isToSave) => {
        code?.edit(replaceText(code.text(), merged))
        const over = follow()
        if (isToSave) onKeep(merged, over)
      }}
    />
  )
}

interface DraftBannerProps {
  readonly draft: DraftState
  readonly code: CodeHandle | undefined
  readonly saving: Saving
}

function DraftBanner({ draft, code, saving }: DraftBannerProps): ReactNode {
  const { found, isRefused, forget } = draft
  const take = async (left: LeftDraft): Promise<void> => {
    // It goes on from where it began: what was saved since is merged, not written over.
    const base = await baseOf(left, saving.saved)
    if (base) saving.follow(base)
    code?.edit(replaceText(code.text(), left.text))
    forget()
  }
  return (
    <>
      {isRefused && (
        <div className={classes['banner']} role="status">
          {t('draftRefused')}
        </div>
      )}
      {found && (
        <div className={classes['banner']} role="status">
          <span>{t('draftFound', { date: formatMomentLong(found.atMs) })}</span>
          <Button size="compact-sm" variant="filled" onClick={() => void take(found)}>
            {t('draftTake')}
          </Button>
          <Button size="compact-sm" onClick={forget}>
            {t('draftDrop')}
          </Button>
        </div>
      )}
    </>
  )
}

async function baseOf({ base }: LeftDraft, saved: SavedFlow | undefined): Promise<SavedFlow | undefined> {
  if (saved === undefined || base === undefined || base === saved.revision) return undefined
  const { namespace, id } = saved
  return await revisionOf({ namespace, id }, base)
}

type NewerBannerProps = Pick<NoticesProps, 'flow' | 'text' | 'code' | 'saving'>

/** Said as soon as it is known, not only when one saves. */
function NewerBanner({ flow, text, code, saving }: NewerBannerProps): ReactNode {
  const { saved } = saving
  if (!flow || !saved || flow.revision <= saved.revision || flow.deleted) return null
  const newest = savedOf(flow)
  const isUntouched = text === saved.source
  return (
    <div className={classes['banner']} role="status">
      <span>{t(isUntouched ? 'newerRead' : 'newerWritten', { revision: newest.revision })}</span>
      <Button
        size="compact-sm"
        variant="filled"
        onClick={() => {
          if (!isUntouched) return saving.compare(text, newest)
          code?.edit(replaceText(code.text(), newest.source))
          return saving.follow(newest)
        }}
      >
        {t(isUntouched ? 'newerTake' : 'newerMerge')}
      </Button>
    </div>
  )
}
