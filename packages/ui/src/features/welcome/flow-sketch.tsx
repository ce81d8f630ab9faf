import type { ReactNode } from 'react'
import type { Sketch } from './examples.ts'
import classes from './welcome-page.module.css'

const COLUMN = 64
const ROW = 22
const BOX = { width: 32, height: 14 }
const HEIGHT = 72

/** The shape of a flow in a few strokes. */
export function FlowSketch({ sketch }: { readonly sketch: Sketch }): ReactNode {
  const columns = sketch.map((part, index) => boxesOf(part, index))
  const width = sketch.length * COLUMN - (COLUMN - BOX.width)
  const edges = columns
    .slice(1)
    .flatMap((column, index) => column.flatMap(to => (columns[index] ?? []).map(from => ({ from, to }))))
  return (
    <svg
      className={classes['sketch']}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      aria-hidden="true"
    >
      {edges.map(({ from, to }) => (
        <path
          key={`${from.x}-${from.y}-${to.y}`}
          className={classes['edge']}
          d={`M${from.x + BOX.width} ${from.y}C${from.x + BOX.width + 16} ${from.y} ${to.x - 16} ${to.y} ${to.x} ${to.y}`}
        />
      ))}
      {columns.flat().map(({ x, y, kind }) => (
        <g key={`${x}-${y}`} className={classes[kind]}>
          <rect x={x} y={y - BOX.height / 2} width={BOX.width} height={BOX.height} rx="4" />
          {kind === 'pause' && <path d={`M${x + 13} ${y - 3}v6M${x + 19} ${y - 3}v6`} />}
          {kind === 'fail' && <path d={`M${x + 13} ${y - 3}l6 6M${x + 19} ${y - 3}l-6 6`} />}
        </g>
      ))}
    </svg>
  )
}

interface Block {
  readonly x: number
  readonly y: number
  readonly kind: 'task' | 'pause' | 'fail'
}

function boxesOf(part: Sketch[number], index: number): readonly Block[] {
  const x = index * COLUMN
  if (part === 'pause' || part === 'fail') return [{ x, y: HEIGHT / 2, kind: part }]
  return Array.from({ length: part }, (_, row) => ({ x, y: HEIGHT / 2 + (row - (part - 1) / 2) * ROW, kind: 'task' }))
}
