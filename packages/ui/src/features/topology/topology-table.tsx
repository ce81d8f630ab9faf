// The same as the drawing, as a table: for those who hear it, and for flows that are easier read line by line.
import type { ReactNode } from 'react'
import { formatDuration } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { simpleType, walkBlocks, type Block, type Branch, type FlowBlocks } from './flow-blocks.ts'
import { isGroup } from './layout.ts'
import { t } from './messages.ts'
import { hasRun } from './task-facts.ts'
import type { TopologyProps } from './topology.tsx'
import classes from './topology.module.css'

export interface TopologyTableProps extends TopologyProps {
  readonly blocks: FlowBlocks
  readonly folded: ReadonlySet<string>
  readonly onFold: (path: string) => void
  readonly isHiding: boolean
}

export function TopologyTable(props: TopologyTableProps): ReactNode {
  const { blocks, folded, facts, isHiding, menuOf } = props
  const rows = [...walkBlocks(blocks.branches)].filter(
    ({ block }) => !isBelow(block, folded) && !(isHiding && facts && !hasRun(block, facts)),
  )
  return (
    <div className={classes['tableScroller']}>
      <table className={classes['table']} role="treegrid" aria-label={t('table')}>
        <thead>
          <tr>
            <th scope="col">{t('task')}</th>
            <th scope="col">{t('type')}</th>
            <th scope="col">{t('branch')}</th>
            {facts && <th scope="col">{t('state')}</th>}
            {facts && <th scope="col">{t('count')}</th>}
            {facts && <th scope="col">{t('duration')}</th>}
            {menuOf && (
              <th scope="col">
                <span className="visually-hidden">{t('actions', { task: '' })}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <Row key={row.block.path} {...row} table={props} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps {
  readonly block: Block
  readonly branch: Branch
  readonly depth: number
  readonly table: TopologyTableProps
}

function Row({ block, branch, depth, table }: RowProps): ReactNode {
  const { facts, folded, onFold, onSelect, selected, menuOf } = table
  const own = facts?.get(block.id)
  const isOpen = !folded.has(block.path)
  return (
    <tr
      aria-level={depth + 1}
      aria-expanded={isGroup(block) ? isOpen : undefined}
      className={cx(block.id === selected && classes['selectedRow'])}
    >
      <td style={{ paddingInlineStart: depth * 20 + 8 }}>
        <span className={classes['rowName']}>
          {isGroup(block) ? (
            <button
              type="button"
              className={classes['fold']}
              aria-label={t(isOpen ? 'fold' : 'unfold', { task: block.id })}
              onClick={() => onFold(block.path)}
            >
              <Icon name={isOpen ? 'down' : 'right'} size={14} />
            </button>
          ) : (
            <span className={classes['noFold']} />
          )}
          {onSelect ? (
            <button type="button" className={classes['rowOpen']} onClick={() => onSelect(block)}>
              {block.id}
            </button>
          ) : (
            block.id
          )}
        </span>
      </td>
      <td>{simpleType(block.type)}</td>
      <td>{branch.label ?? ''}</td>
      {facts && (
        <td>{own ? <StateBadge state={own.state} /> : <span className={classes['muted']}>{t('notTaken')}</span>}</td>
      )}
      {facts && <td>{own?.count}</td>}
      {facts && <td>{own?.durationMs === undefined ? '' : formatDuration(own.durationMs)}</td>}
      {menuOf && (
        <td>
          <Menu
            label={t('actions', { task: block.id })}
            button={<Icon name="more" />}
            groups={menuOf(block)}
            align="end"
          />
        </td>
      )}
    </tr>
  )
}

function isBelow({ path }: Block, folded: ReadonlySet<string>): boolean {
  return [...folded].some(group => path.startsWith(`${group}.`))
}
