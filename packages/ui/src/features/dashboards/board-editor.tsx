// The editor of boards: code, form and preview are one document, the text. The form and the preview change it by small edits through the history of the code.
import { ActionIcon, Button } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMemo, useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { formatMomentLong } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { CodeEditor, type CodeHandle } from '../editor/code/code-editor.tsx'
import editor from '../editor/flow-editor.module.css'
import { ProblemsList } from '../editor/problems-list.tsx'
import { useSettled, type Checks } from '../editor/use-checks.ts'
import { useDraft, type DraftState } from '../editor/use-draft.ts'
import { BoardForm } from './board-form.tsx'
import { BoardPreview } from './board-preview.tsx'
import { FIRST_BOARD, placeProblem, type Edits } from './edit-board.ts'
import { editorMessages as t } from './editor-messages.ts'
import { useBoardPanes, type BoardPane, type BoardPanes } from './use-board-panes.ts'
import { useProblems, useSaveDashboard, type Dashboard } from './use-dashboards.ts'

const REST_MS = 350
const PANES: readonly { readonly pane: BoardPane; readonly icon: IconName }[] = [
  { pane: 'code', icon: 'code' },
  { pane: 'form', icon: 'table' },
  { pane: 'preview', icon: 'chart' },
]

export function BoardEditor({ board }: { readonly board?: Dashboard }): ReactNode {
  const initial = board?.sourceCode ?? FIRST_BOARD
  const [text, setText] = useState(initial)
  const [saved, setSaved] = useState(board?.sourceCode ?? '')
  const [code, setCode] = useState<CodeHandle | undefined>(undefined)
  const [selected, setSelected] = useState(0)
  const panes = useBoardPanes()
  const checks = useBoardChecks(text)
  const draft = useDraft(`board.${board?.id ?? 'new'}`, {
    text,
    saved: board === undefined ? FIRST_BOARD : saved,
    base: undefined,
  })
  const isChanged = text !== saved
  const saving = useSaving({ board, draft, onSaved: setSaved })
  const missing = useMay()('DASHBOARD:UPDATE')
  const why =
    missing ??
    (checks.errors > 0 ? t('whyProblems', { count: checks.errors }) : isChanged ? undefined : t('whyNothing'))
  const save = (): void => {
    if (why === undefined) saving.save(code?.text() ?? text)
  }
  useActions([{ id: 'board.save', title: t('save'), section: t('board'), keys: 'mod+s', run: save }])
  const edit = (edits: Edits): void => code?.edit(edits)
  return (
    <div className={editor['editor']}>
      <Toolbar {...{ panes, isChanged, why, save }} isSaving={saving.isSaving} onUndo={() => code?.undo()} />
      <Draft draft={draft} onTake={found => edit([{ from: 0, to: code?.text().length ?? 0, insert: found }])} />
      <div className={editor['panes']} data-count={panes.shown.length}>
        <div className={cx(editor['pane'], !panes.shown.includes('code') && editor['away'])}>
          <CodeEditor
            initial={initial}
            problems={checks.problems}
            onReady={setCode}
            onChange={setText}
            label={t('sourceCode')}
            onSave={save}
            onSaveAndRun={save}
          />
        </div>
        {panes.shown.includes('form') && (
          <section className={cx(editor['pane'], editor['formPane'])} aria-label={t('form')}>
            <BoardForm
              text={text}
              isNew={board === undefined}
              selected={selected}
              onSelect={setSelected}
              onEdit={edit}
            />
          </section>
        )}
        {panes.shown.includes('preview') && (
          <section className={editor['pane']} aria-label={t('preview')}>
            <BoardPreview
              text={text}
              selected={selected}
              onEdit={edit}
              onSelect={index => {
                setSelected(index)
                panes.show('form')
              }}
            />
          </section>
        )}
      </div>
      <ProblemsList checks={checks} code={code} />
    </div>
  )
}

interface ToolbarProps {
  readonly panes: BoardPanes
  readonly isChanged: boolean
  readonly isSaving: boolean
  readonly why: string | undefined
  readonly onUndo: () => void
  readonly save: () => void
}

function Toolbar({ panes, isChanged, isSaving, why, onUndo, save }: ToolbarProps): ReactNode {
  return (
    <div className={editor['toolbar']} role="toolbar" aria-label={t('panes')}>
      <div className={editor['switch']} role="group" aria-label={t('panes')}>
        {PANES.map(({ pane, icon }) => (
          <button
            key={pane}
            type="button"
            className={cx(editor['paneButton'], panes.shown.includes(pane) && editor['on'])}
            aria-pressed={panes.shown.includes(pane)}
            onClick={() => panes.toggle(pane)}
          >
            <Icon name={icon} size={14} />
            {t(pane)}
          </button>
        ))}
      </div>
      <ActionIcon aria-label={t('undo')} {...tip(t('undo'), 'mod+z')} onClick={onUndo}>
        <Icon name="replay" />
      </ActionIcon>
      <span className={editor['verdict']} role="status">
        <span className={editor['muted']}>{isChanged ? `● ${t('unsaved')}` : t('saved')}</span>
      </span>
      <Button
        variant="filled"
        aria-disabled={why !== undefined}
        {...(why === undefined ? {} : { 'data-disabled': true })}
        loading={isSaving}
        {...tip(why ?? t('save'), 'mod+s')}
        onClick={save}
      >
        {t('save')}
      </Button>
    </div>
  )
}

/** Judged by the server, a moment after the last key. */
function useBoardChecks(text: string): Checks {
  const settled = useSettled(text, REST_MS)
  const found = useProblems(settled)
  return useMemo(() => {
    const problems = (found ?? []).map(message => {
      const placed = placeProblem(settled, message)
      return { ...placed, severity: 'error' as const, line: settled.slice(0, placed.from).split('\n').length }
    })
    return { problems, errors: problems.length, isJudged: found !== undefined && settled === text, names: undefined }
  }, [found, settled, text])
}

interface Saving {
  readonly isSaving: boolean
  save(text: string): void
}

interface SavingWorld {
  readonly board: Dashboard | undefined
  readonly draft: DraftState
  onSaved(text: string): void
}

function useSaving({ board, draft, onSaved }: SavingWorld): Saving {
  const { mutate, isPending } = useSaveDashboard(board?.id)
  const go = useGo()
  return {
    isSaving: isPending,
    save: text =>
      mutate(text, {
        onSuccess: saved => {
          draft.clear()
          onSaved(text)
          showToast({ kind: 'success', text: t('isSaved', { title: saved.title }) })
          go(paths.home(saved.id))
        },
        onError: error => showToast({ kind: 'error', text: t('saveFailed'), detail: error.message }),
      }),
  }
}

interface DraftProps {
  readonly draft: DraftState
  readonly onTake: (text: string) => void
}

function Draft({ draft: { found, forget }, onTake }: DraftProps): ReactNode {
  if (!found) return null
  return (
    <div className={editor['banner']} role="status">
      <span>{t('draftFound', { date: formatMomentLong(found.atMs) })}</span>
      <Button
        size="compact-sm"
        variant="filled"
        onClick={() => {
          onTake(found.text)
          forget()
        }}
      >
        {t('draftTake')}
      </Button>
      <Button size="compact-sm" onClick={forget}>
        {t('draftDrop')}
      </Button>
    </div>
  )
}
