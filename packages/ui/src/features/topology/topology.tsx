// What depends on what, and where it is stuck: the drawing of a flow, or the same as a table. With the facts of an execution both tell what came of it.
import { Button } from '@mantine/core'
import { useMemo, useState, type ReactNode } from 'react'
import { useAction } from '../../lib/actions.ts'
import { flagParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import type { MenuGroup } from '../../widgets/menu.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { flowBlocks, walkBlocks, type Block, type FlowBlocks } from './flow-blocks.ts'
import { isGroup, layOut, type Layout } from './layout.ts'
import { t } from './messages.ts'
import { hasRun, type TaskFacts } from './task-facts.ts'
import type { AddPlace } from './topology-canvas.tsx'
import { TopologyTable } from './topology-table.tsx'
import classes from './topology.module.css'

const Canvas = lazyPart(async () => (await import('./topology-canvas.tsx')).TopologyCanvas, <SkeletonRows rows={5} />)

export interface TopologyProps {
  /** The flow as the API tells it, or as it is being written. */
  readonly flow: unknown
  /** By task id: what it came to in an execution. */
  readonly facts?: ReadonlyMap<string, TaskFacts> | undefined
  /** Id of the task that is chosen. */
  readonly selected?: string | undefined
  readonly onSelect?: ((block: Block) => void) | undefined
  readonly menuOf?: ((block: Block) => readonly MenuGroup[]) | undefined
  readonly onAdd?: ((place: AddPlace) => void) | undefined
  readonly hasMap?: boolean
  /** To be seen as a whole rather than read. */
  readonly isOverview?: boolean
  /** One action, where there are no tasks. */
  readonly emptyAction?: ReactNode
}

const PARAMS = { view: wordParam(['drawing', 'table']), notTaken: flagParam }
const NOTHING: ReadonlySet<string> = new Set()

export function Topology(props: TopologyProps): ReactNode {
  const { flow, facts, selected, emptyAction, onAdd } = props
  const [{ view, notTaken: isHiding }, setSearch] = useSearchState(PARAMS)
  const [folded, setFolded] = useState(NOTHING)
  const blocks = useMemo(() => blocksOf(flow), [flow])
  const groups = useMemo(
    () => [...walkBlocks(blocks.branches)].filter(({ block }) => isGroup(block)).map(({ block }) => block.path),
    [blocks],
  )
  const layout = useMemo(() => {
    const isHidden = (block: Block): boolean => isHiding && facts !== undefined && !hasRun(block, facts)
    return folded.size === 0 && !isHiding ? layoutOf(blocks) : layOut(blocks, { folded, isHidden })
  }, [blocks, folded, isHiding, facts])
  const isTable = view === 'table'
  const switchView = (): void => setSearch({ view: isTable ? 'drawing' : 'table' }, { replace: true })
  useAction({
    id: 'topology.view',
    title: t(isTable ? 'asDrawing' : 'asTable'),
    section: t('section'),
    keys: 't',
    run: switchView,
  })
  if (blocks.branches.every(branch => branch.blocks.length === 0) && !onAdd)
    return <Empty icon="flow" title={t('empty')} action={emptyAction} />
  const toggle = (path: string): void => {
    const next = new Set(folded)
    if (!next.delete(path)) next.add(path)
    setFolded(next)
  }
  const tools = (
    <Tools
      {...{ groups, folded, setFolded, isTable, switchView, isHiding }}
      hasFacts={facts !== undefined}
      onHide={() => setSearch({ notTaken: !isHiding }, { replace: true })}
    />
  )
  if (isTable)
    return (
      <div className={classes['frame']}>
        <div className={classes['toolbar']}>
          <span className={classes['tools']}>{tools}</span>
        </div>
        <TopologyTable {...props} blocks={blocks} folded={folded} onFold={toggle} isHiding={isHiding} />
      </div>
    )
  const path = selected === undefined ? undefined : pathOf(blocks.branches, selected)
  return <Canvas {...props} layout={layout} selected={path} onFold={toggle} tools={tools} />
}

/** Of a large flow, in steps: what is drawn afterwards is drawn at once. */
export function* prepareDrawing(read: () => unknown): Generator<undefined, void> {
  Canvas.prepare()
  yield
  const flow = read()
  yield
  const blocks = blocksOf(flow)
  yield
  layoutOf(blocks)
}

const knownBlocks = new WeakMap<object, FlowBlocks>()
const knownLayouts = new WeakMap<FlowBlocks, Layout>()

function blocksOf(flow: unknown): FlowBlocks {
  if (typeof flow !== 'object' || flow === null) return flowBlocks(flow)
  const blocks = knownBlocks.get(flow) ?? flowBlocks(flow)
  knownBlocks.set(flow, blocks)
  return blocks
}

/** With nothing folded and nothing hidden. */
function layoutOf(blocks: FlowBlocks): Layout {
  const layout = knownLayouts.get(blocks) ?? layOut(blocks)
  knownLayouts.set(blocks, layout)
  return layout
}

interface ToolsProps {
  readonly groups: readonly string[]
  readonly folded: ReadonlySet<string>
  readonly setFolded: (folded: ReadonlySet<string>) => void
  readonly isTable: boolean
  readonly switchView: () => void
  readonly hasFacts: boolean
  readonly isHiding: boolean
  readonly onHide: () => void
}

function Tools({ groups, folded, setFolded, isTable, switchView, hasFacts, isHiding, onHide }: ToolsProps): ReactNode {
  const isAllFolded = groups.length > 0 && groups.every(path => folded.has(path))
  return (
    <>
      {hasFacts && <Toggle isOn={isHiding} title={t('hideNotTaken')} run={onHide} />}
      {groups.length > 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          onClick={() => setFolded(isAllFolded ? NOTHING : new Set(groups))}
        >
          {t(isAllFolded ? 'unfoldAll' : 'foldAll')}
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<Icon name={isTable ? 'flow' : 'table'} size={14} />}
        onClick={switchView}
      >
        {t(isTable ? 'asDrawing' : 'asTable')}
      </Button>
    </>
  )
}

function Toggle({
  isOn,
  title,
  run,
}: {
  readonly isOn: boolean
  readonly title: string
  readonly run: () => void
}): ReactNode {
  return (
    <Button
      size="compact-sm"
      variant={isOn ? 'light' : 'subtle'}
      color={isOn ? 'accent' : 'gray'}
      aria-pressed={isOn}
      onClick={run}
    >
      {title}
    </Button>
  )
}

function pathOf(branches: Parameters<typeof walkBlocks>[0], id: string): string | undefined {
  for (const { block } of walkBlocks(branches)) if (block.id === id) return block.path
  return undefined
}
