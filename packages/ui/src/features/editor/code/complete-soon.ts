// Completion that begins before the next frame. The library begins with a timer, and Chromium holds timers back after a key until the frame of that key is
// shown: the list came a frame late. A task of the highest priority is not held back, and lets the frame of the key go first.
import { autocompletion } from '@codemirror/autocomplete'
import type { Extension } from '@codemirror/state'
import { EditorView, ViewPlugin } from '@codemirror/view'

/** What the library's plugin waits with; where another release has it otherwise, its own timer does the work. */
interface Asking {
  /** The timer that is set, or -1. */
  readonly debounceUpdate: number
  startUpdate(): void
}

export function completeSoon(config: Parameters<typeof autocompletion>[0]): Extension {
  const extension = autocompletion(config)
  const plugin = Array.isArray(extension) ? extension.find(part => part instanceof ViewPlugin) : undefined
  if (plugin === undefined || !('scheduler' in globalThis)) return extension
  const begin = EditorView.updateListener.of(({ view }) => {
    const asking: unknown = view.plugin(plugin)
    if (!isAsking(asking) || asking.debounceUpdate < 0) return
    const { debounceUpdate } = asking
    void scheduler.postTask(
      () => {
        // Another key may have been pressed, which asks for itself.
        if (asking.debounceUpdate !== debounceUpdate || view.plugin(plugin) !== asking) return
        clearTimeout(debounceUpdate)
        asking.startUpdate()
      },
      { priority: 'user-blocking' },
    )
  })
  return [extension, begin]
}

function isAsking(value: unknown): value is Asking {
  return (
    typeof value === 'object' &&
    value !== null &&
    'debounceUpdate' in value &&
    typeof value.debounceUpdate === 'number' &&
    'startUpdate' in value &&
    typeof value.startUpdate === 'function'
  )
}
