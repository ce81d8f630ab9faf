// The board as it would be: its charts are moved and sized here, each change an edit of the text.
import { useMemo, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import type { MenuGroup } from '../../widgets/menu.tsx'
import { useSettled } from '../editor/use-checks.ts'
import { ChartCard } from './chart-card.tsx'
import { lookOf, windowMsOf, type ChartLook } from './chart-look.ts'
import { sourceOfChart } from './chart-source.tsx'
import classes from './dashboards.module.css'
import { copyChart, moveChart, readDraft, removeChart, resizeChart, type Edits } from './edit-board.ts'
import { editorMessages as t } from './editor-messages.ts'
import { useDraftRows } from './use-dashboards.ts'

const REST_MS = 500
const COLUMNS = 12

export interface BoardPreviewProps {
  readonly text: string
  readonly selected: number
  readonly onSelect: (index: number) => void
  readonly onEdit: (edits: Edits) => void
}

export function BoardPreview({ text, selected, onSelect, onEdit }: BoardPreviewProps): ReactNode {
  const settled = useSettled(text, REST_MS)
  const { charts, window } = useMemo(() => readDraft(text), [text])
  const rows = useDraftRows(settled, windowMsOf(window))
  const grid = useRef<HTMLDivElement>(null)
  return (
    <div className={classes['preview']}>
      {charts.length === 0 && <p className={classes['nothing']}>{t('previewEmpty')}</p>}
      <div ref={grid} className={classes['grid']}>
        {charts.map((chart, index) => {
          const look = lookOf(chart)
          return (
            <ChartCard
              key={index}
              chart={chart}
              rows={rows}
              csv={() => csvOf(chart)}
              isSelected={index === selected}
              groups={[menuOf({ text, index, look, count: charts.length, onSelect, onEdit })]}
            >
              <Edge
                look={look}
                columnPx={() => (grid.current?.clientWidth ?? COLUMNS) / COLUMNS}
                onResize={width => onEdit(resizeChart(text, index, width))}
              />
            </ChartCard>
          )
        })}
      </div>
    </div>
  )
}

async function csvOf(chart: unknown): Promise<string> {
  return await api.dashboards.previewCsv({ body: { chart: sourceOfChart(chart) } })
}

interface MenuWorld {
  readonly text: string
  readonly index: number
  readonly look: ChartLook
  readonly count: number
  onSelect(index: number): void
  onEdit(edits: Edits): void
}

function menuOf({ text, index, look: { width }, count, onSelect, onEdit }: MenuWorld): MenuGroup {
  return {
    items: [
      { id: 'form', title: t('showInForm'), icon: 'edit', run: () => onSelect(index) },
      {
        id: 'wider',
        title: t('wider'),
        ...(width >= COLUMNS ? { why: t('why12') } : {}),
        run: () => onEdit(resizeChart(text, index, width + 1)),
      },
      {
        id: 'narrower',
        title: t('narrower'),
        ...(width <= 1 ? { why: t('why1') } : {}),
        run: () => onEdit(resizeChart(text, index, width - 1)),
      },
      {
        id: 'up',
        title: t('up'),
        icon: 'up',
        ...(index === 0 ? { why: t('whyFirst') } : {}),
        run: () => onEdit(moveChart(text, index, -1)),
      },
      {
        id: 'down',
        title: t('down'),
        icon: 'down',
        ...(index === count - 1 ? { why: t('whyLast') } : {}),
        run: () => onEdit(moveChart(text, index, 1)),
      },
      { id: 'duplicate', title: t('duplicate'), icon: 'copy', run: () => onEdit(copyChart(text, index)) },
      {
        id: 'remove',
        title: t('remove'),
        icon: 'trash',
        isDangerous: true,
        run: () => onEdit(removeChart(text, index)),
      },
    ],
  }
}

interface EdgeProps {
  readonly look: ChartLook
  readonly columnPx: () => number
  readonly onResize: (width: number) => void
}

/** The border that is drawn, or moved by the arrow keys. */
function Edge({ look: { title, width }, columnPx, onResize }: EdgeProps): ReactNode {
  const from = useRef<{ readonly x: number; readonly width: number } | undefined>(undefined)
  const to = (next: number): void => {
    const wanted = Math.max(1, Math.min(COLUMNS, Math.round(next)))
    if (wanted !== width) onResize(wanted)
  }
  const key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    to(width + step)
  }
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('resize', { title })}
      aria-valuenow={width}
      aria-valuemin={1}
      aria-valuemax={COLUMNS}
      className={classes['edge']}
      onPointerDown={(event: PointerEvent<HTMLDivElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { x: event.clientX, width }
      }}
      onPointerMove={event => {
        if (from.current) to(from.current.width + (event.clientX - from.current.x) / columnPx())
      }}
      onPointerUp={() => {
        from.current = undefined
      }}
      onKeyDown={key}
    />
  )
}
