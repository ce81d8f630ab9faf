// The form of a board: what it is called, which charts it has, and the one that is chosen.
import { NativeSelect, TextInput } from '@mantine/core'
import { useMemo, type ReactNode } from 'react'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { parseYamlTree, plainOf } from '../editor/yaml/yaml-tree.ts'
import { ChartForm } from './chart-form.tsx'
import { CHART_KINDS, lookOf, mapOf } from './chart-look.ts'
import classes from './dashboards.module.css'
import { setAt } from '../editor/yaml/set-at.ts'
import { addChart, readDraft, type Edits } from './edit-board.ts'
import { editorMessages as t } from './editor-messages.ts'

export interface BoardFormProps {
  readonly text: string
  readonly isNew: boolean
  readonly selected: number
  readonly onSelect: (index: number) => void
  readonly onEdit: (edits: Edits) => void
}

const WINDOWS = ['PT24H', 'P2D', 'P7D', 'P30D', 'P90D'] as const

export function BoardForm({ text, isNew, selected, onSelect, onEdit }: BoardFormProps): ReactNode {
  const board = useMemo(() => mapOf(plainOf(parseYamlTree(text))), [text])
  const { charts, window } = readDraft(text)
  const chart = charts[selected]
  const set = (path: string, value: string): void => onEdit(setAt(text, path, value === '' ? undefined : value))
  const chosen = typeof window === 'string' ? window : 'P7D'
  return (
    <div className={classes['form']}>
      <fieldset>
        <legend>{t('board')}</legend>
        {isNew && (
          <TextInput
            label={t('id')}
            description={t('idHint')}
            value={textOf(board['id'])}
            onChange={event => onEdit(setAt(text, 'id', event.currentTarget.value))}
          />
        )}
        <TextInput
          label={t('boardTitle')}
          value={textOf(board['title'])}
          onChange={event => onEdit(setAt(text, 'title', event.currentTarget.value))}
        />
        <TextInput
          label={t('description')}
          value={textOf(board['description'])}
          onChange={event => set('description', event.currentTarget.value)}
        />
        <NativeSelect
          label={t('window')}
          value={chosen}
          data={[...new Set([...WINDOWS, chosen])]}
          onChange={event => set('timeWindow.default', event.currentTarget.value)}
        />
      </fieldset>
      <ChartList {...{ text, selected, onSelect, onEdit }} />
      {chart !== undefined && <ChartForm key={selected} text={text} index={selected} chart={chart} onEdit={onEdit} />}
    </div>
  )
}

function ChartList({ text, selected, onSelect, onEdit }: Omit<BoardFormProps, 'isNew'>): ReactNode {
  const { charts } = readDraft(text)
  return (
    <fieldset>
      <legend>{t('charts')}</legend>
      <ul className={classes['pick']}>
        {charts.map((one, index) => {
          const { title, kind = '?' } = lookOf(one)
          return (
            <li key={index}>
              <button type="button" aria-pressed={index === selected} onClick={() => onSelect(index)}>
                <Icon name={kind === 'Table' ? 'table' : kind === 'Markdown' ? 'file' : 'chart'} size={14} />
                {title === '' ? t('chart') : title}
                <span className={classes['muted']}>{kind}</span>
              </button>
            </li>
          )
        })}
      </ul>
      <div>
        <Menu
          label={t('add')}
          button={
            <>
              <Icon name="plus" size={14} /> {t('add')}
            </>
          }
          className={classes['add']}
          groups={[
            {
              items: CHART_KINDS.map(kind => ({
                id: kind,
                title: t('addKind', { kind }),
                run: () => {
                  onEdit(addChart(text, kind))
                  onSelect(charts.length)
                },
              })),
            },
          ]}
        />
      </div>
    </fieldset>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
