// The head of a table: sorts, selects all, and lets somebody drag the edges of its columns.
import { useEffect, useRef, useState, type PointerEvent, type ReactNode, type RefObject } from 'react'
import { cx } from './class-names.ts'
import { clampWidth, pinStyle, type ColumnLayout } from './column-layout.ts'
import { Icon } from './icon.tsx'
import { lazyDialog } from './lazy-part.tsx'
import classes from './table.module.css'
import type { Column } from './table.tsx'
import { tip } from './tooltip.ts'
import type { Selection } from './use-row-keys.ts'
import { t } from './table-messages.ts'

const ArrangeColumns = lazyDialog(async () => (await import('./arrange-columns.tsx')).ArrangeColumns)

export interface LayoutOfTable {
  readonly layout: ColumnLayout
  change(layout: ColumnLayout): void
}

export interface TableHeadProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly selection?: Selection
  /** Absent where columns are not arranged. */
  readonly arranging?: LayoutOfTable | undefined
  keysOf(): readonly string[]
}

export function TableHead<Row>({ columns, selection, arranging, keysOf }: TableHeadProps<Row>): ReactNode {
  const row = useRef<HTMLTableRowElement>(null)
  const widthOf = (id: string): number =>
    row.current?.querySelector<HTMLElement>(`[data-column="${CSS.escape(id)}"]`)?.offsetWidth ?? 0
  const hasPins = columns.some(({ pinPx }) => pinPx !== undefined)
  const hasCheck = selection !== undefined
  return (
    <thead>
      <tr ref={row} aria-rowindex={1}>
        {selection && (
          <th className={cx(classes['check'], hasPins && classes['pinned'])} scope="col">
            <SelectAll selection={selection} keysOf={keysOf} />
          </th>
        )}
        {columns.map((column, at) => (
          <HeadCell key={column.id} {...{ column, arranging, widthOf, hasCheck }}>
            {arranging && at === columns.length - 1 && <Arrange {...{ columns, arranging, widthOf }} />}
          </HeadCell>
        ))}
      </tr>
    </thead>
  )
}

interface HeadCellProps<Row> {
  readonly column: Column<Row>
  readonly arranging: LayoutOfTable | undefined
  readonly widthOf: (id: string) => number
  /** Boxes to select with stand before all columns. */
  readonly hasCheck: boolean
  readonly children: ReactNode
}

function HeadCell<Row>({ column, arranging, widthOf, hasCheck, children }: HeadCellProps<Row>): ReactNode {
  const { id, title, width, align, isExtra, sort, whyNoSort, pinPx } = column
  const look = {
    'data-column': id,
    style: { ...(width === undefined ? {} : { width }), ...pinStyle(pinPx, hasCheck) },
    className: cx(
      align === 'end' && classes['end'],
      isExtra === true && classes['extra'],
      isExtra === 'first' && classes['first'],
      isExtra === 'last' && classes['last'],
      pinPx !== undefined && classes['pinned'],
    ),
  }
  // A head without words names nothing.
  if (title === '') return <td {...look}>{children}</td>
  return (
    <th
      {...look}
      scope="col"
      aria-sort={sort?.direction === undefined ? undefined : sort.direction === 'asc' ? 'ascending' : 'descending'}
      {...(whyNoSort === undefined ? {} : tip(whyNoSort))}
    >
      {sort ? (
        <button type="button" className={classes['sort']} onClick={sort.toggle}>
          {title}
          {sort.direction !== undefined && <Icon name={sort.direction === 'asc' ? 'up' : 'down'} size={12} />}
        </button>
      ) : (
        title
      )}
      {children}
      {arranging && <Edge id={id} arranging={arranging} widthOf={widthOf} />}
    </th>
  )
}

interface EdgeProps extends Pick<HeadCellProps<unknown>, 'widthOf'> {
  readonly id: string
  readonly arranging: LayoutOfTable
}

/** Dragged; the list of columns does the same by keys. */
function Edge({ id, arranging: { layout, change }, widthOf }: EdgeProps): ReactNode {
  const from = useRef<{ readonly x: number; readonly width: number; readonly sign: number }>(undefined)
  const down = (event: PointerEvent<HTMLElement>): void => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    const isMirrored = getComputedStyle(event.currentTarget).direction === 'rtl'
    from.current = { x: event.clientX, width: widthOf(id), sign: isMirrored ? -1 : 1 }
  }
  const move = (event: PointerEvent<HTMLElement>): void => {
    const start = from.current
    if (!start) return
    const width = clampWidth(start.width + (event.clientX - start.x) * start.sign)
    if (layout.widths[id] !== width) change({ ...layout, widths: { ...layout.widths, [id]: width } })
  }
  return (
    <span
      aria-hidden="true"
      className={classes['edge']}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => {
        from.current = undefined
      }}
    />
  )
}

interface ArrangeProps<Row> extends Pick<HeadCellProps<Row>, 'widthOf'> {
  readonly columns: readonly Column<Row>[]
  readonly arranging: LayoutOfTable
}

function Arrange<Row>({ columns, arranging, widthOf }: ArrangeProps<Row>): ReactNode {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        className={classes['arrange']}
        aria-label={t('arrangeColumns')}
        {...tip(t('arrangeColumns'))}
        onClick={() => setOpen(true)}
      >
        <Icon name="settings" size={14} />
      </button>
      {isOpen && (
        <ArrangeColumns
          columns={columns}
          layout={arranging.layout}
          widthOf={widthOf}
          onChange={arranging.change}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}

function SelectAll({ selection, keysOf }: { readonly selection: Selection; keysOf(): readonly string[] }): ReactNode {
  const ref = useRef<HTMLInputElement>(null)
  const all = keysOf()
  const isAll = all.length > 0 && all.every(key => selection.keys.has(key))
  useIndeterminate(ref, selection.keys.size > 0 && !isAll)
  return (
    <input
      ref={ref}
      type="checkbox"
      className={classes['box']}
      aria-label={t('selectAll')}
      checked={isAll}
      onChange={() => selection.set(isAll ? new Set() : new Set(all))}
    />
  )
}

function useIndeterminate(ref: RefObject<HTMLInputElement | null>, isSome: boolean): void {
  useEffect(() => {
    if (ref.current) ref.current.indeterminate = isSome
  }, [ref, isSome])
}
