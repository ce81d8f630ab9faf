// The log below the chart: of the task that is chosen in it, with all its iterations, or of all. It has what the chart leaves; its height is moved by the
// pointer and by keys, and remembered.
import { useRouter } from '@tanstack/react-router'
import { useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react'
import { hrefOf, Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { isFinalState } from '../../lib/states.ts'
import { useLocal } from '../../lib/use-local.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { Choices } from '../../widgets/choices.tsx'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { PaneBorder } from '../../widgets/pane-border.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { ExecutionLogs } from '../logs/execution-logs.tsx'
import classes from './log-pane.module.css'
import { t } from './messages.ts'
import type { ExecutionHead } from './use-execution.ts'
import { executionIdOf, type TaskRun } from './use-task-runs.ts'

/** What is left of the window must be enough for the head and some rows. */
const HEIGHT = { min: 176, max: 2_000 }

export interface LogPaneProps {
  readonly head: ExecutionHead
  /** The one that is chosen. */
  readonly run: TaskRun | undefined
  /** Under which the height is remembered; nothing is there until the border is moved. */
  readonly heightKey: string
  readonly onClose: () => void
}

export function LogPane({ head, run, heightKey, onClose }: LogPaneProps): ReactNode {
  const kept = useLocal(heightKey)
  const size = kept === undefined ? undefined : clamp(Number(kept))
  const log = useRef<HTMLDivElement>(null)
  const shownPx = useHeight(log)
  // Whoever wants all lines gets them until another task run is chosen.
  const [allBeside, setAllBeside] = useState<string | undefined>(undefined)
  const shown = run !== undefined && run.id !== allBeside ? run : undefined
  const executionId = shown === undefined ? head.id : executionIdOf(shown.id)
  const to = paths.execution({ ...head, id: executionId }, 'logs')
  const { basepath } = useRouter()
  return (
    <div className={cx(classes['pane'], size === undefined && classes['rest'])}>
      <PaneBorder
        isBelow
        size={size ?? shownPx}
        width={HEIGHT}
        onResize={next => writeLocal(heightKey, String(clamp(next)))}
        onReset={() => writeLocal(heightKey, undefined)}
        label={t('log')}
      />
      <div ref={log} className={classes['log']} style={{ height: size }}>
        <ExecutionLogs
          key={executionId}
          executionId={executionId}
          isRunning={!isFinalState((shown ?? head).state.current)}
          pane={{
            task: shown?.taskId,
            href: hrefOf(basepath, to),
            scope: run ? (
              <Choices
                label={t('linesOf')}
                choices={[
                  { value: false, title: run.taskId },
                  { value: true, title: t('allTasks') },
                ]}
                active={shown === undefined}
                onChoose={isAll => setAllBeside(isAll ? run.id : undefined)}
              />
            ) : (
              <span className={classes['scope']}>{t('allTasks')}</span>
            ),
            tools: <Tools to={to} onClose={onClose} />,
          }}
        />
      </div>
    </div>
  )
}

/** From here on a border is moved that nobody has moved yet. */
function useHeight(element: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState<number>(HEIGHT.min)
  useLayoutEffect(() => {
    const box = element.current
    if (!box) return undefined
    const measure = (): void => setHeight(Math.round(box.clientHeight))
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(box)
    return () => watch.disconnect()
  }, [element])
  return height
}

function Tools({ to, onClose }: { readonly to: string; readonly onClose: () => void }): ReactNode {
  return (
    <>
      <Link to={to} className={classes['tool']} aria-label={t('wholeLog')} {...tip(t('wholeLog'))}>
        <Icon name="external" size={14} />
      </Link>
      <button
        type="button"
        className={classes['tool']}
        aria-label={t('hideLog')}
        onClick={onClose}
        {...tip(t('hideLog'), 'l')}
      >
        <Icon name="close" size={14} />
      </button>
    </>
  )
}

function clamp(size: number): number {
  return Math.min(HEIGHT.max, Math.max(HEIGHT.min, Math.round(size)))
}
