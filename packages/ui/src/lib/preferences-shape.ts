// The choices that there are. What was kept by another version, or written by hand, is read as far as it is understood.

export const CHOICES = {
  density: ['normal', 'compact'],
  zone: ['browser', 'utc'],
  landing: ['home', 'flows', 'executions'],
  letterKeys: ['on', 'off'],
  logLevel: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'],
  runIn: ['same', 'new'],
} as const

export type Preferences = { readonly [Name in keyof typeof CHOICES]: (typeof CHOICES)[Name][number] } & {
  /** The board that is shown on home; empty: home itself. */
  readonly homeBoard: string
}

export const DEFAULTS: Preferences = {
  density: 'normal',
  zone: 'browser',
  landing: 'home',
  letterKeys: 'on',
  logLevel: 'INFO',
  runIn: 'same',
  homeBoard: '',
}

export function readPreferences(text: string): Preferences {
  const given = parse(text)
  return {
    density: pick(CHOICES.density, given['density'], DEFAULTS.density),
    zone: pick(CHOICES.zone, given['zone'], DEFAULTS.zone),
    landing: pick(CHOICES.landing, given['landing'], DEFAULTS.landing),
    letterKeys: pick(CHOICES.letterKeys, given['letterKeys'], DEFAULTS.letterKeys),
    logLevel: pick(CHOICES.logLevel, given['logLevel'], DEFAULTS.logLevel),
    runIn: pick(CHOICES.runIn, given['runIn'], DEFAULTS.runIn),
    homeBoard: typeof given['homeBoard'] === 'string' ? given['homeBoard'].slice(0, 100) : '',
  }
}

function pick<Word extends string>(words: readonly Word[], given: unknown, usual: Word): Word {
  return words.find(word => word === given) ?? usual
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
  } catch {
    return {} // Written by hand, and not JSON: as if nothing had been kept.
  }
}
