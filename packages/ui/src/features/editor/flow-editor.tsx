// Is it right, and what will it do? Code, form and drawing are one document: the text. The form and the drawing change it by small edits through the
// history of the editor, so that one undo takes back any of them.
import {
  memo,
  startTransition,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
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
import { prepareDrawing, Topology } from '../topology/topology.tsx'
import type { AddPlace } from '../topology/topology-canvas.tsx'
import { CodeEditor, type CodeEditorProps, type CodeHandle } from './code/code-editor.tsx'
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
import { useChecks, type Checks } from './use-checks.ts'
import { useDraft } from './use-draft.ts'
import { useInstalledTypes, useTypeDocs } from './use-types.ts'
import { usePanes, type Pane, type Panes } from './use-panes.ts'
import { savedOf, useSave, type SavedFlow } from './use-save.ts'
import { addTask } from './yaml/edit-yaml.ts'
import { documentOf, parseYamlTree, readInSteps, taskAt, tasksIn } from './yaml/yaml-tree.ts'

/** Some frames. */
const PAINTED_MS = 100
/** Letters of which reading takes a frame. */
const LONG = 20_000
const REST_MS = 60
const READ_MS = 4

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
  const { written, text, checks, change, move } = useText(initial)
  const [code, setCode] = useState<CodeHandle | undefined>(undefined)
  const [place, setPlace] = useState<AddPlace | undefined>(undefined)
  const panes = usePanes()
  const keeping = useKeeping(props, text, code)
  const { saving, drafting, draft, save, keep } = keeping
  const [, showPanel] = usePanel()
  const { trial, wished, tryNow, facts } = useTrial(showPanel)
  const isQuiet = useQuiet(code)
  const task = useTask(written, isQuiet)
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
            onChange={change}
            onCursor={move}
            onSave={() => void keeping.store()}
            onSaveAndRun={() => void save(true)}
          />
        </div>
        {panes.shown.includes('form') && <FormPane text={text} task={task} code={code} />}
        {panes.shown.includes('graph') && <GraphPane {...written} {...{ code, facts, isQuiet }} onAdd={setPlace} />}
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

/** As it is written, and what is wrong with it. */
function useText(initial: string): Place & {
  readonly written: Place
  readonly checks: Checks
  readonly change: CodeEditorProps['onChange']
  readonly move: (cursor: number) => void
} {
  const { written, write } = useWritten(initial)
  const { checks, judge } = useChecks(written.text)
  return {
    ...written,
    written,
    checks,
    change: (text, { cursor, isTyped }) => {
      judge(text)
      write({ text, cursor }, isTyped)
    },
    move: cursor => write({ cursor }, true),
  }
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

/**
 * What is written is the editor's own, and the page beside it follows: at once, but where a long text is typed once the hand rests, so that no key waits for
 * it. What a form has written it wants to see before its next key.
 */
function useWritten(initial: string): {
  readonly written: Place
  readonly write: (change: Partial<Place>, isTyped: boolean) => void
} {
  const [written, setWritten] = useState<Place>({ text: initial, cursor: 0 })
  const newest = useRef(written)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const write = useCallback((change: Partial<Place>, isTyped: boolean) => {
    const next = { ...newest.current, ...change }
    newest.current = next
    clearTimeout(timer.current)
    if (!isTyped || next.text.length <= LONG) setWritten(next)
    else timer.current = setTimeout(() => startTransition(() => setWritten(next)), REST_MS)
  }, [])
  return { written, write }
}

/** The task that the cursor stands in; of a long text not before it is there. */
function useTask({ text, cursor }: Place, isQuiet: boolean): ReturnType<typeof taskAt> {
  const isWanted = isQuiet || text.length <= LONG
  return useMemo(() => (isWanted ? taskAt(parseYamlTree(text), cursor, text) : undefined), [text, cursor, isWanted])
}

/** The code can be written in, has been painted, and its text has been read: what is heavier than it may come now. */
function useQuiet(code: CodeHandle | undefined): boolean {
  const [isQuiet, setQuiet] = useState(false)
  useEffect(() => {
    if (!code) return undefined
    let stop: (() => void) | undefined
    const timer = setTimeout(() => {
      stop = runInSlices(readAll(code), () => setQuiet(true))
    }, PAINTED_MS)
    return () => {
      clearTimeout(timer)
      stop?.()
    }
  }, [code])
  return isQuiet
}

/** The editor would read a long text in parts of 100 ms, which nothing comes between; and its drawing would be made in one go. */
function* readAll(code: CodeHandle): Generator<undefined, void> {
  while (!code.read(READ_MS)) yield
  const text = code.text()
  yield* readInSteps(text)
  yield* prepareDrawing(() => documentOf(parseYamlTree(text)))
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
  const flow = useMemo(() => documentOf(root), [root])
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
