// The look of the page as data: one file, from which the style sheet is made (tokens-css.ts) and whose contrasts are recomputed by a test.
export type Scheme = 'light' | 'dark'

export interface BaseColors {
  readonly page: string
  readonly surface: string
  /** Raised a little: rows under the pointer, code, wells. */
  readonly sunken: string
  readonly text: string
  readonly muted: string
  /** Around controls: seen without text, so 3:1. */
  readonly border: string
  /** Between rows and around cards: decoration. */
  readonly line: string
  readonly link: string
  readonly accent: string
  readonly accentHover: string
  readonly onAccent: string
  readonly accentTint: string
  readonly focus: string
}

export const BASE: Readonly<Record<Scheme, BaseColors>> = {
  light: {
    page: '#f7f8fa',
    surface: '#ffffff',
    sunken: '#f0f2f5',
    text: '#14181f',
    muted: '#515a69',
    border: '#7f899a',
    line: '#dfe3e9',
    link: '#0b57c2',
    accent: '#4338ca',
    accentHover: '#372dab',
    onAccent: '#ffffff',
    accentTint: '#eceafd',
    focus: '#1f6fe5',
  },
  dark: {
    page: '#0f1216',
    surface: '#16191f',
    sunken: '#1d2129',
    text: '#e7eaf0',
    muted: '#a4adbb',
    border: '#6b7686',
    line: '#2a303a',
    link: '#8fbdff',
    accent: '#a5a0ff',
    accentHover: '#bcb8ff',
    onAccent: '#14121f',
    accentTint: '#26244a',
    focus: '#8fbdff',
  },
}

export const STATE_GROUPS = [
  'success',
  'failed',
  'warning',
  'running',
  'waiting',
  'paused',
  'stopped',
  'skipped',
] as const

export type StateGroup = (typeof STATE_GROUPS)[number]

/** `fg` on `tint` is a badge; `solid` is a bar, a dot, an edge. */
export interface StateColors {
  readonly fg: string
  readonly tint: string
  readonly solid: string
}

export const STATES: Readonly<Record<Scheme, Readonly<Record<StateGroup, StateColors>>>> = {
  light: {
    success: { fg: '#0b6b3a', tint: '#e3f5ea', solid: '#16874a' },
    failed: { fg: '#a3161a', tint: '#fde8e8', solid: '#d42a2e' },
    warning: { fg: '#6f4d00', tint: '#fff3cf', solid: '#a87c00' },
    running: { fg: '#0b4fb3', tint: '#e4eefd', solid: '#1f6fe5' },
    waiting: { fg: '#465063', tint: '#eceff4', solid: '#6b778c' },
    paused: { fg: '#4c1d95', tint: '#efe8fc', solid: '#5b21b6' },
    stopped: { fg: '#701a45', tint: '#fbe6f1', solid: '#831843' },
    skipped: { fg: '#575b63', tint: '#f0f1f3', solid: '#868b95' },
  },
  dark: {
    success: { fg: '#6fdc9c', tint: '#12301f', solid: '#2fa868' },
    failed: { fg: '#ff9a96', tint: '#3b1618', solid: '#e5484d' },
    warning: { fg: '#f7d070', tint: '#33280b', solid: '#dcae2e' },
    running: { fg: '#8fbdff', tint: '#13284a', solid: '#3f86f0' },
    waiting: { fg: '#b6c0d0', tint: '#252b35', solid: '#7b8798' },
    paused: { fg: '#d3c1ff', tint: '#2a2047', solid: '#b79bff' },
    stopped: { fg: '#f9b4d8', tint: '#3a1830', solid: '#f08cc0' },
    skipped: { fg: '#a9aeb8', tint: '#22262d', solid: '#6b7079' },
  },
}

/** Of charts, beside the states. */
export const CHART: Readonly<Record<Scheme, readonly string[]>> = {
  light: ['#4338ca', '#0e7490', '#a21caf', '#b45309', '#4d7c0f', '#be123c'],
  dark: ['#a5a0ff', '#22d3ee', '#e879f9', '#fb923c', '#a3e635', '#fb7185'],
}

/** Pixels: size and line. */
export const TYPE = {
  caption: [12, 16],
  small: [13, 20],
  body: [14, 20],
  section: [16, 24],
  title: [20, 28],
  figure: [28, 36],
} as const

export const SPACE = [2, 4, 8, 12, 16, 24, 32, 48] as const

export const RADIUS = { badge: 4, control: 6, card: 8 } as const

export const FONT_UI = `'Inter Variable', 'Inter Fallback', system-ui, sans-serif`
export const FONT_CODE = `'JetBrains Mono Variable', ui-monospace, 'DejaVu Sans Mono', monospace`
