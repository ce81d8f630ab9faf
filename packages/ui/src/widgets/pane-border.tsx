import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { cx } from './class-names.ts'
import classes from './split-pane.module.css'
import { t } from './messages.ts'

const STEP = 24

export interface PaneBorderProps {
  readonly size: number
  readonly width: { readonly min: number; readonly max: number }
  readonly label: string
  /** The part lies below instead of on the right. */
  readonly isBelow?: boolean
  readonly onResize: (size: number) => void
  /** Back to the size that nobody chose: by a double click or Enter. */
  readonly onReset?: () => void
}

/** The border of a part on the right or below: moved by the pointer, and by the arrow keys when it has the focus. */
export function PaneBorder({ size, width, label, isBelow = false, onResize, onReset }: PaneBorderProps): ReactNode {
  const from = useRef<{ readonly at: number; readonly size: number } | undefined>(undefined)
  const placeOf = (event: PointerEvent): number => (isBelow ? event.clientY : event.clientX)
  const [more, less] = isBelow ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight']
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { at: placeOf(event), size }
  }
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (from.current) onResize(from.current.size + from.current.at - placeOf(event))
  }
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && onReset) {
      event.preventDefault()
      return onReset()
    }
    const step = event.key === more ? STEP : event.key === less ? -STEP : 0
    if (step === 0) return
    event.preventDefault()
    onResize(size + step)
  }
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation={isBelow ? 'horizontal' : 'vertical'}
      aria-label={t(isBelow ? 'heightOf' : 'widthOf', { name: label })}
      aria-valuenow={size}
      aria-valuemin={width.min}
      aria-valuemax={width.max}
      className={cx(classes['border'], isBelow && classes['below'])}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => {
        from.current = undefined
      }}
      onDoubleClick={onReset}
      onKeyDown={key}
    />
  )
}
