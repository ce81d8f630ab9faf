import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import classes from './split-pane.module.css'

const STEP = 24

export interface PaneBorderProps {
  readonly size: number
  readonly width: { readonly min: number; readonly max: number }
  readonly label: string
  readonly onResize: (size: number) => void
}

/** The border of a part on the right: moved by the pointer, and by the arrow keys when it has the focus. */
export function PaneBorder({ size, width, label, onResize }: PaneBorderProps): ReactNode {
  const from = useRef<{ readonly x: number; readonly size: number } | undefined>(undefined)
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { x: event.clientX, size }
  }
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (from.current) onResize(from.current.size + from.current.x - event.clientX)
  }
  const key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowLeft' ? STEP : event.key === 'ArrowRight' ? -STEP : 0
    if (step === 0) return
    event.preventDefault()
    onResize(size + step)
  }
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of ${label}`}
      aria-valuenow={size}
      aria-valuemin={width.min}
      aria-valuemax={width.max}
      className={classes['border']}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => {
        from.current = undefined
      }}
      onKeyDown={key}
    />
  )
}
