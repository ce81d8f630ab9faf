// Choosing a type among all that there are: what is installed first, by any part of the name.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { cx } from '../../widgets/class-names.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { Icon } from '../../widgets/icon.tsx'
import classes from './flow-editor.module.css'
import { rankTypes } from './rank-types.ts'
import { t } from './messages.ts'
import { useInstalledTypes, useTypeNames } from './use-types.ts'

export interface TypePickerProps {
  /** Triggers for a list of triggers, else tasks. */
  readonly list: string
  readonly onChoose: (type: string) => void
  readonly onClose: () => void
}

export function TypePicker({ list, onChoose, onClose }: TypePickerProps): ReactNode {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // Once the dialog is open, which gives the focus to its first button.
    const frame = requestAnimationFrame(() => input.current?.focus())
    return () => cancelAnimationFrame(frame)
  }, [])
  const types = useTypeNames()
  const installed = useInstalledTypes()
  const shown = useMemo(() => rankTypes(types, { text, list, installed }), [types, text, list, installed])
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const chosen = shown[at]
    if (step !== 0) setAt(Math.max(0, Math.min(shown.length - 1, at + step)))
    else if (event.key === 'Enter' && chosen) onChoose(chosen.type)
    else return
    event.preventDefault()
    document.getElementById(`type-${at + step}`)?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <Dialog title={t('addTask')} onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="type-list"
        aria-activedescendant={shown.length === 0 ? undefined : `type-${at}`}
        aria-label={t('findType')}
        placeholder={t('findTypePlaceholder')}
        ref={input}
        autoComplete="off"
        spellCheck={false}
        className={classes['input']}
        value={text}
        onChange={event => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={move}
      />
      <ul id="type-list" role="listbox" aria-label={t('findType')} className={classes['types']}>
        {shown.map(({ type, isDeprecated }, index) => (
          <li
            key={type}
            id={`type-${index}`}
            role="option"
            aria-selected={index === at}
            className={cx(classes['typeOption'], index === at && classes['chosen'])}
            onClick={() => onChoose(type)}
          >
            <Icon name="plugin" size={14} />
            <span className={classes['typeName']}>{type.slice(type.lastIndexOf('.') + 1)}</span>
            <span className={classes['typeGroup']}>{type.slice(0, type.lastIndexOf('.'))}</span>
            {!installed.has(type) && <span className={classes['mark']}>{t('notInstalled')}</span>}
            {isDeprecated && <span className={classes['mark']}>{t('deprecated')}</span>}
          </li>
        ))}
      </ul>
      {shown.length === 0 && types.length > 0 && <p className={classes['muted']}>{t('noType')}</p>}
    </Dialog>
  )
}
