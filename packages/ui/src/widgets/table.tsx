// A list of any length as a real table: only the rows in sight are in the page, each names its place among all. Rows are links; j and k move, x
// selects, Enter opens, Space previews. Below 768 px a row is a card of two lines.
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode, type RefObject } from 'react'
import { usePreferences } from '../lib/preferences.ts'
import { useLocal } from '../lib/use-local.ts'
import { writeLocal } from '../platform/local-store.ts'
import { cx } from './class-names.ts'
import { arrangeColumns, readLayout, tableWidth, writeLayout } from './column-layout.ts'
import { TableHead, type LayoutOfTable } from './table-head.tsx'
import { TableRow, type RowParts } from './table-row.tsx'
import classes from './table.module.css'
import { useRowKeys, type Selection } from './use-row-keys.ts'

export interface Column<Row> {
  readonly id: string
  /** Empty above cells of buttons, which name themselves. */
  readonly title: string
  /** Any width of CSS; columns without share what is left. */
  readonly width?: string
  readonly align?: 'start' | 'end'
  /** Not shown where the table has less than 1088 px; what goes first less than 1200, what goes last less than 880. */
  readonly isExtra?: boolean | 'first' | 'last'
  /** Set where it is arranged: so far from the beginning it stays when the others scroll. */
  readonly pinPx?: number
  readonly sort?: { readonly direction: 'asc' | 'desc' | undefined; toggle(): void }
  /** Why one cannot sort by it. */
  readonly whyNoSort?: string
  cell(row: Row): ReactNode
}

export interface TableProps<Row> {
  /** Names the table for those who hear it. */
  readonly label: string
  /** Under which it is kept how somebody arranges the columns; without a name they stay as they are. */
  readonly name?: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  rowKey(row: Row): string
  /** Where a row leads. */
  rowTo?(row: Row): string
  /** What the link of a row is called; the content of the first cell unless said. */
  rowLabel?(row: Row): string
  /** The row below 768 px: two lines. */
  card?(row: Row): ReactNode
  /** Of all pages together. */
  readonly total?: number | undefined
  readonly selection?: Selection
  /** Asked when the end comes near. */
  readonly onEnd?: () => void
  readonly onPreview?: (row: Row) => void
  /** As the user has chosen, unless said. */
  readonly isCompact?: boolean
  /** Whether j, k and x belong to this table: to one per page. */
  readonly hasKeys?: boolean
}

const ROW_PX = 36
const COMPACT_PX = 28
const CARD_PX = 72
const HEAD_PX = 34
/** In a low window no list is lower than this, but for one that has fewer rows. */
const LEAST_PX = 128
const OVERSCAN = 10
/** After a jump, until the list stands again: nobody has seen what is beside the place yet. */
const OVERSCAN_OF_JUMP = 2
const END_ROWS = 15
/** Of the list, below what is in sight: when there is less, the next page is asked for. */
const AHEAD_SCREENS = 1.5
const phone = matchMedia('(max-width: 767px)')

export function Table<Row>(props: TableProps<Row>): ReactNode {
  const { label, rows, card, total = rows.length, selection } = props
  const { columns, arranging, minWidth } = useArranged(props)
  const { density } = usePreferences()
  const isCompact = props.isCompact ?? density === 'compact'
  const scroller = useRef<HTMLDivElement>(null)
  const isPhone = useSyncExternalStore(subscribe, () => phone.matches) && card !== undefined
  const height = isPhone ? CARD_PX : isCompact ? COMPACT_PX : ROW_PX
  const { virtual, noteScroll } = useRowsInSight(scroller, rows.length, height)
  const shown = virtual.getVirtualItems()
  const [first, last] = [shown[0], shown.at(-1)]
  const keys = useRowKeys(props, index => virtual.scrollToIndex(index))
  const parts = useParts(props)
  const onEnd = useEnd(props, last?.index)
  // Over as many columns as there are in sight: what spans one that is hidden makes a column of its own, with nothing in it.
  const span = isPhone && selection ? 2 : 1
  return (
    <div
      ref={scroller}
      className={classes['scroller']}
      style={{ minHeight: Math.min(LEAST_PX, (isPhone ? 2 : HEAD_PX) + virtual.getTotalSize()) }}
      onKeyDown={keys.onKeyDown}
      onScroll={({ currentTarget }) => {
        noteScroll(currentTarget)
        onEnd(currentTarget)
      }}
      role="region"
      aria-label={label}
      tabIndex={rows.length === 0 ? 0 : -1}
    >
      <table
        className={cx(classes['table'], isPhone && classes['phone'])}
        aria-label={label}
        aria-rowcount={total + 1}
        style={isPhone ? undefined : { minWidth }}
      >
        {!isPhone && (
          <TableHead
            columns={columns}
            {...(selection ? { selection } : {})}
            arranging={arranging}
            keysOf={() => rows.map(props.rowKey)}
          />
        )}
        <tbody>
          <Gap height={first?.start ?? 0} span={span} />
          {shown.map(({ index }) => {
            const row = rows[index]
            return (
              row !== undefined && (
                <TableRow
                  key={props.rowKey(row)}
                  {...{ row, index, height, isPhone }}
                  parts={parts}
                  columns={columns}
                  isActive={keys.active === index}
                  onActivate={keys.setActive}
                />
              )
            )
          })}
          <Gap height={virtual.getTotalSize() - (last?.end ?? 0)} span={span} />
        </tbody>
      </table>
    </div>
  )
}

/** The rows in sight, and some beside them; after a jump of more than a screen at first few of those, for they are drawn before the ones in sight can be seen. */
function useRowsInSight(scroller: RefObject<HTMLDivElement | null>, count: number, height: number) {
  const place = useRef({ px: 0, isJump: false })
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
  })
  useEffect(() => virtual.measure(), [virtual, height])
  virtual.setOptions({
    ...virtual.options,
    overscan: virtual.isScrolling && place.current.isJump ? OVERSCAN_OF_JUMP : OVERSCAN,
  })
  // Called before the rows are drawn for it.
  const noteScroll = ({ scrollTop, clientHeight }: HTMLElement): void => {
    const { px, isJump } = place.current
    const isFar = Math.abs(scrollTop - px) > clientHeight
    place.current = { px: scrollTop, isJump: isFar || (virtual.isScrolling && isJump) }
  }
  return { virtual, noteScroll }
}

/** Asks for the next page when the end comes near: before the rows that came in sight are drawn, for the server has that time. */
function useEnd<Row>({ rows, onEnd }: TableProps<Row>, last: number | undefined): (scrolled: HTMLElement) => void {
  const isNearEnd = last !== undefined && last >= rows.length - END_ROWS
  useEffect(() => {
    if (isNearEnd) onEnd?.()
  }, [isNearEnd, rows.length, onEnd])
  return scrolled => {
    if (onEnd && isCloseToEnd(scrolled)) onEnd()
  }
}

function isCloseToEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight < AHEAD_SCREENS * clientHeight
}

/** Where a page gives the same functions again, rows that it has drawn stay as they are when others come. */
function useParts<Row>({ selection, rowKey, rowTo, rowLabel, card }: TableProps<Row>): RowParts<Row> {
  return useMemo(() => ({ selection, rowKey, rowTo, rowLabel, card }), [selection, rowKey, rowTo, rowLabel, card])
}

function useArranged<Row>({ name, columns: given }: TableProps<Row>) {
  const arranging = useLayout(name)
  const columns = useMemo(() => (arranging ? arrangeColumns(given, arranging.layout) : given), [given, arranging])
  return { columns, arranging, minWidth: arranging && tableWidth(columns, arranging.layout) }
}

/** Belongs to the person, under `columns.NAME`. */
function useLayout(name: string | undefined): LayoutOfTable | undefined {
  const key = `columns.${name ?? ''}`
  const kept = useLocal(key)
  return useMemo(
    () =>
      name === undefined
        ? undefined
        : { layout: readLayout(kept), change: layout => writeLocal(key, writeLayout(layout)) },
    [name, key, kept],
  )
}

/** As high as the rows that are not in the page. */
function Gap({ height, span }: { readonly height: number; readonly span: number }): ReactNode {
  if (height <= 0) return null
  return (
    <tr aria-hidden="true" className={classes['gap']}>
      <td colSpan={span} style={{ height }} />
    </tr>
  )
}

function subscribe(listener: () => void): () => void {
  phone.addEventListener('change', listener)
  return () => phone.removeEventListener('change', listener)
}
