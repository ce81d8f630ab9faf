// The last executions of a flow at a glance: the newest on the right, as high as it took long. A failure is a cross above its bar, so that nobody
// needs the colours.
import { memo, type ReactNode } from 'react'
import { formatDuration } from '../../lib/time.ts'
import { useLinks } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { isFinalState, stateGroupOf, stateWord } from '../../lib/states.ts'
import { cx } from '../../widgets/class-names.ts'
import { tip } from '../../widgets/tooltip.ts'
import { t } from './messages.ts'
import classes from './run-bars.module.css'
import type { RunBarsOfFlow } from './use-flows.ts'

type Run = RunBarsOfFlow['runs'][number]

const HEIGHT_PX = 18
const HEIGHT_MIN_PX = 3

export type RunBarsProps = Pick<RunBarsOfFlow, 'namespace' | 'flowId' | 'runs'>

/** Twenty links in each row of a list: they are plain elements, and not drawn anew because other rows came. */
export const RunBars = memo(function RunBars({ namespace, flowId, runs }: RunBarsProps): ReactNode {
  const links = useLinks()
  const [newest] = runs
  if (!newest) return <span className={classes['none']}>{t('noRuns')}</span>
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0))
  return (
    <>
      <span className="visually-hidden">{summaryOf(runs)}</span>
      <span className={classes['bars']} aria-hidden="true" {...links.within}>
        {runs.toReversed().map(run => (
          <a
            key={run.id}
            href={links.href(paths.execution({ namespace, flowId, id: run.id }))}
            tabIndex={-1}
            className={cx(classes['slot'], classes[stateGroupOf(run.state)])}
            {...tip(tipOf(run))}
          >
            <span className={classes['bar']} style={{ height: heightOf(run, longest) }} />
          </a>
        ))}
      </span>
    </>
  )
})

function heightOf({ durationMs }: Run, longest: number): number {
  return Math.max(HEIGHT_MIN_PX, Math.round(((durationMs ?? longest / 2) / longest) * HEIGHT_PX))
}

function tipOf({ state, durationMs, startDate }: Run): string {
  const started = new Date(startDate).toLocaleString()
  const length = durationMs === null ? '' : ` · ${formatDuration(durationMs)}`
  return `${stateWord(state)}${length}\n${started}`
}

function summaryOf(runs: readonly Run[]): string {
  const failed = runs.filter(({ state }) => state === 'FAILED').length
  const ended = runs.filter(({ state }) => isFinalState(state)).length
  const last = stateWord(runs[0]?.state ?? '').toLowerCase()
  return t('runsSummary', { count: Math.max(ended, runs.length), failed, last })
}
