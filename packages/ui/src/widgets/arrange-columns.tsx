// The columns of a table as a list: what can be done by dragging their edges can be done here by keys and buttons, and their order is set here.
import { ActionIcon, Button } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './arrange-columns.module.css'
import { moveColumn, NO_LAYOUT, clampWidth, turnPin, type Arranged, type ColumnLayout } from './column-layout.ts'
import { Dialog } from './dialog.tsx'
import { Icon, type IconName } from './icon.tsx'
import { tip } from './tooltip.ts'
import { t } from './late-messages.ts'

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
  const { pinned } = layout
  const move = (id: string, by: -1 | 1): void =>
    onChange(
      pinned.includes(id)
        ? { ...layout, pinned: moveColumn(pinned, id, by) }
        : { ...layout, order: moveColumn(ids, id, by) },
    )
  /** Between the last that stays and the first that scrolls. */
  const isBorder = (at: number): boolean => pinned.length > 0 && at === pinned.length - 1
  return (
    <Dialog
      title={t('columns')}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={() => onChange(NO_LAYOUT)}>{t('asTheyWere')}</Button>
          <Button variant="filled" onClick={onClose}>
            {t('done')}
          </Button>
        </>
      }
    >
      <ol className={classes['columns']}>
        {named.map(({ id, title, pinPx }, at) => (
          <li key={id} className={classes['column']}>
            <Tool
              icon="pin"
              label={t(pinPx === undefined ? 'keepInSight' : 'letScroll', { title })}
              isPressed={pinPx !== undefined}
              run={() => onChange(turnPin(layout, id, widthOf(id)))}
            />
            <span className={classes['title']}>{title}</span>
            <span className={classes['width']}>{layout.widths[id] === undefined ? '' : `${layout.widths[id]} px`}</span>
            <Tool icon="minus" label={t('narrower', { title })} run={() => widen(id, -STEP_PX)} />
            <Tool icon="plus" label={t('wider', { title })} run={() => widen(id, STEP_PX)} />
            <Tool
              icon="up"
              label={t('before', { title })}
              isOff={at === 0 || isBorder(at - 1)}
              run={() => move(id, -1)}
            />
            <Tool
              icon="down"
              label={t('after', { title })}
              isOff={at === ids.length - 1 || isBorder(at)}
              run={() => move(id, 1)}
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
  readonly isPressed?: boolean
  readonly run: () => void
}

function Tool({ icon, label, isOff = false, isPressed, run }: ToolProps): ReactNode {
  return (
    <ActionIcon
      size={28}
      className={classes['tool']}
      aria-label={label}
      {...(isPressed === undefined ? {} : { 'data-pressed': isPressed })}
      {...tip(isOff ? t('standsThere') : label)}
      {...(isOff ? { 'aria-disabled': true, 'data-disabled': true } : {})}
      onClick={() => {
        if (!isOff) run()
      }}
    >
      <Icon name={icon} size={14} />
    </ActionIcon>
  )
}
