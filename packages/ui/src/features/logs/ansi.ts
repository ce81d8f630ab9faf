// The colours that terminals know, out of the text of a line. Only the sixteen names are kept apart; others become the nearest of them, since a
// colour must be readable on both grounds. Whatever else a terminal would do is left out.

export const ANSI_COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

export type AnsiColor = (typeof ANSI_COLORS)[number]

export interface AnsiSpan {
  readonly text: string
  readonly color?: AnsiColor
  readonly ground?: AnsiColor
  readonly isBold?: boolean
  readonly isDim?: boolean
  readonly isItalic?: boolean
  readonly isUnderlined?: boolean
}

type Style = Omit<AnsiSpan, 'text'>

const ESCAPE = '\u001b'
/** Colours and styles; other sequences of control; links and titles. */
const SEQUENCE = new RegExp(
  `${ESCAPE}\\[([0-9;:]*)m|${ESCAPE}\\[[0-9;?]*[A-Za-ln-z]|${ESCAPE}\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)|${ESCAPE}[@-Z\\\\-_]`,
  'g',
)

export function parseAnsi(text: string): readonly AnsiSpan[] {
  if (!text.includes(ESCAPE)) return text === '' ? [] : [{ text }]
  const spans: AnsiSpan[] = []
  let style: Style = {}
  let from = 0
  const add = (part: string): void => {
    if (part !== '') spans.push({ text: part, ...style })
  }
  for (const match of text.matchAll(SEQUENCE)) {
    add(text.slice(from, match.index))
    from = match.index + match[0].length
    if (match[1] !== undefined) style = applyCodes(style, match[1].split(/[;:]/).map(Number))
  }
  add(text.slice(from))
  return spans
}

/** The text alone. */
export function stripAnsi(text: string): string {
  return text.includes(ESCAPE) ? text.replace(SEQUENCE, '') : text
}

function applyCodes(before: Style, codes: readonly number[]): Style {
  let style = before
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const { color, used } = readExtended(codes.slice(at + 1))
      at += used
      if (color) style = code === 38 ? { ...style, color } : { ...style, ground: color }
    } else style = applyCode(style, code)
  }
  return style
}

function applyCode(style: Style, code: number): Style {
  if (code === 0) return {}
  if (code === 1) return { ...style, isBold: true }
  if (code === 2) return { ...style, isDim: true }
  if (code === 3) return { ...style, isItalic: true }
  if (code === 4) return { ...style, isUnderlined: true }
  if (code === 22) return without(style, 'isBold', 'isDim')
  if (code === 23) return without(style, 'isItalic')
  if (code === 24) return without(style, 'isUnderlined')
  if (code === 39) return without(style, 'color')
  if (code === 49) return without(style, 'ground')
  const color = ANSI_COLORS[code % 10]
  if (!color || code % 10 > 7) return style
  if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) return { ...style, color }
  if ((code >= 40 && code < 48) || (code >= 100 && code < 108)) return { ...style, ground: color }
  return style
}

function without(style: Style, ...names: readonly (keyof Style)[]): Style {
  return Object.fromEntries(Object.entries(style).filter(([name]) => !names.some(other => other === name)))
}

/** `5;n` of 256, or `2;r;g;b`. */
function readExtended(codes: readonly number[]): { readonly color?: AnsiColor; readonly used: number } {
  if (codes[0] === 5) return { color: ofIndex(codes[1] ?? 0), used: 2 }
  if (codes[0] === 2) return { color: nearest(codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0), used: 4 }
  return { used: 0 }
}

function ofIndex(index: number): AnsiColor {
  if (index < 16) return ANSI_COLORS[index % 8] ?? 'white'
  if (index >= 232) return index < 244 ? 'black' : 'white'
  const cube = index - 16
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40)
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6))
}

function nearest(red: number, green: number, blue: number): AnsiColor {
  const high = Math.max(red, green, blue)
  if (high - Math.min(red, green, blue) < 32) return high < 128 ? 'black' : 'white'
  const bit = (value: number, at: number): number => (value > high * 0.6 ? at : 0)
  return ANSI_COLORS[bit(red, 1) + bit(green, 2) + bit(blue, 4)] ?? 'white'
}
