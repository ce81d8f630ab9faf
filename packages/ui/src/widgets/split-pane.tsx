// Two parts with a border that can be moved: by the pointer, and by the arrow keys when it has the focus. The width is remembered under its name.
// Where the window is narrow the second part lies over the page as a drawer.
import { CatchBoundary, type ErrorComponentProps } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { useMedia } from '../lib/use-media.ts'
import { readLocal, writeLocal } from '../platform/local-store.ts'
import { Dialog } from './dialog.tsx'
import { ErrorCard } from './error-card.tsx'
import { PaneBorder } from './pane-border.tsx'
import classes from './split-pane.module.css'

const NARROW = '(max-width: 1199px)'

export interface SplitPaneProps {
  /** Under which the width is remembered. */
  readonly name: string
  readonly children: ReactNode
  /** The part on the right; nothing where it is closed. */
  readonly side?: ReactNode
  readonly sideTitle: string
  readonly onCloseSide: () => void
  readonly width?: { readonly min: number; readonly max: number; readonly usual: number }
}

const USUAL = { min: 320, max: 720, usual: 440 }

export function SplitPane({ name, children, side, sideTitle, onCloseSide, width = USUAL }: SplitPaneProps): ReactNode {
  const isNarrow = useMedia(NARROW)
  const [size, setSize] = useState(() => clamp(Number(readLocal(`pane.${name}`) ?? width.usual), width))
  const resize = (to: number): void => {
    const next = clamp(to, width)
    setSize(next)
    writeLocal(`pane.${name}`, String(next))
  }
  const hasSide = side !== undefined && side !== null
  return (
    <div className={classes['split']}>
      <div className={classes['main']}>{children}</div>
      {hasSide && !isNarrow && (
        <>
          <PaneBorder size={size} width={width} onResize={resize} label={sideTitle} />
          <aside className={classes['side']} style={{ width: size }} aria-label={sideTitle}>
            <OwnFailure of={sideTitle}>{side}</OwnFailure>
          </aside>
        </>
      )}
      {hasSide && isNarrow && (
        <Dialog kind="drawer" title={sideTitle} onClose={onCloseSide}>
          <OwnFailure of={sideTitle}>{side}</OwnFailure>
        </Dialog>
      )}
    </div>
  )
}

function clamp(size: number, { min, max }: { readonly min: number; readonly max: number }): number {
  return Math.min(max, Math.max(min, Math.round(size)))
}

/** What breaks in the second part, or does not come, leaves the first one as it is. */
function OwnFailure({ of, children }: { readonly of: string; readonly children: ReactNode }): ReactNode {
  return (
    <CatchBoundary getResetKey={() => of} errorComponent={Failure}>
      {children}
    </CatchBoundary>
  )
}

function Failure({ error, reset }: ErrorComponentProps): ReactNode {
  return <ErrorCard error={error} onRetry={reset} />
}
