// One box for everything: what can be done now, made from the register of actions, then flows, executions and namespaces. `>` asks for actions only.
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { runAction, useAllActions, type Action } from '../lib/actions.ts'
import { useGo } from '../lib/link.tsx'
import { rankActions } from '../lib/rank-actions.ts'
import { cx } from '../widgets/class-names.ts'
import { Dialog } from '../widgets/dialog.tsx'
import { Icon, type IconName } from '../widgets/icon.tsx'
import { Kbd } from '../widgets/kbd.tsx'
import { t } from './messages.ts'
import classes from './palette.module.css'
import { useFound } from './use-found.ts'

const ACTIONS_MAX = 40

interface Entry {
  readonly id: string
  readonly title: string
  readonly hint?: string | undefined
  readonly section: string
  readonly icon?: IconName
  readonly keys?: string | undefined
  readonly why?: string | undefined
  run(): void
}

export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const list = useRef<HTMLUListElement>(null)
  const entries = useEntries(text)
  const run = (entry: Entry | undefined): void => {
    if (!entry || entry.why !== undefined) return
    onClose()
    entry.run()
  }
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(entries.length - 1, to))
    setAt(next)
    list.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') go(at + 1)
    else if (event.key === 'ArrowUp') go(at - 1)
    else if (event.key === 'Enter') run(entries[at])
    else return
    event.preventDefault()
  }
  return (
    <Dialog kind="box" title={t('searchAction')} onClose={onClose}>
      <div className={classes['ask']}>
        <Icon name="search" size={18} />
        <input
          data-autofocus=""
          className={classes['input']}
          role="combobox"
          aria-label={t('searchAction')}
          aria-expanded={entries.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={entries[at] ? `${listId}-${at}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={t('searchHint')}
          value={text}
          onChange={event => {
            setText(event.currentTarget.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul ref={list} id={listId} role="listbox" aria-label={t('searchAction')} className={classes['list']}>
        {entries.map((entry, index) => (
          <Option
            key={entry.id}
            id={`${listId}-${index}`}
            entry={entry}
            isFirst={entries[index - 1]?.section !== entry.section}
            isChosen={index === at}
            onRun={() => run(entry)}
          />
        ))}
      </ul>
      {entries.length === 0 && <p className={classes['none']}>{t('searchNone')}</p>}
    </Dialog>
  )
}

interface OptionProps {
  readonly id: string
  readonly entry: Entry
  /** Of its section, whose name then stands beside it. */
  readonly isFirst: boolean
  readonly isChosen: boolean
  readonly onRun: () => void
}

function Option({ id, entry, isFirst, isChosen, onRun }: OptionProps): ReactNode {
  const { title, hint, section, icon, keys, why } = entry
  return (
    <li
      id={id}
      role="option"
      aria-selected={isChosen}
      aria-disabled={why !== undefined}
      className={cx(classes['option'], isChosen && classes['chosen'])}
      onClick={onRun}
    >
      <span className={classes['icon']}>{icon && <Icon name={icon} />}</span>
      <span className={classes['title']}>
        {title}
        {(why ?? hint) !== undefined && <span className={classes['hint']}>{why ?? hint}</span>}
      </span>
      {isFirst && <span className={classes['section']}>{section}</span>}
      {keys !== undefined && <Kbd keys={keys} />}
    </li>
  )
}

function useEntries(text: string): readonly Entry[] {
  const actions = useAllActions()
  const found = useFound(text)
  const go = useGo()
  return useMemo(() => {
    const wanted = text.replace(/^>/, '')
    const ranked = rankActions(
      actions.filter(({ id }) => id !== 'search'),
      wanted,
    )
    const ordered = wanted.trim() === '' ? bySection(ranked) : ranked
    return [
      ...ordered.slice(0, ACTIONS_MAX).map(entryOfAction),
      ...found.map((item): Entry => ({ ...item, run: () => go(item.to) })),
    ]
  }, [actions, found, text, go])
}

function entryOfAction(action: Action): Entry {
  const { id, title, section, keys, why } = action
  return { id: `action ${id}`, title, section, icon: 'right', keys, why, run: () => runAction(id) }
}

/** Actions of the page first: they were registered last. */
function bySection(actions: readonly Action[]): readonly Action[] {
  return [...Map.groupBy(actions, ({ section }) => section).values()].flat()
}
