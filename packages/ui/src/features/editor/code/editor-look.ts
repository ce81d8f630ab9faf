// The look of the code: colours of the page, set in a sheet of the editor's own tree, because the policy of the page forbids style elements.
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import {
  Decoration,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-code)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '2px' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection': {
    backgroundColor: 'color-mix(in srgb, var(--focus) 30%, transparent) !important',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--sunken) 60%, transparent)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--muted)', border: '0' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--sunken)', color: 'var(--text)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 12px' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--sunken)', border: '1px solid var(--line)', color: 'var(--muted)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow)',
    color: 'var(--text)',
    fontFamily: 'var(--font-ui)',
    fontSize: '13px',
    maxWidth: '480px',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-code)', maxHeight: '18em' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px', lineHeight: '20px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { color: 'inherit', fontStyle: 'normal', marginLeft: '12px' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-completionInfo': { padding: '8px 12px', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic': { padding: '6px 12px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--failed-solid)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--warning-solid)' },
  '.cm-diagnostic-info': { borderLeft: '3px solid var(--running-solid)' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
    borderRadius: '4px',
    padding: '2px 8px',
  },
  '.cm-lintRange-error': { backgroundImage: 'none', borderBottom: '2px dotted var(--failed-solid)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', borderBottom: '2px dotted var(--warning-solid)' },
  '.cm-lintRange-info': { backgroundImage: 'none', borderBottom: '2px dotted var(--running-solid)' },
  '.cm-hint': { padding: '8px 12px', whiteSpace: 'pre-wrap', maxHeight: '280px', overflow: 'auto' },
  '.cm-hint-title': { fontWeight: '600' },
  '.cm-hint-type': { color: 'var(--muted)', fontFamily: 'var(--font-code)', fontSize: '12px' },
  '.cm-expression': { backgroundColor: 'var(--accent-tint)', borderRadius: '3px' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)' },
  '.cm-panel input, .cm-panel button': { fontSize: '13px' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-tint)' },
})

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--link)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--success-fg)' },
  { tag: [tags.content, tags.attributeValue], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--paused-fg)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.labelName, tags.typeName, tags.meta], color: 'var(--warning-fg)' },
  { tag: tags.punctuation, color: 'var(--muted)' },
])

const expression = new MatchDecorator({
  regexp: /\{\{.*?\}\}|\{%.*?%\}/g,
  decoration: Decoration.mark({ class: 'cm-expression' }),
})

const expressions = ViewPlugin.define(
  view => ({
    marks: expression.createDeco(view),
    update(update: ViewUpdate): void {
      this.marks = expression.updateDeco(update, this.marks)
    },
  }),
  { decorations: (plugin: { readonly marks: DecorationSet }) => plugin.marks },
)

export const editorLook: Extension = [theme, syntaxHighlighting(colours), expressions]
