// Where inputs can come from: the last run, the defaults, what was saved, a file.
import { Button, TextInput } from '@mantine/core'
import { useRef, useState, type ReactNode } from 'react'
import type { FlowRef } from '../../lib/paths.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu, type MenuGroup } from '../../widgets/menu.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { sentOf, type Entries, type Field } from '../input-form/input-fields.ts'
import { t } from './messages.ts'
import classes from './run-dialog.module.css'
import { dropSaved, listSaved, saveInputs, type SavedInputs } from './saved-inputs.ts'
import { lastInputs } from './use-run.ts'

export interface FillMenuProps {
  readonly flow: FlowRef
  readonly fields: readonly Field[]
  readonly entries: Entries
  readonly onFill: (values: Readonly<Record<string, unknown>>) => void
}

export function FillMenu({ flow, fields, entries, onFill }: FillMenuProps): ReactNode {
  const [saved, setSaved] = useState(() => listSaved(flow))
  const [isNaming, setNaming] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const keep = (name: string): void => {
    const secret = new Set(fields.filter(({ type }) => type === 'SECRET').map(({ id }) => id))
    const { values } = sentOf(fields, entries)
    const open = Object.fromEntries(Object.entries(values).filter(([id]) => !secret.has(id)))
    saveInputs(flow, { name, values: open })
    setSaved(listSaved(flow))
    setNaming(false)
  }
  const drop = (name: string): void => {
    dropSaved(flow, name)
    setSaved(listSaved(flow))
  }
  if (isNaming) return <SaveForm onSave={keep} onClose={() => setNaming(false)} />
  const sources: MenuGroup = {
    items: [
      { id: 'last', title: t('fillLast'), icon: 'replay', run: () => void fillLast(flow, onFill) },
      { id: 'defaults', title: t('fillDefaults'), icon: 'retry', run: () => onFill({}) },
      { id: 'file', title: t('fillFile'), icon: 'file', run: () => file.current?.click() },
      { id: 'save', title: t('saveAs'), icon: 'star', run: () => setNaming(true) },
    ],
  }
  return (
    <>
      <Menu
        label={t('fill')}
        align="end"
        className={classes['fill']}
        button={
          <>
            {t('fill')} <Icon name="down" size={14} />
          </>
        }
        groups={[sources, ...savedGroups(saved, onFill, drop)]}
      />
      <input
        ref={file}
        type="file"
        hidden
        accept="application/json,.json"
        aria-label={t('fillFile')}
        onChange={event => {
          const chosen = event.currentTarget.files?.[0]
          if (chosen) void fillFrom(chosen, onFill)
        }}
      />
    </>
  )
}

function savedGroups(
  saved: readonly SavedInputs[],
  onFill: FillMenuProps['onFill'],
  onDrop: (name: string) => void,
): readonly MenuGroup[] {
  if (saved.length === 0) return []
  return [
    {
      items: saved.map(({ name, values }) => ({
        id: name,
        title: t('fillSaved', { name }),
        run: () => onFill(values),
      })),
    },
    {
      items: saved.map(({ name }) => ({
        id: `drop-${name}`,
        title: t('dropSaved', { name }),
        icon: 'trash' as const,
        run: () => onDrop(name),
      })),
    },
  ]
}

interface SaveFormProps {
  readonly onSave: (name: string) => void
  readonly onClose: () => void
}

function SaveForm({ onSave, onClose }: SaveFormProps): ReactNode {
  const [name, setName] = useState('')
  return (
    <form
      className={classes['saveForm']}
      onSubmit={event => {
        event.preventDefault()
        if (name.trim() !== '') onSave(name.trim())
      }}
    >
      <TextInput
        aria-label={t('saveName')}
        placeholder={t('saveName')}
        autoFocus
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <Button type="submit">{t('save')}</Button>
      <Button onClick={onClose}>{t('cancel')}</Button>
    </form>
  )
}

async function fillLast(flow: FlowRef, onFill: FillMenuProps['onFill']): Promise<void> {
  try {
    const inputs = await lastInputs(flow)
    if (inputs) onFill(inputs)
    else showToast({ text: t('noLast') })
  } catch (error) {
    showToast({ kind: 'error', text: t('loadFailed'), detail: String(error) })
  }
}

async function fillFrom(file: File, onFill: FillMenuProps['onFill']): Promise<void> {
  try {
    const found: unknown = JSON.parse(await file.text())
    if (typeof found !== 'object' || found === null || Array.isArray(found)) throw new Error(t('badFile'))
    onFill(Object.fromEntries(Object.entries(found)))
  } catch (error) {
    showToast({ kind: 'error', text: t('badFile'), detail: String(error) })
  }
}
