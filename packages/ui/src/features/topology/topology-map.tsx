// The whole drawing in small, and what of it is in sight. Blocks are drawn from the layout; while somebody pans only the frame around what is in sight
// moves. (The map that comes with the canvas asks the store once for each block and each frame.)
import { Panel, useReactFlow, useStore, type ReactFlowState } from '@xyflow/react'
import { memo, useRef, type PointerEvent, type ReactNode, type WheelEvent } from 'react'
import { stateGroupOf } from '../../lib/states.ts'
import type { Layout, PlacedNode } from './layout.ts'
import { t } from './messages.ts'
import type { TaskFacts } from './task-facts.ts'
import classes from './topology.module.css'

export interface TopologyMapProps {
  readonly layout: Layout
  readonly facts?: ReadonlyMap<string, TaskFacts> | undefined
}

const WIDTH_MAX_PX = 160
const HEIGHT_MAX_PX = 100
/** A chain of many tasks is a line otherwise, which nobody can point at: it is stretched. */
const SIDE_MIN_PX = 28
const MARGIN = 40
const ZOOM_PER_PX = 0.002

export function TopologyMap({ layout, facts }: TopologyMapProps): ReactNode {
  const { setCenter, getZoom, zoomTo } = useReactFlow()
  const svg = useRef<SVGSVGElement>(null)
  const width = layout.width + 2 * MARGIN
  const height = layout.height + 2 * MARGIN
  const scale = Math.min(WIDTH_MAX_PX / width, HEIGHT_MAX_PX / height)
  const goTo = (event: PointerEvent): void => {
    const matrix = svg.current?.getScreenCTM()?.inverse()
    if (!matrix) return
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix)
    void setCenter(x, y, { zoom: getZoom() })
  }
  const press = (event: PointerEvent<SVGSVGElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId)
    goTo(event)
  }
  const drag = (event: PointerEvent<SVGSVGElement>): void => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) goTo(event)
  }
  const zoom = (event: WheelEvent): void => void zoomTo(getZoom() * 2 ** (-event.deltaY * ZOOM_PER_PX))
  return (
    <Panel position="bottom-right" className={classes['map'] ?? ''}>
      <svg
        ref={svg}
        role="img"
        aria-label={t('map')}
        width={Math.max(SIDE_MIN_PX, width * scale)}
        height={Math.max(SIDE_MIN_PX, height * scale)}
        preserveAspectRatio="none"
        viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
        onPointerDown={press}
        onPointerMove={drag}
        onWheel={zoom}
      >
        <Blocks layout={layout} facts={facts} />
        <Sight />
      </svg>
    </Panel>
  )
}

const Blocks = memo(function Blocks({ layout, facts }: TopologyMapProps): ReactNode {
  return layout.nodes
    .filter(({ kind }) => kind !== 'port')
    .map(node => (
      <rect
        key={node.id}
        className={classes['mapBlock']}
        x={node.x}
        y={node.y}
        width={node.width}
        height={node.height}
        rx={8}
        style={{ fill: colorOf(node, facts) }}
      />
    ))
})

function colorOf({ kind, block }: PlacedNode, facts: TopologyMapProps['facts']): string {
  if (kind === 'group') return 'transparent'
  const state = block && facts?.get(block.id)?.state
  return state === undefined ? 'var(--border)' : `var(--${stateGroupOf(state)}-solid)`
}

/** Everything but what is in sight is veiled. */
function Sight(): ReactNode {
  return <path className={classes['mapVeil']} fillRule="evenodd" d={useStore(veilOf)} />
}

const FAR = 1_000_000

function veilOf({ transform: [x, y, zoom], width, height }: ReactFlowState): string {
  const [left, top] = [-x / zoom, -y / zoom]
  const [wide, high] = [width / zoom, height / zoom]
  return `M${-FAR},${-FAR}h${2 * FAR}v${2 * FAR}h${-2 * FAR}z M${left},${top}h${wide}v${high}h${-wide}z`
}
