import { ActionIcon } from '@mantine/core'
import { useStore } from '@xyflow/react'
import { memo, useId, useMemo, useState, type ReactNode } from 'react'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import type { Layout } from './layout.ts'
import { t } from './messages.ts'
import classes from './topology.module.css'

export interface CanvasToolbarProps {
  readonly layout: Layout
  readonly onFit: () => void
  readonly onZoom: (factor: number) => void
  readonly onFind: (id: string) => void
  readonly children?: ReactNode
}

export function CanvasToolbar({ layout, onFit, onZoom, onFind, children }: CanvasToolbarProps): ReactNode {
  const percent = useStore(state => Math.round(state.transform[2] * 100))
  return (
    <div className={classes['toolbar']}>
      <Tool icon="eye" title={t('fit')} keys="0" run={onFit} />
      <Tool icon="minus" title={t('zoomOut')} keys="-" run={() => onZoom(0.8)} />
      <Tool icon="plus" title={t('zoomIn')} keys="+" run={() => onZoom(1.25)} />
      <span className={classes['percent']}>{percent} %</span>
      <Find layout={layout} onFind={onFind} />
      <span className={classes['tools']}>{children}</span>
    </div>
  )
}

interface ToolProps {
  readonly icon: IconName
  readonly title: string
  readonly keys?: string
  readonly run: () => void
}

function Tool({ icon, title, keys, run }: ToolProps): ReactNode {
  return (
    <ActionIcon aria-label={title} onClick={run} {...tip(title, keys)}>
      <Icon name={icon} />
    </ActionIcon>
  )
}

type FindProps = Pick<CanvasToolbarProps, 'layout' | 'onFind'>

/** The names of all blocks are put there when somebody comes near: there may be a thousand. */
const Find = memo(function Find({ layout, onFind }: FindProps): ReactNode {
  const listId = useId()
  const [text, setText] = useState('')
  const [isNear, setNear] = useState(false)
  const ids = useMemo(
    () => (isNear ? [...new Set(layout.nodes.flatMap(({ block }) => (block ? [block.id] : [])))] : []),
    [layout, isNear],
  )
  const find = (): void => {
    const wanted = text.trim().toLowerCase()
    const found =
      layout.nodes.find(({ block }) => block?.id.toLowerCase() === wanted) ??
      layout.nodes.find(({ block }) => block?.id.toLowerCase().includes(wanted))
    if (found && wanted !== '') onFind(found.id)
  }
  return (
    <>
      <input
        type="search"
        className={classes['find']}
        aria-label={t('find')}
        placeholder={t('findPlaceholder')}
        list={listId}
        value={text}
        onFocus={() => setNear(true)}
        onPointerEnter={() => setNear(true)}
        onChange={event => setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') find()
        }}
      />
      <datalist id={listId}>
        {ids.map(id => (
          <option key={id} value={id} />
        ))}
      </datalist>
    </>
  )
})
