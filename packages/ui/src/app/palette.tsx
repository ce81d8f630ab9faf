// One box for everything: what can be done now, made from the register of actions, what was looked at last, and whatever has a name. The first letter
// narrows it: `>` commands, `@` namespaces, `#` labels, `:` tasks of the open flow, `=` an expression, `?` help.
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { Chooser } from '../lib/actions.ts'
import { cx } from '../widgets/class-names.ts'
import { Dialog } from '../widgets/dialog.tsx'
import { Icon } from '../widgets/icon.tsx'
import { Kbd } from '../widgets/kbd.tsx'
import { late } from './late-messages.ts'
import { t } from './messages.ts'
import classes from './palette.module.css'
import type { Entry } from './palette-entry.ts'
import { PREFIXES, type PaletteMode } from './palette-mode.ts'
import { useEntries } from './use-entries.ts'

/** Of a question that was asked on. */
interface Step {
  readonly title: string
  readonly chooser: Chooser
}

export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { text, type, step, leaveStep, entries, status, at, run, onKeyDown, listRef } = usePalette(onClose)
  const listId = useId()
  return (
    <Dialog kind="box" title={t('searchAction')} onClose={onClose}>
      <div className={classes['ask']}>
        {step ? (
          <button type="button" className={classes['step']} onClick={leaveStep}>
            {step.title}
            <span className="visually-hidden">, {late('back')}</span>
            <Icon name="right" size={12} />
          </button>
        ) : (
          <Icon name="search" size={18} />
        )}
        <input
          data-autofocus=""
          className={classes['input']}
          role="combobox"
          aria-label={step ? step.chooser.hint : t('searchAction')}
          aria-expanded={entries.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={entries[at] ? `${listId}-${at}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={step ? step.chooser.hint : late('searchHint')}
          value={text}
          onChange={event => type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {text === '' && !step && <Prefixes onChoose={type} />}
      <ul ref={listRef} id={listId} role="listbox" aria-label={t('searchAction')} className={classes['list']}>
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
      <p className={classes['none']} role="status">
        {status}
      </p>
    </Dialog>
  )
}

interface PaletteState {
  readonly text: string
  type(text: string): void
  readonly step: Step | undefined
  leaveStep(): void
  readonly entries: readonly Entry[]
  readonly status: string | undefined
  readonly at: number
  run(entry: Entry | undefined): void
  onKeyDown(event: KeyboardEvent): void
  readonly listRef: { current: HTMLUListElement | null }
}

function usePalette(onClose: () => void): PaletteState {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [step, setStep] = useState<Step | undefined>(undefined)
  const listRef = useRef<HTMLUListElement>(null)
  const { entries, status } = useEntries(text, step?.chooser)
  const type = (next: string): void => {
    setText(next)
    setAt(0)
    listRef.current?.scrollTo({ top: 0 })
  }
  const ask = (next: Step | undefined): void => {
    setStep(next)
    type('')
  }
  const run = (entry: Entry | undefined): void => {
    if (!entry || entry.why !== undefined) return
    if (entry.choose) return ask({ title: entry.title, chooser: entry.choose })
    onClose()
    entry.run()
  }
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(entries.length - 1, to))
    setAt(next)
    listRef.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') go(at + 1)
    else if (event.key === 'ArrowUp') go(at - 1)
    else if (event.key === 'PageDown') go(at + PAGE)
    else if (event.key === 'PageUp') go(at - PAGE)
    else if (event.key === 'Enter') run(entries[at])
    else if (step && text === '' && (event.key === 'Backspace' || event.key === 'Escape')) ask(undefined)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return { text, type, step, leaveStep: () => ask(undefined), entries, status, at, run, onKeyDown, listRef }
}

const PAGE = 8

function Prefixes({ onChoose }: { readonly onChoose: (prefix: string) => void }): ReactNode {
  return (
    <p className={classes['prefixes']}>
      <span>{late('searchPrefixes')}</span>
      {PREFIXES.map(([prefix, mode]) => (
        <button
          key={prefix}
          type="button"
          className={classes['prefix']}
          onClick={event => {
            onChoose(prefix)
            event.currentTarget.closest('dialog')?.querySelector('input')?.focus()
          }}
        >
          <kbd>{prefix}</kbd> {late(wordOf(mode))}
        </button>
      ))}
    </p>
  )
}

function wordOf(mode: PaletteMode): `mode_${Exclude<PaletteMode, 'all'>}` {
  return mode === 'all' ? 'mode_actions' : `mode_${mode}`
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
        {(why ?? hint) !== undefined && <span className={classes['hint']}> {why ?? hint}</span>}
      </span>
      {isFirst && <span className={classes['section']}>{section}</span>}
      {keys !== undefined && <Kbd keys={keys} />}
    </li>
  )
}
