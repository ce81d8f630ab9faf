// Is it right, and what will it do? Code, form and drawing are one document: the text. The form and the drawing change it by small edits through the
// history of the editor, so that one undo takes back any of them.
import {
  memo,
  startTransition,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useState,
  type ReactNode,
} from 'react'
import { useActions } from '../../lib/actions.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { runInSlices } from '../../platform/clock.ts'
import { cx } from '../../widgets/class-names.ts'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import type { FlowDocument } from '../flow/use-flow.ts'
import { factsOfRuns } from '../topology/task-facts.ts'
import { Topology } from '../topology/topology.tsx'
import type { AddPlace } from '../topology/topology-canvas.tsx'
import { CodeEditor, type CodeHandle } from './code/code-editor.tsx'
import { t as drafts } from './drafts/messages.ts'
import { useKeepDraft } from './drafts/use-keep-draft.ts'
import type { DraftDocument, OpenDraft } from './drafts/use-open-draft.ts'
import { EditorNotices } from './editor-notices.tsx'
import { EditorToolbar } from './editor-toolbar.tsx'
import classes from './flow-editor.module.css'
import { graphMenu } from './graph-menu.ts'
import { askOnce } from './language/language-client.ts'
import { t } from './messages.ts'
import { newTask } from './new-task.ts'
import { EditorPanel, usePanel, type Panel } from './editor-panel.tsx'
import { useTry } from './rehearsal/use-try.ts'
import { TaskForm } from './task-form.tsx'
import { TypePicker } from './type-picker.tsx'
import { useChecks, useSettled, type Checks } from './use-checks.ts'
import { useDraft } from './use-draft.ts'
import { useInstalledTypes, useTypeDocs } from './use-types.ts'
import { usePanes, type Pane, type Panes } from './use-panes.ts'
import { savedOf, useSave, type SavedFlow } from './use-save.ts'
import { addTask } from './yaml/edit-yaml.ts'
import { parseYamlTree, plainOf, readInSteps, taskAt, tasksIn } from './yaml/yaml-tree.ts'

/** Some frames. */
const PAINTED_MS = 100
/** Letters of which reading takes a frame. */
const LONG = 20_000
const REST_MS = 60

export interface FlowEditorProps {
  /** Undefined for a flow that is not there yet. */
  readonly flow?: FlowDocument
  readonly initial: string
  /** Instead of what is published: the draft, and what it is a change of. */
  readonly opened?: OpenDraft | undefined
  /** Over the text. */
  readonly notice?: ReactNode
  /** The text is a draft on the server by now, or none any more. */
  readonly onDraft: (draft: DraftDocument | undefined) => void
  /** Under which what is not saved is kept. */
  readonly draftName: string
  readonly onSaved: (flow: FlowDocument, isToRun: boolean) => void
  /** Beside the buttons of the toolbar. */
  readonly tools?: ReactNode
}

export function FlowEditor(props: FlowEditorProps): ReactNode {
  const { flow, initial, notice, tools } = props
  const { text, cursor, setText, setCursor } = useWritten(initial)
  const [code, setCode] = useState<CodeHandle | undefined>(undefined)
  const [place, setPlace] = useState<AddPlace | undefined>(undefined)
  const checks = useChecks(text)
  const panes = usePanes()
  const keeping = useKeeping(props, text, code)
  const { saving, drafting, draft, save, keep } = keeping
  const [, showPanel] = usePanel()
  const { trial, wished, tryNow, facts } = useTrial(showPanel)
  const rested = useRested(text, cursor)
  const isQuiet = useQuiet(code)
  const task = useTask(rested, isQuiet)
  const [isReviewing, setReviewing] = useState(false)
  const review = (): void => setReviewing(flow !== undefined)
  useEditorActions({ panes, code, keeping, review, showPanel, tryNow })
  const ready = useReady(setCode)
  const help = useHelp(checks, code, isQuiet)
  return (
    <div className={classes['editor']}>
      <EditorToolbar
        {...{ text, checks, saving, drafting, panes, code, tools }}
        isChanged={text !== keeping.keptText}
        onPlan={() => showPanel('plan')}
        onTry={tryNow}
        onReview={review}
        onSave={isToRun => void save(isToRun)}
        onKeep={() => void keep()}
        onDiscard={() => void keeping.discard()}
      />
      {notice}
      <EditorNotices
        {...{ flow, text, code, saving, drafting, draft, isReviewing }}
        onReviewed={(wish, message) => {
          setReviewing(false)
          if (wish !== 'leave') void save(wish === 'run', message)
        }}
        onSave={(merged, over) => void keeping.saveOver(merged, over)}
        onBringBack={mine => void keeping.bringBack(mine)}
        onKeep={(merged, over) => void keep(merged, over)}
      />
      <div className={classes['panes']} data-count={panes.shown.length}>
        <div className={cx(classes['pane'], !panes.shown.includes('code') && classes['away'])}>
          <CodeEditor
            initial={initial}
            problems={checks.problems}
            help={help}
            onReady={ready}
            onChange={setText}
            onCursor={setCursor}
            onSave={() => void keeping.store()}
            onSaveAndRun={() => void save(true)}
          />
        </div>
        {panes.shown.includes('form') && <FormPane text={text} task={task} code={code} />}
        {panes.shown.includes('graph') && <GraphPane {...rested} {...{ code, facts, isQuiet }} onAdd={setPlace} />}
      </div>
      <EditorPanel
        {...{ text, checks, code, trial, wished }}
        flow={flow}
        task={task?.id}
        onTask={id => showTask(code, id)}
      />
      {place && <Picker place={place} code={code} onClose={() => setPlace(undefined)} />}
    </div>
  )
}

/** The text outlives the page: as a draft of this browser until it is saved, or kept as a draft for all. */
function useKeeping(
  { flow, initial, opened, draftName, onSaved, onDraft }: FlowEditorProps,
  text: string,
  code: CodeHandle | undefined,
) {
  const saving = useSave(opened ? opened.base : flow && savedOf(flow))
  const { saved } = saving
  const drafting = useKeepDraft({ flow: opened?.draft ?? flow, base: saved, opened: opened?.draft })
  const { kept } = drafting
  const keptText = kept?.source ?? saved?.source
  const draft = useDraft(draftName, { text, saved: keptText ?? initial, base: saved?.revision })
  const publishes = kept?.version
  const now = (): string => code?.text() ?? text
  const finish = (done: FlowDocument | undefined, isToRun: boolean): void => {
    if (!done) return
    draft.clear()
    onSaved(done, isToRun)
  }
  const save = async (isToRun: boolean, message = ''): Promise<void> =>
    finish(await saving.save(now(), { message, publishes }), isToRun)
  const keep = async (merged = now(), over?: DraftDocument): Promise<void> => {
    const done = await drafting.keep(merged, over)
    if (!done) return
    draft.clear()
    if (!opened) onDraft(done)
  }
  return {
    ...{ saving, drafting, draft, save, keep },
    keptText: keptText ?? '',
    isDraft: kept !== undefined,
    store: (): Promise<void> => (kept ? keep() : save(false)),
    discard: async (): Promise<void> => {
      if (!(await drafting.discard())) return
      draft.clear()
      onDraft(undefined)
    },
    bringBack: async (mine: string): Promise<void> => finish(await saving.create(mine), false),
    saveOver: async (merged: string, over: SavedFlow): Promise<void> =>
      finish(await saving.save(merged, { over, publishes }), false),
  }
}

/** `wished` counts how often a try was asked for outside of its panel. */
function useTrial(showPanel: (panel: Panel) => void) {
  const trial = useTry()
  const [wished, setWished] = useState(0)
  const tryNow = (): void => {
    showPanel('try')
    setWished(count => count + 1)
  }
  const facts = useMemo(() => {
    const runs = trial.result?.tried.execution?.taskRunList
    return runs && factsOfRuns(runs)
  }, [trial.result])
  return { trial, wished, tryNow, facts }
}

function useHelp(
  checks: Checks,
  code: CodeHandle | undefined,
  isQuiet: boolean,
): Parameters<typeof CodeEditor>[0]['help'] {
  const installed = useInstalledTypes(isQuiet)
  useEffect(() => {
    // The first list does not wait for what never changes.
    if (isQuiet) void askOnce({ type: 'expressions' })
  }, [isQuiet])
  const docOf = useTypeDocs()
  const go = useGo()
  return {
    names: () => checks.names,
    docOf,
    isInstalled: type => installed.has(type),
    onDefinition: found => {
      if (found.type === 'flow') go(paths.flow(found))
      else code?.goTo(found.offset)
    },
  }
}

/** The address may name a task to begin with. */
function useReady(setCode: (code: CodeHandle) => void): (code: CodeHandle) => void {
  return useCallback(
    (code: CodeHandle) => {
      setCode(code)
      const wanted = new URLSearchParams(window.location.hash.slice(1)).get('task')
      if (wanted === null) return
      const task = tasksIn(parseYamlTree(code.text())).find(({ id }) => id === wanted)
      if (task) code.goTo(task.from)
    },
    [setCode],
  )
}

interface Place {
  readonly text: string
  readonly cursor: number
}

/** What is written is the editor's own. The page beside it follows, and with a long text after the key has been painted. */
function useWritten(initial: string): Place & {
  readonly setText: (text: string) => void
  readonly setCursor: (cursor: number) => void
} {
  const [text, setText] = useState(initial)
  const [cursor, setCursor] = useState(0)
  const isLong = text.length > LONG
  const follow = useCallback((change: () => void) => (isLong ? startTransition(change) : change()), [isLong])
  return {
    text,
    cursor,
    setText: useCallback(next => follow(() => setText(next)), [follow]),
    setCursor: useCallback(next => follow(() => setCursor(next)), [follow]),
  }
}

/** The task that the cursor stands in; of a long text not before it is there. */
function useTask(rested: Place, isQuiet: boolean): ReturnType<typeof taskAt> {
  const isWanted = isQuiet || rested.text.length <= LONG
  return useMemo(
    () => (isWanted ? taskAt(parseYamlTree(rested.text), rested.cursor, rested.text) : undefined),
    [rested, isWanted],
  )
}

/** A long text is read once the hand rests: no key waits for it. A short one at once. */
function useRested(text: string, cursor: number): Place {
  const now = useMemo(() => ({ text, cursor }), [text, cursor])
  const settled = useSettled(now, REST_MS)
  return text.length > LONG ? settled : now
}

/** The code can be written in, has been painted, and its text has been read: what is heavier than it may come now. */
function useQuiet(code: CodeHandle | undefined): boolean {
  const [isQuiet, setQuiet] = useState(false)
  useEffect(() => {
    if (!code) return undefined
    let stop: (() => void) | undefined
    const timer = setTimeout(() => {
      stop = runInSlices(readInSteps(code.text()), () => setQuiet(true))
    }, PAINTED_MS)
    return () => {
      clearTimeout(timer)
      stop?.()
    }
  }, [code])
  return isQuiet
}

interface EditorActions {
  readonly panes: Panes
  readonly code: CodeHandle | undefined
  readonly keeping: ReturnType<typeof useKeeping>
  readonly review: () => void
  readonly showPanel: (panel: Panel) => void
  readonly tryNow: () => void
}

function useEditorActions({ panes, code, keeping, review, showPanel, tryNow }: EditorActions): void {
  const section = t('section')
  const { isDraft, save, keep, store } = keeping
  const show = (pane: Pane) => () => panes.show(pane)
  useActions([
    { id: 'editor.save', title: isDraft ? drafts('keep') : t('save'), section, keys: 'mod+s', run: () => void store() },
    isDraft
      ? { id: 'editor.publish', title: drafts('publish'), section, run: () => void save(false) }
      : { id: 'editor.draft', title: drafts('keepAs'), section, run: () => void keep() },
    { id: 'editor.review', title: t('reviewSave'), section, keys: 'mod+shift+s', run: review },
    {
      id: 'editor.run',
      title: isDraft ? drafts('publishAndRun') : t('saveAndRun'),
      section,
      keys: 'mod+enter',
      run: () => void save(true),
    },
    {
      id: 'editor.code',
      title: t('focusCode'),
      section,
      keys: 'mod+1',
      run: () => {
        panes.show('code')
        code?.focus()
      },
    },
    { id: 'editor.form', title: t('focusForm'), section, keys: 'mod+2', run: show('form') },
    { id: 'editor.graph', title: t('focusGraph'), section, keys: 'mod+3', run: show('graph') },
    {
      id: 'editor.problems',
      title: t('showProblems'),
      section,
      keys: 'mod+shift+m',
      run: () => {
        showPanel('problems')
        requestAnimationFrame(() => document.getElementById('problems')?.focus())
      },
    },
    { id: 'editor.plan', title: t('showPlan'), section, run: () => showPanel('plan') },
    { id: 'editor.try', title: t('tryNow'), section, keys: 'f9', run: tryNow },
  ])
}

/** In the code. */
function showTask(code: CodeHandle | undefined, id: string): void {
  const task = tasksIn(parseYamlTree(code?.text() ?? '')).find(other => other.id === id)
  if (task) code?.goTo(task.from)
}

interface FormPaneProps {
  readonly text: string
  readonly task: ReturnType<typeof taskAt>
  readonly code: CodeHandle | undefined
}

function FormPane({ text, task, code }: FormPaneProps): ReactNode {
  return (
    <section className={cx(classes['pane'], classes['formPane'])} aria-label={t('form')}>
      <TaskForm text={text} task={task} code={code} />
    </section>
  )
}

interface GraphPaneProps {
  readonly text: string
  readonly cursor: number
  readonly code: CodeHandle | undefined
  /** What the tasks came to when they were tried. */
  readonly facts: ReturnType<typeof factsOfRuns> | undefined
  /** It does not hold up the code that somebody waits for. */
  readonly isQuiet: boolean
  readonly onAdd: (place: AddPlace) => void
}

/** A key in a long text, which it does not see before the hand rests, does not draw it anew. */
const GraphPane = memo(function GraphPane(props: GraphPaneProps): ReactNode {
  return (
    <section className={cx(classes['pane'], classes['graphPane'])} aria-label={t('graph')}>
      {props.isQuiet ? <Graph {...props} /> : <SkeletonRows rows={5} />}
    </section>
  )
})

function Graph({ text, cursor, code, facts, onAdd }: GraphPaneProps): ReactNode {
  const shown = useDeferredValue(text)
  const root = useMemo(() => parseYamlTree(shown), [shown])
  const flow = useMemo(() => plainOf(root), [root])
  const selected = useMemo(() => taskAt(root, cursor, shown)?.id, [root, cursor, shown])
  return (
    <Topology
      flow={flow}
      facts={facts}
      selected={selected}
      hasMap={false}
      onAdd={onAdd}
      menuOf={block => graphMenu(block, { code, onAdd })}
      onSelect={({ path }) => {
        const task = tasksIn(parseYamlTree(code?.text() ?? '')).find(other => other.path === path)
        if (task) code?.goTo(task.from)
      }}
    />
  )
}

interface PickerProps {
  readonly place: AddPlace
  readonly code: CodeHandle | undefined
  readonly onClose: () => void
}

function Picker({ place, code, onClose }: PickerProps): ReactNode {
  const choose = async (type: string): Promise<void> => {
    onClose()
    if (!code) return
    const description = await askOnce({ type: 'describe', name: type })
    const text = code.text()
    const taken = new Set(tasksIn(parseYamlTree(text)).map(({ id }) => id))
    const task = newTask(type, description, taken)
    code.edit(addTask(text, place.list, place.index, task))
    const id = /^id: (.*)$/m.exec(task)?.[1]
    const added = tasksIn(parseYamlTree(code.text())).find(other => other.id === id)
    if (added) code.goTo(added.from)
  }
  return <TypePicker list={place.list} onChoose={type => void choose(type)} onClose={onClose} />
}
