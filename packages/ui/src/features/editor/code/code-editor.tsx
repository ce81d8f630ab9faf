// The text of a flow, in an editor. It lives in a shadow tree: its sheets of style are constructed there, as the policy of the page wants it.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from '@codemirror/commands'
import {
  bracketMatching,
  ensureSyntaxTree,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
} from '@codemirror/language'
import { lintKeymap, setDiagnostics, type Diagnostic as Mark } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, Transaction, type Extension } from '@codemirror/state'
import {
  EditorView,
  crosshairCursor,
  drawSelection,
  dropCursor,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view'
import { useEffect, useRef, type ReactNode } from 'react'
import { t } from '../messages.ts'
import type { TextEdit } from '../yaml/edit-yaml.ts'
import { editorHelp, type HelpSources } from './editor-help.ts'
import { editorLook } from './editor-look.ts'
import { typeOver } from './type-over.ts'
import { yaml } from './yaml-language.ts'
import classes from './code-editor.module.css'

export interface CodeHandle {
  text(): string
  /** The editor's own reading of the text, for its colours, goes on for this long at most. True when it is over. */
  read(ms: number): boolean
  /** Through the history of the editor, as one step. */
  edit(edits: readonly TextEdit[], cursor?: number): void
  goTo(offset: number): void
  focus(): void
  undo(): void
  redo(): void
}

export interface CodeProblem {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
  readonly fix?: TextEdit | undefined
}

export interface Change {
  readonly cursor: number
  /** By a hand in the text, not by what stands beside it. */
  readonly isTyped: boolean
}

export interface CodeEditorProps {
  /** What it begins with; later it is changed by the handle only. */
  readonly initial: string
  readonly problems: readonly CodeProblem[]
  /** What knows the language of flows; other documents have none. */
  readonly help?: HelpSources | undefined
  /** Names the text for those who hear it; that of a flow unless said. */
  readonly label?: string
  readonly onReady: (handle: CodeHandle) => void
  readonly onChange: (text: string, how: Change) => void
  /** It was moved, and nothing was written. */
  readonly onCursor?: (offset: number) => void
  readonly onSave: () => void
  readonly onSaveAndRun: () => void
}

export function CodeEditor(props: CodeEditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const newest = useRef(props)
  useEffect(() => {
    newest.current = props
  })
  useEffect(() => {
    const element = host.current
    if (!element) return undefined
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({ doc: newest.current.initial, extensions: extensionsOf(newest) }),
    })
    view.current = editor
    newest.current.onReady(handleOf(editor))
    return () => {
      editor.destroy()
      view.current = undefined
    }
  }, [])
  const { problems } = props
  useEffect(() => {
    const editor = view.current
    if (editor) editor.dispatch(setDiagnostics(editor.state, marksOf(problems, editor.state.doc.length)))
  }, [problems])
  return <div ref={host} className={classes['host']} data-code-editor="" />
}

function extensionsOf(newest: { readonly current: CodeEditorProps }): Extension {
  const saves = keymap.of([
    { key: 'Mod-s', preventDefault: true, run: () => done(newest.current.onSave) },
    { key: 'Mod-Enter', preventDefault: true, run: () => done(newest.current.onSaveAndRun) },
  ])
  return [
    saves,
    lineNumbers(),
    highlightActiveLineGutter(),
    history(),
    foldGutter(),
    drawSelection(),
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    indentOnInput(),
    indentUnit.of('  '),
    bracketMatching(),
    closeBrackets(),
    typeOver,
    rectangularSelection(),
    crosshairCursor(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    search({ top: true }),
    yaml,
    editorLook,
    newest.current.help ? editorHelp(helpOf(newest.current.help, newest)) : [],
    EditorView.contentAttributes.of({ 'aria-label': newest.current.label ?? t('source'), tabindex: '0' }),
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
    EditorView.updateListener.of(update => {
      const { doc, selection } = update.state
      const cursor = selection.main.head
      if (update.docChanged) newest.current.onChange(doc.toString(), { cursor, isTyped: update.view.hasFocus })
      else if (update.selectionSet) newest.current.onCursor?.(cursor)
    }),
  ]
}

function done(run: () => void): boolean {
  run()
  return true
}

function helpOf(first: HelpSources, newest: { readonly current: CodeEditorProps }): HelpSources {
  const help = (): HelpSources => newest.current.help ?? first
  return {
    names: () => help().names(),
    docOf: type => help().docOf(type),
    isInstalled: type => help().isInstalled(type),
    onDefinition: definition => help().onDefinition(definition),
  }
}

function handleOf(view: EditorView): CodeHandle {
  return {
    text: () => view.state.doc.toString(),
    read: ms => ensureSyntaxTree(view.state, view.state.doc.length, ms) !== null,
    edit: (edits, cursor) => {
      if (edits.length === 0) return
      const changes = edits.toSorted((one, other) => one.from - other.from)
      view.dispatch({
        changes: [...changes],
        annotations: Transaction.userEvent.of('input'),
        ...(cursor !== undefined && { selection: { anchor: cursor }, scrollIntoView: true }),
      })
    },
    goTo: offset => {
      const at = Math.min(offset, view.state.doc.length)
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
    },
    focus: () => view.focus(),
    undo: () => void undo(view),
    redo: () => void redo(view),
  }
}

function marksOf(problems: readonly CodeProblem[], length: number): Mark[] {
  return problems.map(({ from, to, severity, message, fix }) => ({
    from: Math.min(from, length),
    to: Math.min(Math.max(to, from), length),
    severity,
    message,
    ...(fix !== undefined && {
      actions: [
        {
          name: `${t('fix')}: ${fix.insert}`,
          apply: (view: EditorView) => view.dispatch({ changes: { ...fix } }),
        },
      ],
    }),
  }))
}
