// The drawing of a flow. Where everything stands is known before anything is drawn (layout.ts); the canvas pans, zooms and draws what is in sight.
import {
  Background,
  getViewportForBounds,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  type Edge,
  type Node,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useActions } from '../../lib/actions.ts'
import { stateGroupOf } from '../../lib/states.ts'
import { cx } from '../../widgets/class-names.ts'
import type { MenuGroup } from '../../widgets/menu.tsx'
import { CanvasToolbar } from './canvas-toolbar.tsx'
import { EDGE_TYPES, type LineData } from './canvas-edges.tsx'
import { NODE_TYPES, type BlockData } from './canvas-nodes.tsx'
import { findNeighbour, isArrow } from './find-neighbour.ts'
import type { Block } from './flow-blocks.ts'
import type { Layout, PlacedEdge, PlacedNode } from './layout.ts'
import { t } from './messages.ts'
import { areaNear, partNear, readArea, type Part } from './near-sight.ts'
import type { TaskFacts } from './task-facts.ts'
import { TopologyMap } from './topology-map.tsx'
import classes from './topology.module.css'

export type AddPlace = NonNullable<PlacedEdge['add']>

export interface CanvasProps {
  readonly layout: Layout
  readonly facts?: ReadonlyMap<string, TaskFacts> | undefined
  /** Path of the block that is chosen. */
  readonly selected?: string | undefined
  readonly onSelect?: ((block: Block) => void) | undefined
  readonly onFold: (path: string) => void
  readonly menuOf?: ((block: Block) => readonly MenuGroup[]) | undefined
  readonly onAdd?: ((place: AddPlace) => void) | undefined
  /** On the right of the toolbar. */
  readonly tools?: ReactNode
  readonly hasMap?: boolean
  /** To be seen as a whole rather than read: it may begin smaller. */
  readonly isOverview?: boolean
}

const ZOOM_MIN = 0.1
const FAR_ZOOM = 0.4
/** Twelve pixels of text. */
const READABLE_ZOOM = 0.86
const OVERVIEW_ZOOM = 0.5
const MARGIN_PX = 32
/** Of the whole drawing, on each side. */
const FIT_PADDING = 0.06
const MANY_NODES = 150
const MOVE_MS = 180
const MAP_FROM_NODES = 12

export function TopologyCanvas(props: CanvasProps): ReactNode {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  )
}

function Canvas(props: CanvasProps): ReactNode {
  const { layout, selected, tools, hasMap = true } = props
  const wrapper = useRef<HTMLDivElement>(null)
  const [stop, setStop] = useState<string | undefined>(undefined)
  const tabStop = layout.nodes.some(({ id }) => id === stop)
    ? stop
    : (selected ?? layout.nodes.find(({ kind }) => kind !== 'port')?.id)
  const part = useNear(layout, tabStop)
  const nodes = useNodes(props, part, tabStop)
  const edges = useEdges(props, part)
  const isFar = useStore(state => state.transform[2] < FAR_ZOOM)
  const { show, fit, zoomBy } = useView(props, wrapper)
  useReveal(layout, { selected, show, wrapper })
  useActions([
    { id: 'topology.fit', title: t('fit'), section: t('section'), keys: '0', run: fit },
    { id: 'topology.in', title: t('zoomIn'), section: t('section'), keys: '+', run: () => zoomBy(1.25) },
    { id: 'topology.out', title: t('zoomOut'), section: t('section'), keys: '-', run: () => zoomBy(0.8) },
  ])
  const { go, onKeyDown } = useWalk(layout, { wrapper, show, setStop })
  return (
    <div className={classes['frame']}>
      <CanvasToolbar layout={layout} onFit={fit} onZoom={zoomBy} onFind={go}>
        {tools}
      </CanvasToolbar>
      <div
        ref={wrapper}
        className={cx(classes['canvas'], isFar && classes['far'])}
        role="group"
        aria-label={t('drawing')}
        onKeyDown={onKeyDown}
      >
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          minZoom={ZOOM_MIN}
          maxZoom={2}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          panOnScroll
          zoomOnDoubleClick={false}
          onlyRenderVisibleElements={part.nodes.length > MANY_NODES}
          proOptions={{ hideAttribution: true }}
        >
          <Background gap={20} size={1} color="var(--line)" />
          {hasMap && layout.nodes.length >= MAP_FROM_NODES && <TopologyMap layout={layout} facts={props.facts} />}
        </ReactFlow>
      </div>
    </div>
  )
}

/** A small drawing whole; of a large one what is near. */
function useNear(layout: Layout, kept: string | undefined): Part {
  const isLarge = layout.nodes.length > MANY_NODES
  const area = useStore(state => (isLarge ? areaNear(state) : ''))
  return useMemo(() => (isLarge ? partNear(layout, readArea(area), kept) : layout), [layout, isLarge, area, kept])
}

interface Reveal {
  readonly selected: string | undefined
  readonly show: (id: string) => void
  readonly wrapper: { readonly current: HTMLDivElement | null }
}

/** What is chosen elsewhere, in the code for one, comes into sight. */
function useReveal(layout: Layout, { selected, show, wrapper }: Reveal): void {
  const { flowToScreenPosition } = useReactFlow()
  const node = layout.nodes.find(({ id }) => id === selected)
  const place = node && JSON.stringify([node.x, node.y, node.width, node.height])
  const shown = useRef(place)
  useEffect(() => {
    if (shown.current === place) return
    shown.current = place
    const box = wrapper.current?.getBoundingClientRect()
    if (!node || !box) return
    const from = flowToScreenPosition({ x: node.x, y: node.y })
    const to = flowToScreenPosition({ x: node.x + Math.min(node.width, 200), y: node.y + Math.min(node.height, 52) })
    const isIn = from.x >= box.left && from.y >= box.top && to.x <= box.right && to.y <= box.bottom
    if (!isIn) show(node.id)
  }, [node, place, show, wrapper, flowToScreenPosition])
}

interface Walk {
  readonly wrapper: { readonly current: HTMLDivElement | null }
  readonly show: (id: string) => void
  readonly setStop: (id: string) => void
}

/** The keys inside of the drawing. */
function useWalk(
  layout: Layout,
  { wrapper, show, setStop }: Walk,
): { readonly go: (id: string) => void; readonly onKeyDown: (event: KeyboardEvent) => void } {
  const go = useCallback(
    (id: string): void => {
      setStop(id)
      show(id)
      // What was out of sight is drawn with the next frame.
      requestAnimationFrame(() =>
        requestAnimationFrame(() =>
          wrapper.current
            ?.querySelector<HTMLElement>(`[data-block="${CSS.escape(id)}"]`)
            ?.focus({ preventScroll: true }),
        ),
      )
    },
    [show, setStop, wrapper],
  )
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = event.target instanceof HTMLElement ? event.target.dataset['block'] : undefined
    if (from === undefined || !isArrow(event.key)) return
    event.preventDefault()
    const next = findNeighbour(layout, from, event.key)
    if (next !== undefined) go(next)
  }
  return { go, onKeyDown }
}

interface View {
  show(id: string): void
  fit(): void
  zoomBy(factor: number): void
}

/** Begins so large that everything can be read: whole where that fits, else at the failure or at the beginning. */
function useView(
  { layout, facts, isOverview = false }: CanvasProps,
  wrapper: { readonly current: HTMLDivElement | null },
): View {
  const { setViewport, getViewport, setCenter, getZoom, zoomTo } = useReactFlow()
  useMiddle(wrapper, ({ width, height }) => {
    const { x, y, zoom } = getViewport()
    void setViewport({ x: x + width / 2, y: y + height / 2, zoom })
  })
  const isPlaced = useRef(false)
  const failed = useMemo(() => failedIn(layout, facts), [layout, facts])
  const hasNodes = layout.nodes.length > 0
  useEffect(() => {
    const box = wrapper.current?.getBoundingClientRect()
    if (isPlaced.current || !hasNodes || !box || box.width === 0) return
    isPlaced.current = true
    const begun = beginView(layout, box, isOverview)
    void setViewport(failed && !begun.isWhole ? viewOf(failed, layout, box) : begun)
  }, [layout, failed, hasNodes, wrapper, isOverview, setViewport])
  return useMemo(
    () => ({
      show: id => {
        const node = layout.nodes.find(other => other.id === id)
        const duration = prefersStillness() ? 0 : MOVE_MS
        if (node)
          void setCenter(node.x + Math.min(node.width, 400) / 2, node.y + Math.min(node.height, 200) / 2, {
            zoom: Math.max(getZoom(), 0.8),
            duration,
          })
      },
      fit: () => {
        const { clientWidth = 0, clientHeight = 0 } = wrapper.current ?? {}
        const whole = { x: 0, y: 0, width: layout.width, height: layout.height }
        if (clientWidth > 0)
          void setViewport(getViewportForBounds(whole, clientWidth, clientHeight, ZOOM_MIN, 1, FIT_PADDING))
      },
      zoomBy: factor => void zoomTo(getZoom() * factor),
    }),
    [layout, wrapper, setViewport, setCenter, getZoom, zoomTo],
  )
}

interface Size {
  readonly width: number
  readonly height: number
}

/** What is in the middle stays there when the place becomes larger or smaller. */
function useMiddle(wrapper: { readonly current: HTMLDivElement | null }, move: (grown: Size) => void): void {
  const newest = useRef(move)
  useEffect(() => {
    newest.current = move
  })
  useEffect(() => {
    const element = wrapper.current
    if (!element) return undefined
    let before: Size | undefined
    const watch = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element
      if (before && before.width > 0 && width > 0)
        newest.current({ width: width - before.width, height: height - before.height })
      before = { width, height }
    })
    watch.observe(element)
    return () => watch.disconnect()
  }, [wrapper])
}

interface Beginning {
  readonly x: number
  readonly y: number
  readonly zoom: number
  /** All of it is in sight. */
  readonly isWhole: boolean
}

/** As small as it must be to be whole, but never too small to be read; an overview may be smaller. */
function beginView(layout: Layout, box: Size, isOverview: boolean): Beginning {
  const fitting = Math.min(1, (box.width - 2 * MARGIN_PX) / layout.width, (box.height - 2 * MARGIN_PX) / layout.height)
  const least = isOverview ? OVERVIEW_ZOOM : READABLE_ZOOM
  const isWhole = fitting >= least
  const zoom = isWhole ? fitting : isOverview ? least : 1
  const [width, height] = [layout.width * zoom, layout.height * zoom]
  const x = width + 2 * MARGIN_PX <= box.width + 1 ? (box.width - width) / 2 : MARGIN_PX
  const y = height + 2 * MARGIN_PX <= box.height + 1 ? (box.height - height) / 2 : yOfStart(layout, box.height, zoom)
  return { x, y, zoom, isWhole }
}

/** With a node in the middle, but no further beyond the ends of the drawing than there is to be seen. */
function viewOf(node: PlacedNode, { width, height }: Layout, box: Size): { x: number; y: number; zoom: number } {
  const along = (middle: number, size: number, room: number): number =>
    size + 2 * MARGIN_PX <= room
      ? (room - size) / 2
      : Math.min(MARGIN_PX, Math.max(room - MARGIN_PX - size, room / 2 - middle))
  return {
    x: along(node.x + node.width / 2, width, box.width),
    y: along(node.y + node.height / 2, height, box.height),
    zoom: 1,
  }
}

/** A drawing that is too high begins where its line begins. */
function yOfStart({ nodes }: Layout, height: number, zoom: number): number {
  const start = nodes.find(({ id }) => id === 'start')
  return Math.min(MARGIN_PX, height / 2 - (start?.y ?? 0) * zoom)
}

function failedIn({ nodes }: Layout, facts: ReadonlyMap<string, TaskFacts> | undefined): PlacedNode | undefined {
  if (!facts) return undefined
  const isFailed = ({ block }: PlacedNode): boolean => block !== undefined && facts.get(block.id)?.state === 'FAILED'
  return nodes.find(node => node.kind === 'task' && isFailed(node)) ?? nodes.find(isFailed)
}

function prefersStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** Objects of blocks that look as before stay the same, so that a change of state draws one of them anew. */
function useNodes(props: CanvasProps, part: Part, tabStop: string | undefined): Node[] {
  const { facts, selected, onSelect, onFold, menuOf } = props
  const [cache] = useState(() => new Map<string, { readonly look: string; readonly node: Node }>())
  const acts = useRef({ onSelect, onFold, menuOf })
  useEffect(() => {
    acts.current = { onSelect, onFold, menuOf }
  })
  return useMemo(() => {
    const nodes = part.nodes.map(placed => {
      const own = placed.block && facts?.get(placed.block.id)
      const isTabStop = placed.id === tabStop
      const look = JSON.stringify([placed, own, placed.id === selected, isTabStop, facts !== undefined])
      const known = cache.get(placed.id)
      const entry = known?.look === look ? known : { look, node: nodeOf(placed, own) }
      cache.set(placed.id, entry)
      return entry.node
    })
    return nodes

    function nodeOf(placed: PlacedNode, own: TaskFacts | undefined): Node {
      const data: BlockData = {
        placed,
        facts: own,
        isInExecution: facts !== undefined,
        isSelected: placed.id === selected,
        isTabStop: placed.id === tabStop,
        onSelect: () => placed.block && acts.current.onSelect?.(placed.block),
        onFold: () => acts.current.onFold(placed.id),
        menu: () => (placed.block ? (acts.current.menuOf?.(placed.block) ?? []) : []),
        hasMenu: acts.current.menuOf !== undefined,
      }
      const { id, kind, x, y, depth } = placed
      const [width, height] = [Math.round(placed.width), Math.round(placed.height)]
      const zIndex = depth * 2 + (kind === 'group' ? 0 : 1)
      const type = kind === 'group' ? 'frame' : kind
      // All of it is known before it is measured: lines are there with the first look.
      const sized = {
        width,
        height,
        measured: { width, height },
        handles: kind === 'group' ? [] : endsOf(width, height),
      }
      return { id, type, position: { x, y }, ...sized, zIndex, data }
    }
  }, [part, facts, selected, tabStop, cache])
}

function endsOf(width: number, height: number): NonNullable<Node['handles']> {
  const end = { y: height / 2, width: 0, height: 0 }
  return [
    { type: 'target', position: Position.Left, x: 0, ...end },
    { type: 'source', position: Position.Right, x: width, ...end },
  ]
}

function useEdges({ layout, facts, onAdd }: CanvasProps, part: Part): Edge[] {
  const add = useRef(onAdd)
  useEffect(() => {
    add.current = onAdd
  })
  const isEditing = onAdd !== undefined
  const offering = useMemo(() => (isEditing ? firstOfPlaces(layout) : NONE), [layout, isEditing])
  return useMemo(() => {
    const depths = new Map(part.nodes.map(({ id, depth }) => [id, depth]))
    const blocks = new Map(part.nodes.map(({ id, block }) => [id, block]))
    return part.edges.map(edge => {
      const { id, from, to, label, isDashed, add: place } = edge
      const ends = [blocks.get(to), blocks.get(from)].filter(block => block !== undefined)
      const ran = ends.every(block => facts?.has(block.id) === true)
      const state = ran ? facts?.get(ends[0]?.id ?? '')?.state : undefined
      const data: LineData = {
        label,
        isDashed,
        isBentLate: to.endsWith('/out') || to === 'end',
        isFaint: facts !== undefined && !ran,
        outcome: state === undefined ? undefined : stateGroupOf(state),
        onAdd: place !== undefined && offering.has(edge) ? () => add.current?.(place) : undefined,
      }
      const zIndex = Math.max(depths.get(from) ?? 0, depths.get(to) ?? 0) * 2
      return { id, source: from, target: to, type: 'line', zIndex, data: { ...data } }
    })
  }, [part, facts, offering])
}

const NONE: ReadonlySet<PlacedEdge> = new Set()

/** Several lines may lead to one place of a list: the first of them offers to add there. */
function firstOfPlaces({ edges }: Layout): ReadonlySet<PlacedEdge> {
  const first = new Map<string, PlacedEdge>()
  for (const edge of edges) {
    const key = edge.add && `${edge.add.list} ${edge.add.index}`
    if (key !== undefined && !first.has(key)) first.set(key, edge)
  }
  return new Set(first.values())
}
