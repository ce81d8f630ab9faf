import type { ReactNode } from 'react'
import { formatNumber } from '../../lib/messages.ts'
import { saveFile } from '../../platform/save-file.ts'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { endMsOf } from './gantt-bars.ts'
import { startMsOf, type GanttRun } from './gantt-run.ts'
import type { GanttLook } from './gantt.tsx'
import classes from './gantt.module.css'
import { t } from './messages.ts'
import type { GanttView } from './use-gantt-view.ts'

export interface GanttToolbarProps {
  readonly look: GanttLook
  readonly setLook: (edit: (before: GanttLook) => GanttLook) => void
  readonly view: GanttView
  readonly runs: readonly GanttRun[]
  readonly nowMs: number
  /** What the critical path came to. */
  readonly told: string | undefined
  readonly isPartial: boolean
  readonly total: number
  readonly tools: ReactNode
}

const NEARER = 0.6

export function GanttToolbar(props: GanttToolbarProps): ReactNode {
  const { look, setLook, view, runs, nowMs, told, isPartial, total, tools } = props
  const toggle = (name: Exclude<keyof GanttLook, 'text'>): void =>
    setLook(before => ({ ...before, [name]: !before[name] }))
  return (
    <div className={classes['toolbar']}>
      <label className={classes['find']}>
        <Icon name="search" size={14} />
        <input
          type="search"
          aria-label={t('find')}
          placeholder={t('find')}
          value={look.text}
          {...(isPartial ? tip(t('partial', { total: formatNumber(total) })) : {})}
          onChange={event => {
            const text = event.currentTarget.value
            setLook(before => ({ ...before, text }))
          }}
        />
      </label>
      <span className={classes['told']} role="status">
        {told}
      </span>
      {tools}
      <Tool icon="minus" label={t('zoomOut')} keys="-" onClick={() => view.zoomBy(1 / NEARER)} />
      <Tool icon="plus" label={t('zoomIn')} keys="+" onClick={() => view.zoomBy(NEARER)} />
      {view.isZoomed && <Tool icon="fit" label={t('fit')} keys="0" onClick={view.fit} />}
      <Menu
        label={t('more')}
        button={<Icon name="settings" />}
        align="end"
        groups={[
          {
            items: [
              {
                id: 'critical',
                title: t('critical'),
                keys: 'c',
                isChecked: look.isCritical,
                run: () => toggle('isCritical'),
              },
              {
                id: 'failures',
                title: t('failuresOnly'),
                isChecked: look.isFailuresOnly,
                run: () => toggle('isFailuresOnly'),
              },
              {
                id: 'duration',
                title: t('byDuration'),
                isChecked: look.isByDuration,
                run: () => toggle('isByDuration'),
              },
              { id: 'absolute', title: t('absolute'), isChecked: look.isAbsolute, run: () => toggle('isAbsolute') },
            ],
          },
          { items: [{ id: 'csv', title: t('exportCsv'), icon: 'download', run: () => download(csvOf(runs, nowMs)) }] },
        ]}
      />
    </div>
  )
}

interface ToolProps {
  readonly icon: IconName
  readonly label: string
  readonly keys: string
  readonly onClick: () => void
}

function Tool({ icon, label, keys, onClick }: ToolProps): ReactNode {
  return (
    <button type="button" className={classes['tool']} aria-label={label} {...tip(label, keys)} onClick={onClick}>
      <Icon name={icon} />
    </button>
  )
}

function csvOf(runs: readonly GanttRun[], nowMs: number): string {
  const lines = runs.map(run =>
    [
      run.taskId,
      run.value ?? '',
      run.state.current,
      run.state.startDate,
      String(endMsOf(run, nowMs) - startMsOf(run)),
      String(run.attempts?.length ?? 0),
      run.id,
    ]
      .map(cell => `"${cell.replaceAll('"', '""')}"`)
      .join(','),
  )
  return ['task,value,state,start,duration_ms,attempts,id', ...lines].join('\n')
}

function download(text: string): void {
  saveFile('task-runs.csv', text, 'text/csv')
}
