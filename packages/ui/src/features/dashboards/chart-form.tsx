// The form of one chart.
import { CHART_COMPARISONS } from '@batuta/core'
import { ActionIcon, Button, NativeSelect, TextInput, Textarea } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { CHART_KINDS, lookOf, mapOf, type ChartLook, type ColumnLook } from './chart-look.ts'
import classes from './dashboards.module.css'
import { addColumn, addWhere, chartPath, removeWhere, setKind, setSource, type Edits } from './edit-board.ts'
import { setAt } from '../editor/yaml/set-at.ts'
import { editorMessages as t } from './editor-messages.ts'
import { AGGREGATIONS, SOURCE_FIELDS } from './source-fields.ts'

export interface ChartFormProps {
  readonly text: string
  readonly index: number
  readonly chart: unknown
  readonly onEdit: (edits: Edits) => void
}

export function ChartForm(props: ChartFormProps): ReactNode {
  const { text, index, chart, onEdit } = props
  const look = lookOf(chart)
  const { kind } = look
  const set = (path: string, value: unknown): void =>
    onEdit(setAt(text, `${chartPath(index)}.${path}`, value === '' ? undefined : value))
  return (
    <>
      <fieldset>
        <legend>{t('chart')}</legend>
        <TextInput
          label={t('name')}
          value={look.title}
          onChange={event => set('chartOptions.displayName', event.currentTarget.value)}
        />
        <NativeSelect
          label={t('kind')}
          value={kind ?? ''}
          data={kind === undefined ? ['', ...CHART_KINDS] : [...CHART_KINDS]}
          onChange={event => {
            const next = CHART_KINDS.find(name => name === event.currentTarget.value)
            if (next) onEdit(setKind(text, index, next))
          }}
        />
        <TextInput
          type="number"
          label={t('width')}
          min={1}
          max={12}
          value={look.width}
          onChange={event => {
            const width = event.currentTarget.valueAsNumber
            if (width >= 1 && width <= 12) set('chartOptions.width', Math.round(width))
          }}
        />
        {kind === 'Markdown' ? (
          <Textarea
            label={t('content')}
            rows={8}
            value={look.content}
            onChange={event => set('content', event.currentTarget.value)}
          />
        ) : (
          <NativeSelect
            label={t('source')}
            value={look.source}
            data={Object.keys(SOURCE_FIELDS)}
            onChange={event => onEdit(setSource(text, index, event.currentTarget.value))}
          />
        )}
      </fieldset>
      {kind === 'KPI' && <FigureForm look={look} set={set} />}
      {kind !== 'KPI' && kind !== 'Markdown' && <Columns {...props} look={look} set={set} />}
      {kind !== 'Markdown' && <Wheres {...props} look={look} set={set} />}
    </>
  )
}

interface PartProps {
  readonly look: ChartLook
  readonly set: (path: string, value: unknown) => void
}

function FigureForm({ look, set }: PartProps): ReactNode {
  const [column] = look.columns
  return (
    <fieldset>
      <legend>{t('columns')}</legend>
      <div className={classes['line']}>
        <FieldSelect look={look} value={column?.field ?? 'ID'} onChange={value => set('data.columns.field', value)} />
        <NativeSelect
          label={t('agg')}
          value={column?.agg ?? 'COUNT'}
          data={[...AGGREGATIONS]}
          onChange={event => set('data.columns.agg', event.currentTarget.value)}
        />
      </div>
      <label className={classes['check']}>
        <input
          type="checkbox"
          checked={look.isPercentage}
          onChange={event => set('chartOptions.numberType', event.currentTarget.checked ? 'PERCENTAGE' : 'FLAT')}
        />
        {t('percentage')}
      </label>
    </fieldset>
  )
}

interface FieldSelectProps {
  readonly look: ChartLook
  readonly value: string
  readonly label?: string
  readonly onChange: (field: string) => void
}

function FieldSelect({ look, value, label = t('field'), onChange }: FieldSelectProps): ReactNode {
  return (
    <NativeSelect
      label={label}
      value={value}
      data={[...new Set([...(SOURCE_FIELDS[look.source] ?? []), value])]}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}

function Columns({ text, index, look, set, onEdit }: ChartFormProps & PartProps): ReactNode {
  const { columns, category, colorBy, kind, source } = look
  const groups = columns.filter(({ agg }) => agg === undefined).map(({ name }) => name)
  const [first = 'ID'] = SOURCE_FIELDS[source] ?? []
  return (
    <fieldset>
      <legend>{t('columns')}</legend>
      {columns.map(column => (
        <ColumnForm key={column.name} {...{ look, column, set }} />
      ))}
      <div>
        <Button size="compact-sm" onClick={() => onEdit(addColumn(text, index, { field: first }))}>
          {t('addGroup')}
        </Button>{' '}
        <Button size="compact-sm" onClick={() => onEdit(addColumn(text, index, { agg: 'COUNT' }))}>
          {t('addMeasure')}
        </Button>
      </div>
      {(kind === 'Bar' || kind === 'TimeSeries') && (
        <div className={classes['line']}>
          <NativeSelect
            label={t('category')}
            value={category ?? ''}
            data={groups}
            onChange={event => set('chartOptions.column', event.currentTarget.value)}
          />
          <NativeSelect
            label={t('colorBy')}
            value={colorBy ?? ''}
            data={[{ value: '', label: t('nothing') }, ...groups.filter(name => name !== category)]}
            onChange={event => set('chartOptions.colorByColumn', event.currentTarget.value)}
          />
        </div>
      )}
    </fieldset>
  )
}

function ColumnForm({ look, column, set }: PartProps & { readonly column: ColumnLook }): ReactNode {
  const { name, field, agg, style } = column
  const path = `data.columns.${name}`
  return (
    <div className={classes['line']} role="group" aria-label={t('column', { name })}>
      <span className={classes['lineName']}>{name}</span>
      <FieldSelect look={look} value={field} onChange={value => set(`${path}.field`, value)} />
      <NativeSelect
        label={t('agg')}
        value={agg ?? ''}
        data={[{ value: '', label: t('group') }, ...AGGREGATIONS]}
        onChange={event => set(`${path}.agg`, event.currentTarget.value)}
      />
      <ActionIcon
        aria-label={t('removeColumn', { name })}
        {...tip(t('removeColumn', { name }))}
        onClick={() => set(path, undefined)}
      >
        <Icon name="trash" />
      </ActionIcon>
      {look.kind === 'TimeSeries' && agg !== undefined && (
        <NativeSelect
          label={t('style')}
          value={style}
          data={[
            { value: 'BARS', label: t('bars') },
            { value: 'LINES', label: t('lines') },
            { value: 'POINTS', label: t('points') },
          ]}
          onChange={event => set(`${path}.graphStyle`, event.currentTarget.value)}
        />
      )}
    </div>
  )
}

function Wheres({ text, index, chart, look, set, onEdit }: ChartFormProps & PartProps): ReactNode {
  const given = mapOf(mapOf(chart)['data'])['where']
  const wheres: readonly unknown[] = Array.isArray(given) ? given : []
  const [first = 'ID'] = SOURCE_FIELDS[look.source] ?? []
  return (
    <fieldset>
      <legend>{t('where')}</legend>
      {wheres.map((one, at) => (
        <WhereForm
          key={at}
          look={look}
          number={at + 1}
          where={mapOf(one)}
          set={(path, value) => set(`data.where[${at}].${path}`, value)}
          onRemove={() => onEdit(removeWhere(text, index, at))}
        />
      ))}
      <div>
        <Button size="compact-sm" onClick={() => onEdit(addWhere(text, index, first))}>
          {t('addWhere')}
        </Button>
      </div>
    </fieldset>
  )
}

interface WhereFormProps extends PartProps {
  readonly number: number
  readonly where: Readonly<Record<string, unknown>>
  readonly onRemove: () => void
}

function WhereForm({ look, number, where, set, onRemove }: WhereFormProps): ReactNode {
  const type = String(where['type'] ?? 'EQUAL_TO')
  const isList = type === 'IN' || type === 'NOT_IN'
  const values = where['values'] ?? where['value']
  const text = Array.isArray(values) ? values.map(String).join(', ') : String(values ?? '')
  return (
    <div className={classes['line']}>
      <FieldSelect
        look={look}
        label={t('whereField', { number })}
        value={String(where['field'] ?? '')}
        onChange={value => set('field', value)}
      />
      <NativeSelect
        label={t('whereType', { number })}
        value={type}
        data={[...CHART_COMPARISONS]}
        onChange={event => set('type', event.currentTarget.value)}
      />
      <ActionIcon aria-label={t('removeWhere', { number })} {...tip(t('removeWhere', { number }))} onClick={onRemove}>
        <Icon name="trash" />
      </ActionIcon>
      {!type.startsWith('IS_') && (
        <TextInput
          label={t('whereValue', { number })}
          value={text}
          onChange={event => {
            const value = event.currentTarget.value
            const name = where['values'] === undefined ? 'value' : 'values'
            set(name, isList || name === 'values' ? value.split(/\s*,\s*/) : value)
          }}
        />
      )}
    </div>
  )
}
