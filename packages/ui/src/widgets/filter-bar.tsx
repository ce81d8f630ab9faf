// The filter of a list: chips that can be taken away, and one line of text that becomes chips. Both are the same state, which lives in the address.
// A chip that nobody understands turns red and says what was probably meant; the others filter all the same.
import {
  useEffect,
  useId,
  useRef,
  useState,
  type InputHTMLAttributes,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react'
import { useAction } from '../lib/actions.ts'
import { judgeFilter, type Filter, type FilterField } from '../lib/filters/filter.ts'
import { parseFilterText, printFilter, printFilterText } from '../lib/filters/filter-text.ts'
import { cx } from './class-names.ts'
import classes from './filter-bar.module.css'
import { Icon } from './icon.tsx'
import { suggestFilters, type Suggestion } from './suggest-filters.ts'
import { tip } from './tooltip.ts'
import { t } from './filter-bar-messages.ts'

export interface FilterBarProps {
  readonly fields: readonly FilterField[]
  readonly filters: readonly Filter[]
  readonly onChange: (filters: readonly Filter[]) => void
  /** Values of a field that begin so, for suggestions. */
  readonly valuesOf?: (field: FilterField, begin: string, signal: AbortSignal) => Promise<readonly Suggestion[]>
  /** On the right: views, columns. */
  readonly children?: ReactNode
  /** Shown while nothing is filtered. */
  readonly example?: string
}

export function FilterBar(props: FilterBarProps): ReactNode {
  const { fields, filters, onChange, children, example = 'state:failed ns:company.* start:-24h' } = props
  const listId = useId()
  const { input, text, at, suggestions, type, choose, edit, remove, leaveList, onKeyDown } = useFilterText(props)
  return (
    <div className={classes['bar']} role="search">
      <div className={classes['box']} onClick={() => input.current?.focus()}>
        <Icon name="filter" size={14} className={classes['icon']} />
        {filters.map((filter, index) => (
          <Chip
            key={`${printFilter(filter, fields)}-${index}`}
            filter={filter}
            fields={fields}
            onEdit={() => edit(filter, index)}
            onRemove={() => remove(index)}
          />
        ))}
        <input
          ref={input}
          className={classes['input']}
          type="text"
          {...comboOf({ listId, at, isOpen: suggestions.length > 0 })}
          placeholder={filters.length === 0 ? `Filter: ${example}` : ''}
          value={text}
          onChange={event => type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={leaveList}
        />
        {filters.length > 0 && <Clear onClick={() => onChange([])} />}
        <SuggestionList {...{ listId, suggestions, at }} onChoose={choose} />
      </div>
      {children}
    </div>
  )
}

interface FilterText {
  readonly input: RefObject<HTMLInputElement | null>
  readonly text: string
  /** Of the suggestions, the one that the arrows stand on. */
  readonly at: number
  readonly suggestions: readonly Suggestion[]
  type(text: string): void
  choose(suggestion: Suggestion): void
  edit(filter: Filter, index: number): void
  remove(index: number): void
  leaveList(): void
  onKeyDown(event: KeyboardEvent<HTMLInputElement>): void
}

/** The text that is being typed, and what the keys do with it. */
function useFilterText({ fields, filters, onChange, valuesOf }: FilterBarProps): FilterText {
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [at, setAt] = useState(-1)
  const suggestions = useSuggestions(text, fields, valuesOf)
  useAction({
    id: 'filter.focus',
    title: t('filter'),
    section: t('list'),
    keys: '/',
    run: () => input.current?.focus(),
  })
  const type = (more: string): void => {
    setText(more)
    setAt(-1)
  }
  const add = (more: string): void => {
    const parsed = parseFilterText(more, fields)
    type('')
    if (parsed.length > 0) onChange(merge(filters, parsed))
  }
  const choose = ({ text: chosen, isWhole }: Suggestion): void => {
    const kept = text.replace(/\S*$/, '')
    if (isWhole) add(kept + chosen)
    else setText(kept + chosen)
    setAt(-1)
    input.current?.focus()
  }
  const leave = (): void => (text === '' ? input.current?.blur() : setText(''))
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const chosen = suggestions[at]
    if (event.key === 'ArrowDown') setAt(Math.min(suggestions.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(-1, at - 1))
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) choose(chosen)
    else if (event.key === 'Enter') add(text)
    else if (event.key === 'Escape') leave()
    else if (event.key === 'Backspace' && text === '' && filters.length > 0) {
      setText(printFilterText(filters.slice(-1), fields))
      onChange(filters.slice(0, -1))
    } else return
    event.preventDefault()
  }
  const remove = (index: number): void => onChange(filters.filter((_, other) => other !== index))
  const edit = (filter: Filter, index: number): void => {
    setText(printFilter(filter, fields))
    remove(index)
    input.current?.focus()
  }
  return { input, text, at, suggestions, type, choose, edit, remove, leaveList: () => setAt(-1), onKeyDown }
}

interface Combo {
  readonly listId: string
  readonly at: number
  readonly isOpen: boolean
}

function comboOf({ listId, at, isOpen }: Combo): InputHTMLAttributes<HTMLInputElement> {
  return {
    role: 'combobox',
    'aria-label': t('filter'),
    'aria-expanded': isOpen,
    'aria-controls': listId,
    'aria-autocomplete': 'list',
    'aria-activedescendant': at < 0 ? undefined : `${listId}-${at}`,
    autoComplete: 'off',
    spellCheck: false,
  }
}

function Clear({ onClick }: { readonly onClick: () => void }): ReactNode {
  return (
    <button
      type="button"
      className={classes['clear']}
      aria-label={t('removeFilters')}
      {...tip(t('removeFilters'))}
      onClick={onClick}
    >
      <Icon name="close" size={14} />
    </button>
  )
}

interface ChipProps {
  readonly filter: Filter
  readonly fields: readonly FilterField[]
  readonly onEdit: () => void
  readonly onRemove: () => void
}

function Chip({ filter, fields, onEdit, onRemove }: ChipProps): ReactNode {
  const text = printFilter(filter, fields)
  const problem = judgeFilter(filter, fields)
  const hint =
    problem &&
    [problem.message, problem.suggestion && t('didYouMean', { word: problem.suggestion })].filter(Boolean).join(' ')
  return (
    <span className={cx(classes['chip'], problem && classes['wrong'])}>
      <button type="button" className={classes['edit']} onClick={onEdit} {...tip(hint ?? t('clickToEdit'))}>
        {problem && <Icon name="warning" size={12} />}
        {text}
        {hint !== undefined && <span className="visually-hidden">. {hint}</span>}
      </button>
      <button type="button" className={classes['remove']} aria-label={t('remove', { text })} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  )
}

interface SuggestionListProps {
  readonly listId: string
  readonly suggestions: readonly Suggestion[]
  readonly at: number
  readonly onChoose: (suggestion: Suggestion) => void
}

function SuggestionList({ listId, suggestions, at, onChoose }: SuggestionListProps): ReactNode {
  return (
    <ul
      id={listId}
      role="listbox"
      aria-label={t('suggestions')}
      className={classes['list']}
      hidden={suggestions.length === 0}
    >
      {suggestions.map((suggestion, index) => (
        <li
          key={suggestion.text}
          id={`${listId}-${index}`}
          role="option"
          aria-selected={index === at}
          className={cx(classes['option'], index === at && classes['chosen'])}
          onMouseDown={event => {
            event.preventDefault()
            onChoose(suggestion)
          }}
        >
          <span className={classes['name']}>{suggestion.text}</span>
          <span className={classes['hint']}>{suggestion.hint}</span>
        </li>
      ))}
    </ul>
  )
}

const WAIT_MS = 120

function useSuggestions(
  text: string,
  fields: readonly FilterField[],
  valuesOf: FilterBarProps['valuesOf'],
): readonly Suggestion[] {
  const word = /\S*$/.exec(text)?.[0] ?? ''
  const [found, setFound] = useState<readonly Suggestion[]>([])
  const ask = useRef(valuesOf)
  useEffect(() => {
    ask.current = valuesOf
  })
  useEffect(() => {
    if (word === '') {
      setFound([])
      return undefined
    }
    const controller = new AbortController()
    const { suggestions, field, begin } = suggestFilters(word, fields)
    setFound(suggestions)
    const timer = setTimeout(() => {
      if (!field || !ask.current) return
      ask.current(field, begin, controller.signal).then(
        values =>
          setFound(
            values.map(value => ({ ...value, text: `${word.slice(0, word.length - begin.length)}${value.text}` })),
          ),
        // A question that was given up, or values that nobody knows: the bar works without.
        () => undefined,
      )
    }, WAIT_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [word, fields])
  return found
}

/** A field that is asked for anew replaces the old question; text is added. */
function merge(before: readonly Filter[], more: readonly Filter[]): readonly Filter[] {
  const isSame = (a: Filter, b: Filter): boolean =>
    a.field === b.field && a.key === b.key && a.op === b.op && a.field !== 'q'
  return [...before.filter(filter => !more.some(other => isSame(filter, other))), ...more]
}
