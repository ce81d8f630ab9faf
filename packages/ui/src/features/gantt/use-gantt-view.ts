// What of the time is in sight: by the wheel with Ctrl, by dragging, by keys and by buttons. It is kept in the address once the hand rests.
import { useCallback, useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react'
import { lengthOf, panBy, readZoom, writeZoom, zoomAt, type Span } from './gantt-view.ts'

const REST_MS = 300
const NEARER = 0.7
/** Less is a click. */
const DRAG_MIN_PX = 4

export interface GanttView {
  readonly view: Span
  readonly isZoomed: boolean
  zoomBy(factor: number): void
  fit(): void
  show(span: Span): void
  pan(share: number): void
  /** On what shows the time; its width is that of the view. */
  readonly dragging: {
    onPointerDown(event: PointerEvent<HTMLElement>): void
    onPointerMove(event: PointerEvent<HTMLElement>): void
    onPointerUp(event: PointerEvent<HTMLElement>): void
    onPointerCancel(event: PointerEvent<HTMLElement>): void
  }
}

export interface GanttViewWish {
  readonly whole: Span
  readonly zoom: string | undefined
  readonly onZoom: (zoom: string | undefined) => void
  /** What hears the wheel, and the element in it that shows the time. */
  readonly ref: RefObject<HTMLElement | null>
}

export function useGanttView({ whole, zoom, onZoom, ref }: GanttViewWish): GanttView {
  const [own, setOwn] = useState<Span | undefined>(undefined)
  const view = own ?? readZoom(zoom, whole)
  const now = useRef({ view, whole, onZoom })
  const frame = useRef<number>(undefined)
  useEffect(() => {
    // What is not drawn yet is newer.
    now.current = { view: frame.current === undefined ? view : now.current.view, whole, onZoom }
  })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const show = useCallback((span: Span): void => {
    // The wheel and the hand move more often than there are frames: each move goes on from the last, and one of a frame is drawn.
    now.current = { ...now.current, view: span }
    frame.current ??= requestAnimationFrame(() => {
      frame.current = undefined
      setOwn(now.current.view)
    })
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      now.current.onZoom(writeZoom(span, now.current.whole))
      setOwn(undefined)
    }, REST_MS)
  }, [])
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      if (frame.current !== undefined) cancelAnimationFrame(frame.current)
      frame.current = undefined
    },
    [],
  )
  const zoomBy = useCallback(
    (factor: number, atMs?: number): void => {
      const { view: at, whole: all } = now.current
      show(zoomAt(at, all, { atMs: atMs ?? (at.fromMs + at.toMs) / 2, factor }))
    },
    [show],
  )
  const pan = useCallback(
    (share: number): void => show(panBy(now.current.view, now.current.whole, lengthOf(now.current.view) * share)),
    [show],
  )
  useWheel(ref, now, { zoomBy, pan })
  const dragging = useDragging(now, show)
  return { view, isZoomed: lengthOf(view) < lengthOf(whole), zoomBy, fit: () => show(whole), show, pan, dragging }
}

type Now = RefObject<{ readonly view: Span; readonly whole: Span }>

interface Moves {
  zoomBy(factor: number, atMs?: number): void
  pan(share: number): void
}

/** With Ctrl or ⌘ it zooms, sideways or with Shift it pans; else it scrolls the rows. */
function useWheel(ref: RefObject<HTMLElement | null>, now: Now, { zoomBy, pan }: Moves): void {
  useEffect(() => {
    const element = ref.current
    if (!element) return undefined
    const wheel = (event: WheelEvent): void => {
      const track = trackOf(event.target)
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
      const isZoom = event.ctrlKey || event.metaKey
      if (!track || !(isZoom || isSideways)) return
      event.preventDefault()
      const { left, width } = track.getBoundingClientRect()
      const { view } = now.current
      if (isZoom)
        return zoomBy(
          event.deltaY > 0 ? 1 / NEARER : NEARER,
          view.fromMs + ((event.clientX - left) / width) * lengthOf(view),
        )
      return pan((event.deltaX === 0 ? event.deltaY : event.deltaX) / width)
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [ref, now, zoomBy, pan])
}

function trackOf(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest('[data-track]') : null
}

function useDragging(now: Now, show: (span: Span) => void): GanttView['dragging'] {
  const from = useRef<{ readonly x: number; readonly view: Span; readonly width: number; isMoved: boolean }>(undefined)
  const end = (): void => {
    from.current = undefined
  }
  return {
    onPointerDown: event => {
      const track = trackOf(event.target)
      if (event.button !== 0 || !track || lengthOf(now.current.view) >= lengthOf(now.current.whole)) return
      const { width } = track.getBoundingClientRect()
      from.current = { x: event.clientX, view: now.current.view, width, isMoved: false }
    },
    onPointerMove: event => {
      const start = from.current
      if (!start) return
      const moved = event.clientX - start.x
      if (!start.isMoved && Math.abs(moved) < DRAG_MIN_PX) return
      if (!start.isMoved) event.currentTarget.setPointerCapture(event.pointerId)
      start.isMoved = true
      show(panBy(start.view, now.current.whole, (-moved / start.width) * lengthOf(start.view)))
    },
    onPointerUp: end,
    onPointerCancel: end,
  }
}
