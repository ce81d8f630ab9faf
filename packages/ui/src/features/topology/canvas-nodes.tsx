import { trust } from '@batuta/core'
import type { NodeProps } from '@xyflow/react'
import { memo, useState, type ReactNode } from 'react'
import { formatNumber } from '../../lib/messages.ts'
import { stateGroupOf, stateWord } from '../../lib/states.ts'
import { formatDuration } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu, type MenuGroup } from '../../widgets/menu.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { StateIcon } from '../states/state-icon.tsx'
import { simpleType, walkBlocks, type Block } from './flow-blocks.ts'
import type { PlacedNode } from './layout.ts'
import { t } from './messages.ts'
import type { TaskFacts } from './task-facts.ts'
import classes from './topology.module.css'

export interface BlockData extends Record<string, unknown> {
  readonly placed: PlacedNode
  readonly facts: TaskFacts | undefined
  readonly isInExecution: boolean
  readonly isSelected: boolean
  readonly isTabStop: boolean
  readonly hasMenu: boolean
  onSelect(): void
  onFold(): void
  menu(): readonly MenuGroup[]
}

/**
 * Where lines begin and end. The canvas finds them by these names and nothing else of them is needed: its own ones listen to the whole drawing, and
 * there are two of them for each block.
 */
const Ends = (): ReactNode => (
  <>
    <i className={cx('target', classes['end'])} data-handlepos="left" />
    <i className={cx('source', classes['end'])} data-handlepos="right" />
  </>
)

const TaskNode = memo(({ data }: NodeProps): ReactNode => {
  const block = trust<BlockData>(data)
  const { placed } = block
  if (!placed.block) return null
  return (
    <div className={lookOf(block, 'task')}>
      <BlockButton data={block} block={placed.block} />
      {block.hasMenu && <BlockMenu data={block} block={placed.block} />}
      <Ends />
    </div>
  )
})

const FoldedNode = memo(({ data }: NodeProps): ReactNode => {
  const block = trust<BlockData>(data)
  const { placed } = block
  if (!placed.block) return null
  const count = [...walkBlocks(placed.block.branches)].length
  return (
    <div className={cx(lookOf(block, 'task'), classes['folded'])}>
      <FoldButton data={block} block={placed.block} isOpen={false} />
      <BlockButton data={block} block={placed.block} hint={t('folded', { count })} />
      {block.hasMenu && <BlockMenu data={block} block={placed.block} />}
      <Ends />
    </div>
  )
})

const GroupNode = memo(({ data }: NodeProps): ReactNode => {
  const block = trust<BlockData>(data)
  const { placed } = block
  if (!placed.block) return null
  return (
    <div className={lookOf(block, 'group')}>
      <div className={classes['groupHead']}>
        <FoldButton data={block} block={placed.block} isOpen />
        <BlockButton data={block} block={placed.block} isInRow />
        {block.hasMenu && <BlockMenu data={block} block={placed.block} />}
      </div>
    </div>
  )
})

const PortNode = memo((): ReactNode => (
  <div className={classes['port']}>
    <Ends />
  </div>
))

const TriggerNode = memo(({ data }: NodeProps): ReactNode => {
  const { placed } = trust<BlockData>(data)
  const { trigger } = placed
  if (!trigger) return null
  const isClock = simpleType(trigger.type).startsWith('Schedule')
  return (
    <div className={cx(classes['trigger'], trigger.isDisabled && classes['disabled'])} {...tip(trigger.type)}>
      <Icon name={isClock ? 'clock' : 'trigger'} size={16} />
      <span className={classes['texts']}>
        <span className={classes['id']}>{trigger.id}</span>
        <span className={classes['type']}>{simpleType(trigger.type)}</span>
      </span>
      <Ends />
    </div>
  )
})

function lookOf({ placed, facts, isInExecution, isSelected }: BlockData, kind: 'task' | 'group'): string {
  return cx(
    classes[kind],
    facts && classes[stateGroupOf(facts.state)],
    isInExecution && !facts && classes['notTaken'],
    isSelected && classes['selected'],
    placed.block?.isDisabled === true && classes['disabled'],
  )
}

interface PartProps {
  readonly data: BlockData
  readonly block: Block
}

interface BlockButtonProps extends PartProps {
  readonly hint?: string
  readonly isInRow?: boolean
}

function BlockButton({ data, block, hint, isInRow = false }: BlockButtonProps): ReactNode {
  const { facts } = data
  const type = simpleType(block.type)
  return (
    <button
      type="button"
      data-block={data.placed.id}
      className={cx(classes['open'], isInRow && classes['inRow'], 'nodrag', 'nopan')}
      tabIndex={data.isTabStop ? 0 : -1}
      aria-pressed={data.isSelected}
      onClick={data.onSelect}
      {...tip([block.type, block.hint].filter(Boolean).join('\n'))}
    >
      {facts && (
        <span className={classes['state']}>
          <StateIcon state={facts.state} size={16} />
          <span className="visually-hidden">{stateWord(facts.state)}</span>
        </span>
      )}
      <span className={classes['texts']}>
        <span className={classes['id']}>
          {block.id === '' ? '–' : block.id}
          {data.isInExecution && !facts && <span className="visually-hidden"> ({t('notTaken')})</span>}
        </span>
        <span className={classes['type']}>
          {facts === undefined
            ? (hint ?? [type, block.isDisabled ? t('disabled') : ''].filter(Boolean).join(' · '))
            : outcome(facts)}
          {isInRow && block.hint !== undefined && <span className={classes['hint']}> {block.hint}</span>}
        </span>
      </span>
      {facts && facts.count > 1 && <Count facts={facts} />}
    </button>
  )
}

/** `×120` with a ring of how many have ended. */
function Count({ facts: { count, done } }: { readonly facts: TaskFacts }): ReactNode {
  const share = count === 0 ? 0 : done / count
  return (
    <span className={classes['count']} {...tip(t('done', { done, count }))}>
      {share < 1 && (
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <circle cx="7" cy="7" r="5" className={classes['ring']} />
          <circle
            cx="7"
            cy="7"
            r="5"
            className={classes['ringDone']}
            pathLength="100"
            strokeDasharray={`${share * 100} 100`}
            transform="rotate(-90 7 7)"
          />
        </svg>
      )}
      ×{formatNumber(count)}
    </span>
  )
}

function outcome({ state, durationMs, attempts }: TaskFacts): string {
  const parts = [durationMs === undefined ? stateWord(state) : formatDuration(durationMs)]
  if (attempts > 1) parts.push(`↻ ${attempts}`)
  return parts.join(' · ')
}

function FoldButton({ data, block, isOpen }: PartProps & { readonly isOpen: boolean }): ReactNode {
  return (
    <button
      type="button"
      className={cx(classes['fold'], 'nodrag', 'nopan')}
      tabIndex={data.isTabStop ? 0 : -1}
      aria-expanded={isOpen}
      aria-label={t(isOpen ? 'fold' : 'unfold', { task: block.id })}
      onClick={data.onFold}
    >
      <Icon name={isOpen ? 'down' : 'right'} size={14} />
    </button>
  )
}

const NO_GROUPS: readonly MenuGroup[] = []

/** Made when somebody comes near it: a thousand blocks would have a thousand menus. */
function BlockMenu({ data, block }: PartProps): ReactNode {
  const [groups, setGroups] = useState(NO_GROUPS)
  // Asked again when it is opened: a node is drawn anew only when its look changes, and the text may have changed without it.
  const ask = (): void => setGroups(data.menu())
  return (
    <span className={cx(classes['menu'], 'nodrag', 'nopan')} onPointerEnter={ask} onFocus={ask}>
      <Menu
        label={t('actions', { task: block.id })}
        button={<Icon name="more" size={14} />}
        groups={groups}
        onOpen={ask}
        align="end"
      />
    </span>
  )
}

export const NODE_TYPES = {
  task: TaskNode,
  folded: FoldedNode,
  // `group` is a kind of the canvas with a look of its own.
  frame: GroupNode,
  port: PortNode,
  trigger: TriggerNode,
}
