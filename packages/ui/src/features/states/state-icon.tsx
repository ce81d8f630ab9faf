import type { ReactNode } from 'react'
import { stateGroupOf } from '../../lib/states.ts'
import type { StateGroup } from '../../lib/tokens.ts'

const CIRCLE = 'M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13z'

/** Drawn within 16 units: `fill` in the colour of the text, `line` upon it in the colour of the ground. */
const SHAPES: Readonly<
  Record<StateGroup, { readonly fill?: string; readonly line?: string; readonly stroke?: string }>
> = {
  success: { fill: CIRCLE, line: 'M5 8.200l2.100 2.100L11 6' },
  failed: { fill: CIRCLE, line: 'M5.500 5.500l5 5M10.500 5.500l-5 5' },
  warning: { fill: 'M8 1.500l7 12.500H1z', line: 'M8 6v4M8 12h.01' },
  running: { fill: 'M4 2.500l9.500 5.500L4 13.500z' },
  waiting: { stroke: `${CIRCLE}M8 4.500V8l2.300 1.500` },
  paused: { fill: 'M4 2.500h3v11H4zM9 2.500h3v11H9z' },
  stopped: { fill: 'M3 3h10v10H3z' },
  skipped: { stroke: 'M2.500 11a5.500 5.500 0 0 1 10.500-2M13.500 4.500V9H9' },
}

const OWN: Readonly<Record<string, keyof typeof MORE>> = {
  RESTARTED: 'again',
  RETRYING: 'again',
  BREAKPOINT: 'target',
}

const MORE = {
  again: { stroke: 'M13.500 8A5.500 5.500 0 1 1 11.500 3.800M13.500 1.500v3.500H10' },
  target: { stroke: CIRCLE, fill: 'M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600z' },
} as const

export function StateIcon({ state, size = 14 }: { readonly state: string; readonly size?: number }): ReactNode {
  const own = OWN[state]
  const shape: (typeof SHAPES)[StateGroup] = own === undefined ? SHAPES[stateGroupOf(state)] : MORE[own]
  const { fill, line, stroke } = shape
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth="1.600"
    >
      {fill !== undefined && <path d={fill} fill="currentColor" />}
      {line !== undefined && <path d={line} stroke="var(--state-ground, var(--surface))" />}
      {stroke !== undefined && <path d={stroke} stroke="currentColor" />}
    </svg>
  )
}
