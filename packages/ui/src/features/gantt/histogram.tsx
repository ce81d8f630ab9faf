import type { ReactNode } from 'react'
import { stateGroupOf, stateWord } from '../../lib/states.ts'
import { tip } from '../../widgets/tooltip.ts'
import { useBuckets } from '../execution/use-task-runs.ts'
import type { GanttRun } from './gantt-run.ts'
import classes from './gantt.module.css'
import { t } from './messages.ts'

const HEIGHT = 40

/** All iterations of a loop in a hundred bars: by their number, not by time. */
export function Histogram({ run }: { readonly run: GanttRun }): ReactNode {
  const buckets = useBuckets(run)
  if (!buckets) return null
  const most = Math.max(1, ...buckets.buckets.map(({ states }) => sum(states)))
  return (
    <div className={classes['histogram']} role="img" aria-label={textOf(buckets.states)}>
      {buckets.buckets.map(({ from, to, states }) => (
        <span
          key={from}
          className={classes['bucket']}
          {...tip(
            `${from === to ? t('iteration', { number: from }) : t('iterationsFrom', { from, to })}\n${textOf(states)}`,
          )}
        >
          {Object.entries(states)
            .sort(([a], [b]) => rankOf(a) - rankOf(b))
            .map(([state, count]) => (
              <span
                key={state}
                style={{
                  height: Math.max(2, (count / most) * HEIGHT),
                  background: `var(--${stateGroupOf(state)}-solid)`,
                }}
              />
            ))}
        </span>
      ))}
    </div>
  )
}

/** What failed stands at the bottom. */
function rankOf(state: string): number {
  const at = ['failed', 'warning', 'stopped', 'paused', 'waiting', 'running'].indexOf(stateGroupOf(state))
  return at < 0 ? 9 : at
}

function sum(states: Readonly<Record<string, number>>): number {
  return Object.values(states).reduce((total, count) => total + count, 0)
}

function textOf(states: Readonly<Record<string, number>>): string {
  return Object.entries(states)
    .map(([state, count]) => `${count} ${stateWord(state)}`)
    .join(', ')
}
