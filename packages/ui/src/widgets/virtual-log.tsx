// Rows without an end: only what is in sight is in the page, and the place is a row and not a height, so that a million rows scroll like ten and
// rows may be as high as they like. The element that scrolls is never higher than browsers can count.
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react'
import { cx } from './class-names.ts'
import { clampTop, rowsInSight, spacerPx, topOfScroll, scrollOfTop } from './log-window.ts'
import classes from './virtual-log.module.css'

export interface VirtualLogProps {
  readonly label: string
  readonly count: number
  readonly rowPx: number
  row(index: number): ReactNode
  /** Which rows are in sight, whenever they change. */
  readonly onSight: (first: number, last: number) => void
  /** Stays at the end while rows come. */
  readonly isFollowing: boolean
  /** Somebody scrolled away from the end, or back to it. */
  readonly onFollow: (isFollowing: boolean) => void
  /** A row to show; a new object goes there again. */
  readonly goTo: { readonly row: number } | undefined
  /** Places from 0 to 1 that are marked beside the rows. */
  readonly marks?: readonly number[]
}

export function VirtualLog(props: VirtualLogProps): ReactNode {
  const { label, count, rowPx, row, marks = [] } = props
  const scroller = useRef<HTMLDivElement>(null)
  const { top, viewPx, onScroll, moveBy } = useRowScroll(props, scroller)
  const isAtEnd = top >= clampTop(count, { count, viewRows: viewPx / rowPx }) && count * rowPx > viewPx
  const { first, last } = rowsInSight(top, { count, viewRows: viewPx / rowPx })
  const { onSight } = props
  useEffect(() => onSight(first, last), [first, last, onSight])
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    moveBy(step === 'page' ? viewPx / rowPx - 1 : step === 'back' ? 1 - viewPx / rowPx : step)
  }
  return (
    <div className={classes['frame']}>
      <div
        ref={scroller}
        className={classes['scroller']}
        role="log"
        aria-label={label}
        aria-live="off"
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: Math.max(spacerPx(count * rowPx), 0) }} className={classes['spacer']}>
          <div className={cx(classes['view'], isAtEnd && classes['end'])} style={{ height: viewPx }}>
            <Rows first={first} last={last} offset={isAtEnd ? 0 : top - first} row={row} />
          </div>
        </div>
      </div>
      <div className={classes['marks']} aria-hidden="true">
        {marks.map(mark => (
          <span key={mark} style={{ top: `${mark * 100}%` }} />
        ))}
      </div>
    </div>
  )
}

interface RowsProps {
  readonly first: number
  readonly last: number
  /** How much of the first row has gone out of sight. */
  readonly offset: number
  row(index: number): ReactNode
}

function Rows({ first, last, offset, row }: RowsProps): ReactNode {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const height = box.current?.firstElementChild?.getBoundingClientRect().height ?? 0
    if (box.current) box.current.style.marginTop = `${-offset * height}px`
  })
  return <div ref={box}>{Array.from({ length: Math.max(0, last - first) }, (_, index) => row(first + index))}</div>
}

const STEPS: Readonly<Record<string, number | 'page' | 'back'>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 'page',
  PageUp: 'back',
  Home: -1e12,
  End: 1e12,
}

interface RowScroll {
  /** The first row in sight, with the part of it that is not. */
  readonly top: number
  readonly viewPx: number
  onScroll(): void
  moveBy(rows: number): void
}

function useRowScroll(props: VirtualLogProps, scroller: RefObject<HTMLDivElement | null>): RowScroll {
  const { count, rowPx, isFollowing, onFollow, goTo } = props
  const [top, setTop] = useState(0)
  const viewPx = useHeight(scroller)
  const size = { count, viewRows: viewPx / rowPx }
  const end = clampTop(count, size)
  /** What was scrolled to from here makes an event, too, which is not somebody's. */
  const expected = useRef<number>(undefined)
  const show = useCallback(
    (next: number): void => {
      const element = scroller.current
      setTop(next)
      if (!element) return
      const scroll = scrollOfTop(next, { end, room: element.scrollHeight - element.clientHeight })
      if (Math.abs(scroll - element.scrollTop) < 1) return
      expected.current = scroll
      element.scrollTo(0, scroll)
    },
    [end, scroller],
  )
  const onScroll = (): void => {
    const element = scroller.current
    if (!element) return
    const isOurs = expected.current !== undefined && Math.abs(element.scrollTop - expected.current) < 2
    expected.current = undefined
    if (isOurs) return
    const next = topOfScroll(element.scrollTop, { end, room: element.scrollHeight - element.clientHeight })
    setTop(next)
    if (next < end - 0.5 === isFollowing) onFollow(!isFollowing)
  }
  const moveBy = (rows: number): void => {
    const next = Math.min(end, Math.max(0, top + rows))
    show(next)
    if (next < end === isFollowing) onFollow(!isFollowing)
  }
  useWheel(scroller, { isScaled: spacerPx(count * rowPx) < count * rowPx, move: delta => moveBy(delta / rowPx) })
  useLayoutEffect(() => {
    if (isFollowing) show(end)
  }, [isFollowing, end, show])
  const lastGoTo = useRef<VirtualLogProps['goTo']>(undefined)
  useLayoutEffect(() => {
    // A row that is still to come is gone to when it has come.
    if (!goTo || goTo === lastGoTo.current || viewPx === 0 || goTo.row >= count) return
    lastGoTo.current = goTo
    show(Math.min(end, Math.max(0, goTo.row - Math.floor(viewPx / rowPx / 3))))
  }, [goTo, viewPx, end, rowPx, count, show])
  return { top: Math.min(top, end), viewPx, onScroll, moveBy }
}

function useHeight(scroller: RefObject<HTMLDivElement | null>): number {
  const [height, setHeight] = useState(0)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    setHeight(element.clientHeight)
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller])
  return height
}

/** Where the element is lower than its rows are, a turn of the wheel still moves by rows. */
function useWheel(
  scroller: RefObject<HTMLDivElement | null>,
  { isScaled, move }: { readonly isScaled: boolean; move(deltaPx: number): void },
): void {
  const newest = useRef(move)
  useEffect(() => {
    newest.current = move
  })
  useEffect(() => {
    const element = scroller.current
    if (!element || !isScaled) return undefined
    const turn = (event: WheelEvent): void => {
      if (event.ctrlKey || event.deltaY === 0) return
      event.preventDefault()
      newest.current(event.deltaY)
    }
    element.addEventListener('wheel', turn, { passive: false })
    return () => element.removeEventListener('wheel', turn)
  }, [scroller, isScaled])
}
