// The columns of a table as a list: what can be done by dragging their edges can be done here by keys and buttons, and their order is set here.
import { ActionIcon, Button } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './arrange-columns.module.css'
import { moveColumn, NO_LAYOUT, clampWidth, type Arranged, type ColumnLayout } from './column-layout.ts'
import { Dialog } from './dialog.tsx'
import { Icon, type IconName } from './icon.tsx'
import { tip } from './tooltip.ts'

export interface ArrangeColumnsProps {
  /** As they stand now. */
  readonly columns: readonly Arranged[]
  readonly layout: ColumnLayout
  /** How wide a column is in the page. */
  readonly widthOf: (id: string) => number
  readonly onChange: (layout: ColumnLayout) => void
  readonly onClose: () => void
}

const STEP_PX = 24

export function ArrangeColumns({ columns, layout, widthOf, onChange, onClose }: ArrangeColumnsProps): ReactNode {
  const named = columns.filter(({ title }) => title !== '')
  const ids = named.map(({ id }) => id)
  const widen = (id: string, by: number): void =>
    onChange({ ...layout, widths: { ...layout.widths, [id]: clampWidth((layout.widths[id] ?? widthOf(id)) + by) } })
  return (
    <Dialog
      title="Columns"
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={() => onChange(NO_LAYOUT)}>As they were</Button>
          <Button variant="filled" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <ol className={classes['columns']}>
        {named.map(({ id, title }, at) => (
          <li key={id} className={classes['column']}>
            <span className={classes['title']}>{title}</span>
            <span className={classes['width']}>{layout.widths[id] === undefined ? '' : `${layout.widths[id]} px`}</span>
            <Tool icon="minus" label={`Narrower: ${title}`} run={() => widen(id, -STEP_PX)} />
            <Tool icon="plus" label={`Wider: ${title}`} run={() => widen(id, STEP_PX)} />
            <Tool
              icon="up"
              label={`Before: ${title}`}
              isOff={at === 0}
              run={() => onChange({ ...layout, order: moveColumn(ids, id, -1) })}
            />
            <Tool
              icon="down"
              label={`After: ${title}`}
              isOff={at === ids.length - 1}
              run={() => onChange({ ...layout, order: moveColumn(ids, id, 1) })}
            />
          </li>
        ))}
      </ol>
    </Dialog>
  )
}

interface ToolProps {
  readonly icon: IconName
  readonly label: string
  readonly isOff?: boolean
  readonly run: () => void
}

function Tool({ icon, label, isOff = false, run }: ToolProps): ReactNode {
  return (
    <ActionIcon size={28} aria-label={label} {...tip(label)} disabled={isOff} onClick={run}>
      <Icon name={icon} size={14} />
    </ActionIcon>
  )
}
