import { ActionIcon, Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { Menu, type MenuItem } from '../../widgets/menu.tsx'
import { tip } from '../../widgets/tooltip.ts'
import type { CodeHandle } from './code/code-editor.tsx'
import classes from './flow-editor.module.css'
import { t as drafts } from './drafts/messages.ts'
import { flowIn, type KeptDraft } from './drafts/use-keep-draft.ts'
import { t } from './messages.ts'
import type { Checks } from './use-checks.ts'
import { PANES, type Pane, type Panes } from './use-panes.ts'
import type { Saving } from './use-save.ts'

export interface EditorToolbarProps {
  readonly checks: Checks
  readonly text: string
  readonly saving: Saving
  readonly drafting: KeptDraft
  readonly panes: Panes
  readonly code: CodeHandle | undefined
  readonly isChanged: boolean
  readonly onSave: (isToRun: boolean) => void
  readonly onPlan: () => void
  readonly onTry: () => void
  readonly onReview: () => void
  readonly onKeep: () => void
  readonly onDiscard: () => void
  readonly tools?: ReactNode
}

const ICONS: Readonly<Record<Pane, IconName>> = { code: 'code', form: 'table', graph: 'flow' }

export function EditorToolbar(props: EditorToolbarProps): ReactNode {
  const { checks, saving, panes, code, isChanged, onPlan, onTry, tools } = props
  return (
    <div className={classes['toolbar']} role="toolbar" aria-label={t('panes')}>
      <div className={classes['switch']} role="group" aria-label={t('panes')}>
        {PANES.map((pane, index) => (
          <button
            key={pane}
            type="button"
            className={cx(classes['paneButton'], panes.shown.includes(pane) && classes['on'])}
            aria-pressed={panes.shown.includes(pane)}
            onClick={() => panes.toggle(pane)}
            {...tip(t(pane), `mod+${index + 1}`)}
          >
            <Icon name={ICONS[pane]} size={14} />
            {t(pane)}
          </button>
        ))}
      </div>
      <ActionIcon aria-label={t('undo')} {...tip(t('undo'), 'mod+z')} onClick={() => code?.undo()}>
        <Icon name="replay" />
      </ActionIcon>
      {tools}
      <Verdict checks={checks} isChanged={isChanged} isNew={saving.saved === undefined} />
      <div className={classes['saves']}>
        <Button className={classes['alsoBelow']} {...tip(t('showPlan'))} onClick={onPlan}>
          {t('plan')}
        </Button>
        <Button className={classes['alsoBelow']} {...tip(t('tryNow'), 'f9')} onClick={onTry}>
          {t('try')}
        </Button>
        <Saves {...props} />
      </div>
    </div>
  )
}

/** A draft is kept, or published; what is published is saved, or kept as a draft beside it. */
function Saves(props: EditorToolbarProps): ReactNode {
  const { text, checks, saving, drafting, isChanged, onReview, onSave, onKeep, onDiscard } = props
  const { saved } = saving
  const isDraft = drafting.kept !== undefined
  const mayNot = useMay()
  const missing = mayNot(saved === undefined ? 'FLOW:CREATE' : 'FLOW:UPDATE', saved?.namespace)
  const errors = missing ?? (checks.errors > 0 ? t('whyErrors', { count: checks.errors }) : undefined)
  const isSame = text === saved?.source
  const why = errors ?? (isSame ? t('whyNothing') : undefined)
  const whyNoDraft = useWhyNoDraft(props)
  const more: readonly MenuItem[] = isDraft
    ? [
        { id: 'run', title: drafts('publishAndRun'), keys: 'mod+enter', why: errors, run: () => onSave(true) },
        { id: 'discard', title: drafts('discard'), isDangerous: true, run: onDiscard },
      ]
    : [{ id: 'draft', title: drafts('keepAs'), why: whyNoDraft, run: onKeep }]
  return (
    <>
      {saved !== undefined && (
        <SaveButton
          title={t('review')}
          keys="mod+shift+s"
          why={isSame ? t('whyNothing') : undefined}
          isBusy={false}
          run={onReview}
        />
      )}
      <Menu label={drafts('more')} align="end" button={<Icon name="more" />} groups={[{ items: more }]} />
      {isDraft ? (
        <>
          <SaveButton
            title={drafts('keep')}
            keys="mod+s"
            why={isChanged ? whyNoDraft : drafts('whyKept')}
            isBusy={drafting.isKeeping}
            run={onKeep}
          />
          <SaveButton
            title={drafts('publish')}
            keys=""
            why={why}
            isBusy={saving.isSaving}
            isPrimary
            run={() => onSave(false)}
          />
        </>
      ) : (
        <>
          <SaveButton title={t('save')} keys="mod+s" why={why} isBusy={saving.isSaving} run={() => onSave(false)} />
          <SaveButton
            title={t('saveAndRun')}
            keys="mod+enter"
            why={errors}
            isBusy={saving.isSaving}
            isPrimary
            run={() => onSave(true)}
          />
        </>
      )}
    </>
  )
}

function useWhyNoDraft({ text, saving: { saved } }: EditorToolbarProps): string | undefined {
  const mayNot = useMay()
  if (text === saved?.source) return t('whyNothing')
  const flow = saved ?? flowIn(text)
  return flow === undefined ? drafts('whyUnnamed') : mayNot('FLOW:UPDATE', flow.namespace)
}

interface VerdictProps {
  readonly checks: Checks
  readonly isChanged: boolean
  readonly isNew: boolean
}

/** A tick only when the server would accept it. */
function Verdict({ checks: { problems, errors, isJudged }, isChanged, isNew }: VerdictProps): ReactNode {
  const others = problems.length - errors
  const isWarned = problems.some(({ severity }) => severity === 'warning')
  return (
    <span className={classes['verdict']} role="status">
      {errors > 0 ? (
        <span className={classes['error']}>
          <Icon name="warning" size={14} /> {errors}
        </span>
      ) : (
        isJudged && (
          <span className={classes['good']}>
            <Icon name="check" size={14} />
          </span>
        )
      )}
      {others > 0 && (
        <span className={classes[isWarned ? 'warning' : 'info']}>
          <Icon name={isWarned ? 'warning' : 'info'} size={14} /> {others}
        </span>
      )}
      <span className={classes['muted']}>{isChanged || isNew ? `● ${t('unsaved')}` : t('saved')}</span>
    </span>
  )
}

interface SaveButtonProps {
  readonly title: string
  readonly keys: string
  readonly why: string | undefined
  readonly isBusy: boolean
  readonly isPrimary?: boolean
  readonly run: () => void
}

function SaveButton({ title, keys, why, isBusy, isPrimary = false, run }: SaveButtonProps): ReactNode {
  return (
    <Button
      variant={isPrimary ? 'filled' : 'default'}
      leftSection={isPrimary && keys !== '' ? <Icon name="run" size={14} /> : undefined}
      aria-disabled={why !== undefined}
      data-disabled={why !== undefined}
      loading={isBusy}
      {...tip(why ?? title, keys === '' ? undefined : keys)}
      onClick={() => {
        if (why === undefined) run()
      }}
    >
      {title}
    </Button>
  )
}
