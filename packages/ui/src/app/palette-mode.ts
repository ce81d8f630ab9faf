// What the first letter of the palette asks for.

export type PaletteMode = 'all' | 'actions' | 'namespaces' | 'labels' | 'jump' | 'evaluate' | 'help'

const MODES: Readonly<Record<string, PaletteMode>> = {
  '>': 'actions',
  '@': 'namespaces',
  '#': 'labels',
  ':': 'jump',
  '=': 'evaluate',
  '?': 'help',
}

export const PREFIXES: readonly (readonly [prefix: string, mode: PaletteMode])[] = Object.entries(MODES)

export interface Asked {
  readonly mode: PaletteMode
  readonly wanted: string
}

export function readAsked(text: string): Asked {
  const begun = text.trimStart()
  const mode = MODES[begun.slice(0, 1)]
  return mode === undefined ? { mode: 'all', wanted: text.trim() } : { mode, wanted: begun.slice(1).trim() }
}

export interface LabelAsked {
  readonly key: string
  /** Undefined while the key is being typed. */
  readonly value: string | undefined
}

export function readLabel(wanted: string): LabelAsked {
  const at = wanted.indexOf(':')
  return at < 0 ? { key: wanted, value: undefined } : { key: wanted.slice(0, at), value: wanted.slice(at + 1) }
}
