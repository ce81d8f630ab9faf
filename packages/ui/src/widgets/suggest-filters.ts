// What could be meant by the word that is being typed: names of fields first, then their values.
import { fieldOf, type FilterField } from '../lib/filters/filter.ts'

export interface Suggestion {
  readonly text: string
  readonly hint?: string
  /** Nothing is missing: choosing it filters. */
  readonly isWhole?: boolean
}

export interface Suggestions {
  readonly suggestions: readonly Suggestion[]
  /** Whose values the server may know, and how they begin. */
  readonly field?: FilterField
  readonly begin: string
}

const SHOWN_MAX = 12
const MOMENTS = ['-1h', '-24h', '-7d', '-30d', 'today', 'yesterday', 'monday']
const LENGTHS = ['>10s', '>1m', '>5m', '>1h', '<1s']

export function suggestFilters(word: string, fields: readonly FilterField[]): Suggestions {
  const minus = word.startsWith('-') ? '-' : ''
  const bare = word.slice(minus.length)
  const colon = bare.indexOf(':')
  if (colon < 0) return { suggestions: namesOf(bare, minus, fields), begin: '' }
  const field = fieldOf(bare.slice(0, colon).split('.')[0] ?? '', fields)
  if (!field) return { suggestions: [], begin: '' }
  const typed = bare.slice(colon + 1)
  const begin = typed.slice(typed.lastIndexOf(',') + 1)
  const before = word.slice(0, word.length - begin.length)
  const values = valuesOf(field).filter(value => value.startsWith(begin.toLowerCase()) && value !== begin)
  const suggestions = values.slice(0, SHOWN_MAX).map(value => ({ text: before + value, isWhole: true }))
  return field.values === undefined && field.type !== 'date' && field.type !== 'duration'
    ? { suggestions, field, begin }
    : { suggestions, begin }
}

function namesOf(begin: string, minus: string, fields: readonly FilterField[]): readonly Suggestion[] {
  const wanted = begin.toLowerCase()
  return fields
    .filter(({ name, param, label }) => [name, param, label].some(text => text.toLowerCase().startsWith(wanted)))
    .slice(0, SHOWN_MAX)
    .map(({ name, type, label }) => ({ text: `${minus}${name}${type === 'map' ? '.' : ':'}`, hint: label }))
}

function valuesOf(field: FilterField): readonly string[] {
  if (field.values) return field.values.map(value => value.toLowerCase())
  if (field.type === 'date') return MOMENTS
  return field.type === 'duration' ? LENGTHS : []
}
