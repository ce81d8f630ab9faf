import { useMemo, type ReactNode } from 'react'
import { Link } from '../lib/link.tsx'
import { cx } from './class-names.ts'
import { pinStyle } from './column-layout.ts'
import type { Column, TableProps } from './table.tsx'
import classes from './table.module.css'
import type { Selection } from './use-row-keys.ts'
import { t } from './table-messages.ts'

/** Of the table, what its rows are made with. */
export interface RowParts<Row> {
  readonly selection: Selection | undefined
  readonly rowKey: TableProps<Row>['rowKey']
  readonly rowTo: TableProps<Row>['rowTo']
  readonly rowLabel: TableProps<Row>['rowLabel']
  readonly card: TableProps<Row>['card']
}

export interface TableRowProps<Row> {
  readonly parts: RowParts<Row>
  /** As they are arranged. */
  readonly columns: readonly Column<Row>[]
  readonly row: Row
  readonly index: number
  readonly height: number
  readonly isPhone: boolean
  readonly isActive: boolean
  /** Stays the same from one drawing to the next. */
  readonly onActivate: (index: number) => void
}

/** While a list is scrolled, rows that stay in the page are not made again. */
export function TableRow<Row>({
  parts,
  columns,
  row,
  index,
  height,
  isPhone,
  isActive,
  onActivate,
}: TableRowProps<Row>): ReactNode {
  return useMemo(
    () => <Cells {...{ parts, columns, row, index, height, isPhone, isActive, onActivate }} />,
    [parts, columns, row, index, height, isPhone, isActive, onActivate],
  )
}

function Cells<Row>({
  parts,
  columns,
  row,
  index,
  height,
  isPhone,
  isActive,
  onActivate,
}: TableRowProps<Row>): ReactNode {
  const { selection, rowKey, rowTo, rowLabel, card } = parts
  const key = rowKey(row)
  const isSelected = selection?.keys.has(key) === true
  // What stays in its place bounds the link of the row: each part of the row has its own.
  const coverAt = columns.filter(({ pinPx }) => pinPx !== undefined).length
  const to = rowTo?.(row)
  // A card says in its own words what it is.
  const label = isPhone && card !== undefined ? undefined : rowLabel?.(row)
  const open = (content: ReactNode): ReactNode =>
    to === undefined ? (
      content
    ) : (
      <Link to={to} className={classes['open']} data-row-link="" aria-label={label}>
        {content}
      </Link>
    )
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      aria-selected={selection ? isSelected : undefined}
      className={cx(classes['row'], isActive && classes['active'], isSelected && classes['selected'])}
      style={{ height }}
      onFocus={() => onActivate(index)}
    >
      {selection && (
        <td className={cx(classes['check'], coverAt > 0 && classes['pinned'])}>
          <input
            type="checkbox"
            className={classes['box']}
            aria-label={t('select', { row: rowLabel?.(row) ?? key })}
            checked={isSelected}
            onChange={event => selection.set(withKey(selection.keys, key, event.currentTarget.checked))}
          />
        </td>
      )}
      {isPhone && card ? (
        <td className={classes['card']}>{open(card(row))}</td>
      ) : (
        columns.map(({ id, align, isExtra, pinPx, cell }, at) => (
          <td
            key={id}
            style={pinStyle(pinPx, selection !== undefined)}
            className={cx(
              align === 'end' && classes['end'],
              isExtra === true && classes['extra'],
              isExtra === 'first' && classes['first'],
              isExtra === 'last' && classes['last'],
              pinPx !== undefined && classes['pinned'],
            )}
          >
            {at === 0 ? open(cell(row)) : cell(row)}
            {at > 0 && at <= coverAt && to !== undefined && <Cover to={to} />}
          </td>
        ))
      )}
    </tr>
  )
}

/** For the pointer only: the link of the row is in the first cell. */
function Cover({ to }: { readonly to: string }): ReactNode {
  return <Link to={to} className={classes['open']} aria-hidden="true" tabIndex={-1} />
}

function withKey(keys: ReadonlySet<string>, key: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(keys)
  if (isIn) next.add(key)
  else next.delete(key)
  return next
}
