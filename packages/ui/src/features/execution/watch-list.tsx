// Expressions that are watched: what each comes to at the moment, and at which events it changes. They are kept in the address.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useId, useMemo, useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { debugMessages as t } from './debug-messages.ts'
import classes from './debug-tab.module.css'
import { changeAt, joinChanges, neighbours, textOfValue, type Watched } from './watched.ts'

const EXPRESSIONS_MAX = 8
const PIECE = 1_000
const EVENTS_MAX = 5_000

export interface WatchListProps {
  readonly executionId: string
  readonly expressions: readonly string[]
  readonly seq: number
  readonly total: number
  readonly onChange: (expressions: readonly string[]) => void
  readonly onGo: (seq: number) => void
}

export function WatchList({ executionId, expressions, seq, total, onChange, onGo }: WatchListProps): ReactNode {
  const { watched, error, refetch, isPartial } = useWatched(executionId, expressions, total)
  const [text, setText] = useState('')
  const id = useId()
  const add = (): void => {
    const wanted = text.trim()
    if (wanted === '' || expressions.includes(wanted) || expressions.length >= EXPRESSIONS_MAX) return
    onChange([...expressions, wanted])
    setText('')
  }
  const isFull = expressions.length >= EXPRESSIONS_MAX
  const whyNot = isFull ? t('watchFull', { count: EXPRESSIONS_MAX }) : text.trim() === '' ? t('watchEmpty') : undefined
  return (
    <section className={classes['watch']} aria-label={t('watch')}>
      <h3>{t('watch')}</h3>
      {error && <ErrorCard title={t('watchFailed')} error={error} onRetry={refetch} />}
      <ul className={classes['watched']}>
        {expressions.map(expression => (
          <WatchLine
            key={expression}
            expression={expression}
            watched={watched.find(one => one.expression === expression)}
            seq={seq}
            onGo={onGo}
            onRemove={() => onChange(expressions.filter(other => other !== expression))}
          />
        ))}
      </ul>
      {isPartial && <p className={classes['muted']}>{t('watchPartial', { count: EVENTS_MAX })}</p>}
      <div className={classes['add']}>
        <label htmlFor={id} className="visually-hidden">
          {t('watchNew')}
        </label>
        <input
          id={id}
          className={classes['expression']}
          value={text}
          spellCheck={false}
          placeholder="{{ outputs.load.rows }}"
          onChange={event => setText(event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            add()
          }}
        />
        <ActButton size="compact-sm" why={whyNot} onClick={add}>
          {t('watchAdd')}
        </ActButton>
      </div>
    </section>
  )
}

interface WatchLineProps {
  readonly expression: string
  readonly watched: Watched | undefined
  readonly seq: number
  readonly onGo: (seq: number) => void
  readonly onRemove: () => void
}

function WatchLine({ expression, watched, seq, onGo, onRemove }: WatchLineProps): ReactNode {
  const now = watched && changeAt(watched.changes, seq)
  const { before, after } = neighbours(watched?.changes ?? [], seq)
  const isNew = now?.seq === seq && before !== undefined
  return (
    <li>
      <code className={classes['name']}>{expression}</code>
      <output
        className={now?.error === undefined ? classes['value'] : classes['refused']}
        aria-label={t('watchValue', { expression })}
        data-changed={isNew}
      >
        {now === undefined ? '…' : (now.error ?? textOfValue(now.value))}
      </output>
      <span className={classes['jumps']}>
        <Jump label={t('watchBefore', { expression })} icon="left" to={before?.seq} onGo={onGo} />
        <Jump label={t('watchAfter', { expression })} icon="right" to={after?.seq} onGo={onGo} />
        <button
          type="button"
          className={classes['step']}
          aria-label={t('watchRemove', { expression })}
          {...tip(t('watchRemove', { expression }))}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      </span>
    </li>
  )
}

interface JumpProps {
  readonly label: string
  readonly icon: 'left' | 'right'
  readonly to: number | undefined
  readonly onGo: (seq: number) => void
}

function Jump({ label, icon, to, onGo }: JumpProps): ReactNode {
  return (
    <button
      type="button"
      className={classes['step']}
      aria-label={label}
      {...tip(to === undefined ? t('watchNoMore') : label)}
      aria-disabled={to === undefined}
      onClick={() => {
        if (to !== undefined) onGo(to)
      }}
    >
      <Icon name={icon} />
    </button>
  )
}

interface WatchedState {
  readonly watched: readonly Watched[]
  readonly error: Error | null
  readonly isPartial: boolean
  refetch(): void
}

function useWatched(id: string, expressions: readonly string[], total: number): WatchedState {
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({
    queryKey: ['executions', id, 'watch', total, expressions],
    queryFn: ({ pageParam, signal }) =>
      api.executions.watch({
        params: { executionId: id },
        query: { from: pageParam, count: PIECE },
        body: { expressions: [...expressions] },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: last => (last.next === null || last.next >= EVENTS_MAX ? undefined : last.next),
    enabled: expressions.length > 0 && total > 0,
    placeholderData: before => before,
    staleTime: Infinity,
  })
  if (hasNextPage && !isFetching) void fetchNextPage()
  const watched = useMemo(() => joinChanges(data?.pages.map(page => page.expressions) ?? []), [data])
  return { watched, error, isPartial: total > EVENTS_MAX && expressions.length > 0, refetch: () => void refetch() }
}
