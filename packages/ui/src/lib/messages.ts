// Texts of the page. Each feature brings its own catalogue, in English, beside its code; other languages replace texts by the name of the
// catalogue when they are loaded. `t('selected', { count: 2 })` knows its keys and chooses the plural by Intl.

/** One text, or one for each plural category that English has. */
export type Message = string | { readonly one: string; readonly other: string }

export type Texts = Readonly<Record<string, Message>>

export type Words = Readonly<Record<string, string | number>>

export type Translate<Catalogue extends Texts> = (key: keyof Catalogue & string, words?: Words) => string

const translations = new Map<string, Texts>()
let language = 'en'
let word = (text: string): string => text
let plural = new Intl.PluralRules(language)
let number = new Intl.NumberFormat(language)

export function defineMessages<const Catalogue extends Texts>(name: string, english: Catalogue): Translate<Catalogue> {
  return (key, words = {}) => fill(translations.get(name)?.[key] ?? english[key] ?? key, words)
}

/** From now on texts are in this language, as far as they are translated. */
export function setLanguage(tag: string, catalogues: Readonly<Record<string, Texts>>): void {
  language = tag
  plural = new Intl.PluralRules(tag)
  number = new Intl.NumberFormat(tag)
  translations.clear()
  for (const [name, texts] of Object.entries(catalogues)) translations.set(name, texts)
}

/** All texts go through it before their words are filled in. */
export function setWording(wording: (text: string) => string): void {
  word = wording
}

export function getLanguage(): string {
  return language
}

export function formatNumber(value: number): string {
  return number.format(value)
}

function fill(message: Message, words: Words): string {
  const text =
    typeof message === 'string'
      ? message
      : plural.select(Number(words['count'] ?? 0)) === 'one'
        ? message.one
        : message.other
  return word(text).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const given = words[name]
    return given === undefined ? whole : typeof given === 'number' ? number.format(given) : given
  })
}
