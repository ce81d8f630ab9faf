import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, type EdgeProps } from '@xyflow/react'
import { trust } from '@batuta/core'
import type { ReactNode } from 'react'
import type { StateGroup } from '../../lib/tokens.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { t } from './messages.ts'
import classes from './topology.module.css'

export interface LineData {
  readonly label: string | undefined
  readonly isDashed: boolean
  /** Lines that come together bend at their end, others at their beginning. */
  readonly isBentLate: boolean
  readonly isFaint: boolean
  /** What the task came to that it leads to, in an execution. */
  readonly outcome: StateGroup | undefined
  readonly onAdd: (() => void) | undefined
}

const BEND_PX = 18
const LABEL_PX = 46

function Line({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data }: EdgeProps): ReactNode {
  const { label, isDashed, isBentLate, isFaint, outcome, onAdd } = trust<LineData>(data)
  const middle = (sourceX + targetX) / 2
  const centerX = isBentLate ? Math.max(targetX - BEND_PX, middle) : Math.min(sourceX + BEND_PX, middle)
  const [path] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    borderRadius: 8,
    offset: 4,
    centerX,
  })
  const addX = label === undefined ? (centerX + targetX) / 2 : targetX - 10
  return (
    <>
      <BaseEdge
        path={path}
        className={cx(
          classes['line'],
          isDashed && classes['dashed'],
          isFaint && classes['faint'],
          outcome && cx(classes['went'], classes[outcome]),
        )}
      />
      {(label !== undefined || onAdd) && (
        <EdgeLabelRenderer>
          {label !== undefined && (
            <span
              className={classes['label']}
              style={{ transform: `translate(-50%, -50%) translate(${targetX - LABEL_PX}px, ${targetY}px)` }}
            >
              {label}
            </span>
          )}
          {onAdd && (
            <button
              type="button"
              className={classes['add']}
              style={{ transform: `translate(-50%, -50%) translate(${addX}px, ${targetY}px)` }}
              aria-label={t('add')}
              {...tip(t('add'))}
              onClick={onAdd}
            >
              <Icon name="plus" size={12} />
            </button>
          )}
        </EdgeLabelRenderer>
      )}
    </>
  )
}

export const EDGE_TYPES = { line: Line }
