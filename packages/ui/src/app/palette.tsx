// Everything that can be done now, in one box: made from the register of actions.
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react'
import { runAction, useAllActions, type Action } from '../lib/actions.ts'
import { rankActions } from '../lib/rank-actions.ts'
import { cx } from '../widgets/class-names.ts'
import { Dialog } from '../widgets/dialog.tsx'
import { Kbd } from '../widgets/kbd.tsx'
import { t } from './messages.ts'
import classes from './palette.module.css'

const SHOWN_MAX = 50

export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const all = useAllActions()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const found = useMemo(() => rankActions(all, text).slice(0, SHOWN_MAX), [all, text])
  const run = (action: Action | undefined): void => {
    if (!action || action.why !== undefined) return
    onClose()
    runAction(action.id)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
  }
  return (
    <Dialog title={t('searchAction')} onClose={onClose}>
      <input
        autoFocus
        className={classes['input']}
        role="combobox"
        aria-label={t('searchAction')}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={found[at] ? `${listId}-${at}` : undefined}
        value={text}
        onChange={event => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={listId} role="listbox" aria-label={t('searchAction')} className={classes['list']}>
        {found.map((action, index) => (
          <li
            key={action.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === at}
            aria-disabled={action.why !== undefined}
            className={cx(classes['option'], index === at && classes['chosen'])}
            onClick={() => run(action)}
          >
            <span className={classes['title']}>
              {action.title}
              {action.why !== undefined && <span className={classes['why']}>{action.why}</span>}
            </span>
            <span className={classes['section']}>{action.section}</span>
            {action.keys !== undefined && <Kbd keys={action.keys} />}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
