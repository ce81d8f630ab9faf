// What is typed over a selection. A browser keeps the look of what it replaces by writing a style into the text, which the policy of the page refuses and
// reports; so the text is replaced here, before the browser does it.
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'

export const typeOver: Extension = EditorView.domEventHandlers({
  beforeinput: ({ inputType, data, isComposing }, view) => {
    const { state } = view
    const { from, to, empty } = state.selection.main
    if (inputType !== 'insertText' || !data || empty || isComposing || view.composing || state.readOnly) return false
    const insert = () => state.update(state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    // Brackets are closed around a selection, for one.
    const isHandled = state.facet(EditorView.inputHandler).some(handle => handle(view, from, to, data, insert))
    if (!isHandled) view.dispatch(insert())
    // True prevents what the browser would do.
    return true
  },
})
