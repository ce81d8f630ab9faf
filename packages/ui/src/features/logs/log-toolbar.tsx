import { Button, NativeSelect, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useAction } from '../../lib/actions.ts'
import { formatNumber } from '../../lib/messages.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { tip } from '../../widgets/tooltip.ts'
import classes from './log-toolbar.module.css'
import { t } from './messages.ts'
import { downloadUrl, type Hits, type Level, type LogFilter, type LogIndex } from './use-log.ts'

interface Patch {
  readonly level?: '' | Level
  readonly task?: string | undefined
  readonly attempt?: number | undefined
  readonly q?: string | undefined
  readonly only?: boolean
  readonly line?: number | undefined
}

export interface LogToolbarProps {
  readonly executionId: string
  readonly index: LogIndex | undefined
  readonly filter: LogFilter
  readonly q: string
  readonly hits: Hits
  /** Of the hits, the one that the address means. */
  readonly at: number
  /** Lines that the filter keeps. */
  readonly shown: number | undefined
  readonly isOnlyHits: boolean
  readonly isFollowing: boolean
  readonly isWrapped: boolean
  /** Instead of the choice of a task. */
  readonly scope: ReactNode
  /** At the end. */
  readonly tools: ReactNode
  onSearch(patch: Patch): void
  onJump(step: 1 | -1): void
  onFollow(isFollowing: boolean): void
  onWrap(): void
  onCopy(form: 'text' | 'markdown'): void
}

export const LEVELS: readonly Level[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']

export function LogToolbar(props: LogToolbarProps): ReactNode {
  const { index, filter, shown, isFollowing, isWrapped, scope, tools, onSearch, onFollow, onWrap } = props
  return (
    <div className={classes['bar']} role="toolbar" aria-label={t('toolbar')}>
      <NativeSelect
        aria-label={t('level')}
        size="xs"
        className={classes['choice']}
        value={filter.level ?? ''}
        data={[
          { value: '', label: t('allLevels') },
          ...LEVELS.map(level => ({ value: level, label: t('atLeast', { level: level.toLowerCase() }) })),
        ]}
        onChange={event => onSearch({ level: LEVELS.find(level => level === event.currentTarget.value) ?? '' })}
      />
      {scope ?? <TaskChoice {...{ index, filter, onSearch }} />}
      <Find {...props} />
      <span className={classes['count']}>{countText(index, shown)}</span>
      <Toggle isOn={isFollowing} title={t('follow')} onClick={() => onFollow(!isFollowing)} />
      <Toggle isOn={isWrapped} title={t('wrap')} keys="w" onClick={onWrap} />
      <More {...props} />
      {tools}
    </div>
  )
}

/** The task, and of one that was tried several times the attempt. */
function TaskChoice({ index, filter, onSearch }: Pick<LogToolbarProps, 'index' | 'filter' | 'onSearch'>): ReactNode {
  const attempts = attemptsOf(index, filter.task)
  return (
    <>
      <NativeSelect
        aria-label={t('task')}
        size="xs"
        className={cx(classes['choice'], classes['task'])}
        value={filter.task ?? ''}
        data={[{ value: '', label: t('allTasks') }, ...tasksOf(index)]}
        onChange={event => {
          const task = event.currentTarget.value
          onSearch({ task: task === '' ? undefined : task, attempt: undefined })
        }}
      />
      {(attempts.length > 1 || filter.attempt !== undefined) && (
        <NativeSelect
          aria-label={t('attempt')}
          size="xs"
          className={classes['choice']}
          value={filter.attempt === undefined ? '' : String(filter.attempt)}
          data={[
            { value: '', label: t('allAttempts') },
            ...attempts.map(attempt => ({ value: String(attempt), label: t('attemptOf', { attempt: attempt + 1 }) })),
          ]}
          onChange={event => {
            const text = event.currentTarget.value
            onSearch({ attempt: text === '' ? undefined : Number(text) })
          }}
        />
      )}
    </>
  )
}

/** Most keys of one word come sooner; what is looked for meanwhile is given up with the next. */
const WAIT_MS = 100

function Find({ q, hits, at, isOnlyHits, onSearch, onJump }: LogToolbarProps): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(q)
  useAction({ id: 'logs.find', title: t('find'), section: t('section'), keys: '/', run: () => input.current?.focus() })
  useEffect(() => {
    if (text === q) return undefined
    const timer = setTimeout(
      () => onSearch({ q: text === '' ? undefined : text, ...(text === '' ? { only: false } : {}) }),
      WAIT_MS,
    )
    return () => clearTimeout(timer)
  }, [text, q, onSearch])
  return (
    <div className={classes['find']} role="search">
      <TextInput
        ref={input}
        aria-label={t('find')}
        placeholder={t('find')}
        size="xs"
        leftSection={<Icon name="search" size={14} />}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={event => setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') onJump(event.shiftKey ? -1 : 1)
          else if (event.key === 'Escape') {
            setText('')
            input.current?.blur()
          } else return
          event.preventDefault()
        }}
      />
      {q !== '' && (
        <>
          <span className={classes['hits']} role="status">
            {hitText(hits, at)}
          </span>
          <Step title={t('previousHit')} icon="up" keys="shift+n" onClick={() => onJump(-1)} />
          <Step title={t('nextHit')} icon="down" keys="n" onClick={() => onJump(1)} />
          <Toggle isOn={isOnlyHits} title={t('onlyHits')} onClick={() => onSearch({ only: !isOnlyHits })} />
        </>
      )}
    </div>
  )
}

interface StepProps {
  readonly title: string
  readonly icon: 'up' | 'down'
  readonly keys: string
  onClick(): void
}

function Step({ title, icon, keys, onClick }: StepProps): ReactNode {
  return (
    <button type="button" className={classes['step']} aria-label={title} onClick={onClick} {...tip(title, keys)}>
      <Icon name={icon} size={14} />
    </button>
  )
}

interface ToggleProps {
  readonly isOn: boolean
  readonly title: string
  readonly keys?: string
  onClick(): void
}

function Toggle({ isOn, title, keys, onClick }: ToggleProps): ReactNode {
  return (
    <Button
      size="compact-sm"
      variant={isOn ? 'light' : 'subtle'}
      color={isOn ? 'accent' : 'gray'}
      aria-pressed={isOn}
      onClick={onClick}
      {...tip(title, keys)}
    >
      {title}
    </Button>
  )
}

function More({ executionId, filter, onCopy }: LogToolbarProps): ReactNode {
  const isFiltered = Object.keys(filter).length > 0
  const save = (wanted: LogFilter): void => {
    const link = document.createElement('a')
    link.href = downloadUrl(executionId, wanted)
    link.download = ''
    link.click()
  }
  return (
    <Menu
      label={t('more')}
      align="end"
      className={classes['more']}
      button={<Icon name="download" />}
      groups={[
        {
          items: [
            { id: 'all', title: t('downloadAll'), icon: 'download', run: () => save({}) },
            ...(isFiltered
              ? [{ id: 'some', title: t('downloadFiltered'), icon: 'filter' as const, run: () => save(filter) }]
              : []),
          ],
        },
        {
          items: [
            { id: 'copy', title: t('copyShown'), icon: 'copy', run: () => onCopy('text') },
            { id: 'markdown', title: t('copyMarkdown'), icon: 'copy', run: () => onCopy('markdown') },
          ],
        },
      ]}
    />
  )
}

function hitText({ lines, isMore, isPending }: Hits, at: number): string {
  if (lines.length === 0) return isPending ? '…' : t('noHits')
  const count = isMore ? t('moreHits', { count: lines.length }) : formatNumber(lines.length)
  return at < 0 ? (isMore ? count : t('hits', { count: lines.length })) : t('hitOf', { at: at + 1, count })
}

function countText(index: LogIndex | undefined, shown: number | undefined): string {
  if (!index || shown === undefined) return ''
  return shown === index.lines
    ? t('lines', { count: index.lines })
    : t('linesOf', { shown: formatNumber(shown), count: formatNumber(index.lines) })
}

function tasksOf(index: LogIndex | undefined): readonly { readonly value: string; readonly label: string }[] {
  const counts = new Map<string, number>()
  for (const { taskId, lines } of index?.tasks ?? []) {
    if (taskId !== undefined) counts.set(taskId, (counts.get(taskId) ?? 0) + lines)
  }
  return [...counts].map(([task, count]) => ({ value: task, label: t('taskLines', { task, count }) }))
}

function attemptsOf(index: LogIndex | undefined, task: string | undefined): readonly number[] {
  const found = (index?.tasks ?? []).filter(({ taskId }) => task === undefined || taskId === task)
  return [...new Set(found.map(({ attempt }) => attempt))].sort((one, other) => one - other)
}
