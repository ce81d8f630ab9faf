// Makes the style sheet of the tokens: our own names first, then the names that Mantine's components ask for, as far as they do. The page never
// writes a style element itself, so that its policy can forbid them.
import { BASE, CHART, FONT_CODE, FONT_UI, RADIUS, SPACE, STATES, TYPE, type Scheme } from './tokens.ts'

type Declarations = readonly (readonly [name: string, value: string])[]

const GRAYS: Readonly<Record<Scheme, readonly string[]>> = {
  light: ['#f7f8fa', '#f0f2f5', '#e6e9ee', '#dfe3e9', '#c3cad4', '#a4adbb', '#7f899a', '#515a69', '#343b47', '#14181f'],
  // Mantine counts its dark scale from text to ground.
  dark: ['#e7eaf0', '#c9ceda', '#a4adbb', '#6b7686', '#3a414d', '#2a303a', '#1d2129', '#16191f', '#121519', '#0f1216'],
}

export function tokensCss(): string {
  const root = rule(':root', [
    ...layout(),
    ...mantineLayout(),
    ...scale('gray', GRAYS.light),
    ...scale('dark', GRAYS.dark),
  ])
  const light = rule(`:root, :root[data-mantine-color-scheme='light']`, [...colors('light'), ...mantineColors('light')])
  const dark = rule(`:root[data-mantine-color-scheme='dark']`, [...colors('dark'), ...mantineColors('dark')])
  return [root, light, dark].join('\n')
}

function layout(): Declarations {
  return [
    ...Object.entries(TYPE).flatMap(([name, [size, line]]): Declarations => [
      [`--text-${name}`, `${size / 16}rem`],
      [`--line-${name}`, `${line / 16}rem`],
    ]),
    ...SPACE.map(px => [`--space-${px}`, `${px}px`] as const),
    ...Object.entries(RADIUS).map(([name, px]) => [`--radius-${name}`, `${px}px`] as const),
    ['--font-ui', FONT_UI],
    ['--font-code', FONT_CODE],
    ['--control', '32px'],
    ['--control-compact', '28px'],
    ['--motion-in', '180ms'],
    ['--motion-out', '120ms'],
  ]
}

function colors(scheme: Scheme): Declarations {
  const { page, surface, sunken, text, muted, border, line, link, accent, accentHover, onAccent, accentTint, focus } =
    BASE[scheme]
  return [
    ['color-scheme', scheme],
    ['--page', page],
    ['--surface', surface],
    ['--sunken', sunken],
    ['--text', text],
    ['--muted', muted],
    ['--border', border],
    ['--line', line],
    ['--link', link],
    ['--accent', accent],
    ['--accent-hover', accentHover],
    ['--on-accent', onAccent],
    ['--accent-tint', accentTint],
    ['--focus', focus],
    ['--shadow', scheme === 'light' ? '0 8px 28px rgb(20 24 31 / 18%)' : '0 8px 28px rgb(0 0 0 / 60%)'],
    ['--backdrop', scheme === 'light' ? 'rgb(20 24 31 / 40%)' : 'rgb(0 0 0 / 60%)'],
    ...Object.entries(STATES[scheme]).flatMap(([group, { fg, tint, solid }]): Declarations => [
      [`--${group}-fg`, fg],
      [`--${group}-tint`, tint],
      [`--${group}-solid`, solid],
    ]),
    ...CHART[scheme].map((color, index) => [`--chart-${index + 1}`, color] as const),
  ]
}

function mantineLayout(): Declarations {
  return [
    ['--mantine-z-index-app', '100'],
    ['--mantine-z-index-modal', '200'],
    ['--mantine-z-index-popover', '300'],
    ['--mantine-z-index-overlay', '400'],
    ['--mantine-z-index-max', '9999'],
    ['--mantine-scale', '1'],
    ['--mantine-cursor-type', 'pointer'],
    ['--mantine-line-height', '1.43'],
    ['--mantine-font-family', FONT_UI],
    ['--mantine-font-family-headings', FONT_UI],
    ['--mantine-font-family-monospace', FONT_CODE],
    ['--mantine-radius-default', `${RADIUS.control}px`],
    ...sized('--mantine-font-size', [12, 13, 14, 16, 20]),
    ...sized('--mantine-line-height', [16, 20, 20, 24, 28]),
    ...sized('--mantine-spacing', [4, 8, 12, 16, 24]),
    ...sized('--mantine-radius', [4, 4, 6, 8, 12]),
    ...sized('--mantine-breakpoint', [480, 768, 1024, 1200, 1440]),
    ...['xs', 'sm', 'md', 'lg', 'xl'].map(size => [`--mantine-shadow-${size}`, 'var(--shadow)'] as const),
    ['--mantine-primary-color-contrast', 'var(--on-accent)'],
    ...['filled', 'filled-hover', 'light', 'light-hover', 'light-color', 'outline', 'outline-hover'].map(
      kind => [`--mantine-primary-color-${kind}`, `var(--mantine-color-accent-${kind})`] as const,
    ),
  ]
}

function sized(name: string, px: readonly number[]): Declarations {
  return ['xs', 'sm', 'md', 'lg', 'xl'].map(
    (size, index) => [`${name}-${size}`, `${(px[index] ?? 0) / 16}rem`] as const,
  )
}

function scale(name: string, steps: readonly string[]): Declarations {
  return steps.map((color, index) => [`--mantine-color-${name}-${index}`, color] as const)
}

function mantineColors(scheme: Scheme): Declarations {
  return [
    ['--mantine-color-scheme', scheme],
    ['--mantine-color-white', '#ffffff'],
    ['--mantine-color-black', '#14181f'],
    ['--mantine-color-body', 'var(--surface)'],
    ['--mantine-color-text', 'var(--text)'],
    ['--mantine-color-bright', 'var(--text)'],
    ['--mantine-color-dimmed', 'var(--muted)'],
    ['--mantine-color-placeholder', 'var(--muted)'],
    ['--mantine-color-anchor', 'var(--link)'],
    ['--mantine-color-error', 'var(--failed-fg)'],
    ['--mantine-color-success', 'var(--success-fg)'],
    ['--mantine-color-default', 'var(--surface)'],
    ['--mantine-color-default-hover', 'var(--sunken)'],
    ['--mantine-color-default-color', 'var(--text)'],
    ['--mantine-color-default-border', 'var(--border)'],
    ['--mantine-color-disabled', 'var(--sunken)'],
    ['--mantine-color-disabled-color', 'var(--muted)'],
    ['--mantine-color-disabled-border', 'var(--line)'],
    ...variants('accent', { solid: '--accent', hover: '--accent-hover', tint: '--accent-tint', on: '--on-accent' }),
    ...variants('red', { solid: '--failed-solid', hover: '--failed-fg', tint: '--failed-tint', on: '--surface' }),
    ...variants('gray', { solid: '--muted', hover: '--text', tint: '--sunken', on: '--surface' }),
    ['--mantine-color-red-light-color', 'var(--failed-fg)'],
    ['--mantine-color-red-text', 'var(--failed-fg)'],
    ['--mantine-color-gray-light-color', 'var(--text)'],
    ['--mantine-color-gray-text', 'var(--text)'],
  ]
}

interface Variants {
  readonly solid: string
  readonly hover: string
  readonly tint: string
  readonly on: string
}

function variants(name: string, { solid, hover, tint, on }: Variants): Declarations {
  const prefix = `--mantine-color-${name}`
  return [
    ...Array.from(
      { length: 10 },
      (_, index) => [`${prefix}-${index}`, `var(${index < 3 ? tint : solid})`] as const,
    ).filter(() => name !== 'gray'),
    [`${prefix}-filled`, `var(${solid})`],
    [`${prefix}-filled-hover`, `var(${hover})`],
    [`${prefix}-contrast`, `var(${on})`],
    [`${prefix}-light`, `var(${tint})`],
    [`${prefix}-light-hover`, `var(${tint})`],
    [`${prefix}-light-color`, `var(${solid})`],
    [`${prefix}-outline`, `var(${solid})`],
    [`${prefix}-outline-hover`, `var(${tint})`],
    [`${prefix}-text`, `var(${solid})`],
  ]
}

function rule(selector: string, declarations: Declarations): string {
  return `${selector} {\n${declarations.map(([name, value]) => `  ${name}: ${value};`).join('\n')}\n}`
}
