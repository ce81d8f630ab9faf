// Base, theirs and mine: what only one of us changed is taken as it is, what both changed is chosen here, and what comes of it is shown before it is used.
import { Button } from '@mantine/core'
import { useMemo, useState, type ReactNode } from 'react'
import { choiceOf, mergedText, mergeLines, type MergeChoice, type MergePart } from '../../../lib/merge-lines.ts'
import { cx } from '../../../widgets/class-names.ts'
import { DiffView } from '../../../widgets/diff-view.tsx'
import { Dialog } from '../../../widgets/dialog.tsx'
import { Note } from '../../../widgets/note.tsx'
import { tip } from '../../../widgets/tooltip.ts'
import type { Conflict, SavedFlow } from '../use-save.ts'
import { t } from './messages.ts'
import { MergePartView } from './merge-part-view.tsx'
import classes from './merge.module.css'

export interface MergeDialogProps {
  readonly base: SavedFlow
  readonly newest: SavedFlow
  readonly mine: string
  readonly onUse: (merged: string, isToSave: boolean) => void
  readonly onClose: () => void
}

type Choices = ReadonlyMap<number, MergeChoice>

export function MergeDialog({ base, newest, mine, onUse, onClose }: MergeDialogProps): ReactNode {
  const [choices, setChoices] = useState<Choices>(new Map())
  const parts = useMemo(
    () => mergeLines({ base: base.source, mine, theirs: newest.source }),
    [base.source, mine, newest.source],
  )
  const merged = useMemo(() => mergedText(parts, choices), [parts, choices])
  const open = parts.filter((part, index) => choiceOf(part, choices.get(index)) === undefined).length
  const chooseAll = (choice: MergeChoice): void => setChoices(withConflicts(parts, choices, choice))
  return (
    <Dialog
      title={t('title')}
      size="large"
      onClose={onClose}
      footer={<Foot merged={merged} open={open} onUse={onUse} onClose={onClose} />}
    >
      <div className={classes['stack']}>
        <p>{t('text', { base: base.revision, newest: newest.revision })}</p>
        <Verdict parts={parts} open={open} onAll={chooseAll} />
        <ol className={classes['parts']} aria-label={t('parts')}>
          {parts.map((part, index) => (
            <li key={index}>
              <MergePartView
                part={part}
                number={index}
                revisions={{ base: base.revision, theirs: newest.revision }}
                choice={choiceOf(part, choices.get(index))}
                onChoose={choice => setChoices(new Map(choices).set(index, choice))}
              />
            </li>
          ))}
        </ol>
        {merged !== undefined && (
          <section className={classes['stack']}>
            <h3>{t('result', { revision: newest.revision })}</h3>
            <DiffView
              before={newest.source}
              after={merged}
              titles={[t('revision', { revision: newest.revision }), t('merged')]}
              isSideBySide={false}
            />
          </section>
        )}
      </div>
    </Dialog>
  )
}

function withConflicts(parts: readonly MergePart[], choices: Choices, choice: MergeChoice): Choices {
  const all = new Map(choices)
  for (const [index, { type }] of parts.entries()) if (type === 'conflict') all.set(index, choice)
  return all
}

interface VerdictProps {
  readonly parts: readonly MergePart[]
  readonly open: number
  readonly onAll: (choice: MergeChoice) => void
}

function Verdict({ parts, open, onAll }: VerdictProps): ReactNode {
  const isClean = parts.every(({ type }) => type !== 'conflict')
  if (isClean) return <Note>{t('clean')}</Note>
  return (
    <div className={cx(classes['verdict'], open === 0 && classes['decided'])} role="status">
      <span>{open > 0 ? t('open', { count: open }) : t('decided')}</span>
      <span className={classes['all']}>
        <Button size="compact-sm" onClick={() => onAll('theirs')}>
          {t('allTheirs')}
        </Button>
        <Button size="compact-sm" onClick={() => onAll('mine')}>
          {t('allMine')}
        </Button>
      </span>
    </div>
  )
}

interface FootProps {
  readonly merged: string | undefined
  readonly open: number
  readonly onUse: MergeDialogProps['onUse']
  readonly onClose: () => void
}

function Foot({ merged, open, onUse, onClose }: FootProps): ReactNode {
  const why = merged === undefined ? t('whyOpen', { count: open }) : undefined
  const off = { 'aria-disabled': why !== undefined, 'data-disabled': why !== undefined, ...(why && tip(why)) }
  const use = (isToSave: boolean) => () => {
    if (merged !== undefined) onUse(merged, isToSave)
  }
  return (
    <>
      <Button onClick={onClose}>{t('back')}</Button>
      <Button {...off} onClick={use(false)}>
        {t('use')}
      </Button>
      <Button variant="filled" {...off} onClick={use(true)}>
        {t('save')}
      </Button>
    </>
  )
}

export interface GoneDialogProps {
  readonly onBringBack: () => void
  readonly onClose: () => void
}

/** There is nothing to merge with: somebody has deleted it. */
export function GoneDialog({ onBringBack, onClose }: GoneDialogProps): ReactNode {
  return (
    <Dialog
      title={t('goneTitle')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('back')}</Button>
          <Button variant="filled" onClick={onBringBack}>
            {t('goneSave')}
          </Button>
        </>
      }
    >
      <p>{t('goneText')}</p>
    </Dialog>
  )
}

export interface ConflictViewProps {
  readonly conflict: Conflict
  readonly onUse: (merged: string, isToSave: boolean) => void
  readonly onBringBack: () => void
  readonly onClose: () => void
}

export function ConflictView({ conflict, onUse, onBringBack, onClose }: ConflictViewProps): ReactNode {
  const { base, newest, mine } = conflict
  if (newest === undefined) return <GoneDialog onBringBack={onBringBack} onClose={onClose} />
  const key = `${base.revision}-${newest.revision}`
  return <MergeDialog key={key} {...{ base, newest, mine, onUse, onClose }} />
}
