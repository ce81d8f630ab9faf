// The keyboard of the page: single keys, chords with Ctrl or ⌘ and the keys that write nothing, and two keys one after the other. Never while somebody types, and below a dialog
// nothing hears.
import { listActions } from './actions.ts'

const SEQUENCE_MS = 1_200
const isMac = (): boolean => navigator.platform.startsWith('Mac')

/** `isOff`: whether somebody has switched single keys off. */
export function startKeyboard(isOff: () => boolean): () => void {
  let first: { readonly key: string; readonly at: number } | undefined
  const hear = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return
    const key = keyOf(event)
    const isChord = key.startsWith('mod+') || /^f\d+$/.test(key)
    if (!isChord && isOff()) return
    // What is typed into a shadow tree is told to the page as done to its host.
    const [target = event.target] = event.composedPath()
    if (!isChord && (isTyping(target) || document.querySelector('dialog:modal') !== null)) return
    const pair = first && event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ${key}` : undefined
    const found = listActions().filter(({ keys }) => keys !== undefined && (keys === pair || keys === key))
    const action = found.find(({ keys }) => keys === pair) ?? found[0]
    const isBeginning = !isChord && listActions().some(({ keys }) => keys?.startsWith(`${key} `) === true)
    first = action === undefined && isBeginning ? { key, at: event.timeStamp } : undefined
    if (!action) return
    event.preventDefault()
    if (action.why === undefined) action.run()
  }
  window.addEventListener('keydown', hear)
  return () => window.removeEventListener('keydown', hear)
}

/** As actions write it: `mod+shift+l`, `R` is `shift+r`. */
export function keyOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  const isLetter = /^[a-z]$/.test(key)
  const parts = [
    ...(event.ctrlKey || event.metaKey ? ['mod'] : []),
    ...(event.altKey ? ['alt'] : []),
    ...(event.shiftKey && (isLetter || key.length > 1) ? ['shift'] : []),
    key,
  ]
  return parts.join('+')
}

/** For menus and tooltips: `Ctrl+K`, `g h`. */
export function showKeys(keys: string): readonly string[] {
  return keys.split(' ').map(stroke =>
    stroke
      .split('+')
      .map(
        part =>
          NAMES[part] ??
          (part === 'mod'
            ? isMac()
              ? '⌘'
              : 'Ctrl'
            : part.length === 1 && stroke !== part
              ? part.toUpperCase()
              : part),
      )
      .join(isMac() ? '' : '+'),
  )
}

const NAMES: Readonly<Record<string, string>> = {
  shift: 'Shift',
  alt: 'Alt',
  enter: 'Enter',
  space: 'Space',
  escape: 'Esc',
  backspace: '⌫',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || isTextInput(target)
}

function isTextInput(target: HTMLElement): boolean {
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'button', 'submit', 'range', 'color'].includes(target.type)
  )
}

function isModifier(key: string): boolean {
  return ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph'].includes(key)
}
