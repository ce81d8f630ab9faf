export const WORDS: Readonly<Record<'en' | 'fr', string>> = { en: 'Hello', fr: 'Bonjour' }
