// What happened beside the page: bulk jobs with their progress, what can be undone, failures of own flows. Features add their notes here.
import { useId, useRef, useSyncExternalStore, type ReactNode } from 'react'
import { Timestamp } from '../widgets/timestamp.tsx'
import { Icon } from '../widgets/icon.tsx'
import { placeElement } from '../widgets/place-floating.ts'
import { tip } from '../widgets/tooltip.ts'
import classes from './bell.module.css'
import { t } from './messages.ts'

export interface Note {
  readonly id: string
  readonly text: string
  readonly atMs: number
  /** 0 to 1 while it goes on. */
  readonly progress?: number
  /** Below the text. */
  readonly detail?: string
  readonly actions?: readonly { readonly title: string; run(): void }[]
}

const NOTES_MAX = 50
let notes: readonly Note[] = []
let unseen = 0
const listeners = new Set<() => void>()

/** Adds a note, or replaces the one of the same id. */
export function setNote(note: Note): void {
  const isKnown = notes.some(({ id }) => id === note.id)
  notes = isKnown ? notes.map(other => (other.id === note.id ? note : other)) : [note, ...notes].slice(0, NOTES_MAX)
  if (!isKnown) unseen += 1
  tell()
}

export function dropNote(id: string): void {
  notes = notes.filter(note => note.id !== id)
  tell()
}

export function Bell(): ReactNode {
  const id = useId()
  const anchor = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const shown = useSyncExternalStore(subscribe, () => notes)
  const count = useSyncExternalStore(subscribe, () => unseen)
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={classes['bell']}
        popoverTarget={id}
        aria-label={count > 0 ? `${t('notifications')}: ${count}` : t('notifications')}
        {...tip(t('notifications'))}
      >
        <Icon name="bell" size={18} />
        {count > 0 && (
          <span className={classes['count']} aria-hidden="true">
            {count}
          </span>
        )}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        className={classes['list']}
        role="dialog"
        aria-label={t('notifications')}
        onToggle={event => {
          if (event.newState !== 'open' || !anchor.current || !list.current) return
          placeElement(list.current, anchor.current, 'end')
          unseen = 0
          tell()
        }}
      >
        <h2 className={classes['title']}>{t('notifications')}</h2>
        {shown.length === 0 && <p className={classes['none']}>{t('noNotifications')}</p>}
        {shown.map(note => (
          <div key={note.id} className={classes['note']}>
            <span>{note.text}</span>
            {note.detail !== undefined && <span className={classes['detail']}>{note.detail}</span>}
            {note.progress !== undefined && <progress max={1} value={note.progress} aria-label={note.text} />}
            <span className={classes['when']}>
              <Timestamp atMs={note.atMs} isRelative />
              <span className={classes['actions']}>
                {note.actions?.map(({ title, run }) => (
                  <button
                    key={title}
                    type="button"
                    className={classes['action']}
                    aria-label={`${title}: ${note.text}`}
                    onClick={run}
                  >
                    {title}
                  </button>
                ))}
              </span>
            </span>
          </div>
        ))}
      </div>
    </>
  )
}

function tell(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
