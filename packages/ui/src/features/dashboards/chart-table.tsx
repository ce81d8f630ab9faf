import { useMemo, type ReactNode } from 'react'
import { formatNumber } from '../../lib/messages.ts'
import { formatDuration } from '../../lib/time.ts'
import { Table, type Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { linkOfRow } from './chart-links.ts'
import type { ChartLook, ColumnLook } from './chart-look.ts'
import type { Row } from './chart-series.ts'
import classes from './dashboards.module.css'
import { t } from './messages.ts'

interface Numbered {
  readonly row: Row
  readonly key: string
}

export function ChartTable({ look, rows }: { readonly look: ChartLook; readonly rows: readonly Row[] }): ReactNode {
  const { columns, source, title } = look
  const numbered = useMemo(() => rows.map((row, index) => ({ row, key: String(index) })), [rows])
  const shown = useMemo(
    () =>
      columns.map((column): Column<Numbered> => ({
        id: column.name,
        title: column.title,
        ...(column.isEnd ? { align: 'end' } : {}),
        cell: ({ row }) => <Cell column={column} value={row[column.name]} />,
      })),
    [columns],
  )
  const isLinked = numbered.some(({ row }) => toOf(look, row) !== undefined)
  return (
    <div className={classes['table']} style={{ height: `${Math.min(320, 42 + rows.length * 28)}px` }}>
      <Table
        label={t('rowsOf', { title })}
        columns={shown}
        rows={numbered}
        rowKey={({ key }) => key}
        {...(isLinked ? { rowTo: ({ row }: Numbered) => toOf(look, row) ?? '' } : {})}
        isCompact
        hasKeys={false}
        key={source}
      />
    </div>
  )
}

function toOf({ source, columns }: ChartLook, row: Row): string | undefined {
  return linkOfRow(
    source,
    new Map(columns.filter(({ agg }) => agg === undefined).map(({ field, name }) => [field, row[name]])),
  )
}

function Cell({ column: { field, agg }, value }: { readonly column: ColumnLook; readonly value: unknown }): ReactNode {
  if (value === null || value === undefined) return <span className={classes['muted']}>–</span>
  if (field === 'STATE' && agg === undefined) return <StateBadge state={String(value)} />
  if (field.endsWith('DATE') && typeof value === 'string') return <Timestamp atMs={Date.parse(value)} />
  if (field === 'DURATION' && agg !== 'COUNT' && typeof value === 'number') return formatDuration(value * 1_000)
  return typeof value === 'number' && agg !== undefined ? formatNumber(value) : String(value)
}
