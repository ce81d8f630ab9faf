// Mantine, dressed in our tokens. It writes no style elements: the policy of the page forbids them, and the sheet of tokens has all its names.
import {
  createTheme,
  defaultVariantColorsResolver,
  MantineProvider,
  type MantineColorSchemeManager,
  type VariantColorsResolver,
} from '@mantine/core'
import type { ReactNode } from 'react'
import { getScheme, setTheme, useScheme } from '../lib/theme.ts'

const TEN = Array.from({ length: 10 }, (_, index) => `var(--mantine-color-accent-${index})`)
const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', i = '', j = ''] = TEN

/** On a filled ground the text has the colour that goes with the ground, which in the dark is not white. */
const variantColors: VariantColorsResolver = input => {
  const colors = defaultVariantColorsResolver(input)
  if (input.variant !== 'filled') return colors
  return { ...colors, color: `var(--mantine-color-${input.color ?? 'accent'}-contrast)` }
}

const theme = createTheme({
  variantColorResolver: variantColors,
  primaryColor: 'accent',
  colors: { accent: [a, b, c, d, e, f, g, h, i, j] },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm', variant: 'default' } },
    ActionIcon: { defaultProps: { size: 32, variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Checkbox: { defaultProps: { size: 'sm' } },
  },
})

/** The page decides about its colours (lib/theme.ts); Mantine only hears of it. */
const manager: MantineColorSchemeManager = {
  get: () => getScheme(),
  set: value => setTheme(value === 'auto' ? 'system' : value),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => setTheme('system'),
}

export function Look({ children }: { readonly children: ReactNode }): ReactNode {
  const scheme = useScheme()
  return (
    <MantineProvider
      theme={theme}
      forceColorScheme={scheme}
      colorSchemeManager={manager}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  )
}
