// The last executions of a flow at a glance: the newest on the right, as high as it took long. A failure is a cross above its bar, so that nobody
// needs the colours.
import { memo, useState, type MouseEvent, type ReactNode } from 'react'
import { formatDuration } from '../../lib/time.ts'
import { useLinks } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { isFinalState, stateWord } from '../../lib/states.ts'
import { cx } from '../../widgets/class-names.ts'
import { tip } from '../../widgets/tooltip.ts'
import { DRAWING_PX, drawRuns, SLOT_PX } from './draw-runs.ts'
import { t } from './messages.ts'
import classes from './run-bars.module.css'
import type { RunBarsOfFlow } from './use-flows.ts'

type Run = RunBarsOfFlow['runs'][number]

export type RunBarsProps = Pick<RunBarsOfFlow, 'namespace' | 'flowId' | 'runs'>

/** One drawing in each row of a list: the links of its twenty bars are there when the pointer is. It is not drawn anew because other rows came. */
export const RunBars = memo(function RunBars({ namespace, flowId, runs }: RunBarsProps): ReactNode {
  const links = useLinks()
  const [isNear, setNear] = useState(false)
  if (runs.length === 0) return <span className={classes['none']}>{t('noRuns')}</span>
  const shown = runs.toReversed()
  const hrefOf = ({ id }: Run): string => links.href(paths.execution({ namespace, flowId, id }))
  // A finger is there no sooner than it taps: what it tapped is the drawing.
  const tap = (event: MouseEvent<HTMLElement>): void => {
    const strip = event.currentTarget
    const run = shown[Math.floor((event.clientX - strip.getBoundingClientRect().left) / SLOT_PX)]
    if (event.target instanceof Element && event.target.closest('a')) links.within.onClick?.(event)
    else if (run) links.go(hrefOf(run))
  }
  return (
    <>
      <span className="visually-hidden">{summaryOf(runs)}</span>
      <span
        className={classes['strip']}
        aria-hidden="true"
        onClick={tap}
        onPointerEnter={() => setNear(true)}
        onPointerLeave={() => setNear(false)}
        onPointerOver={links.within.onPointerOver}
      >
        <Drawing runs={runs} />
        {isNear && (
          <span className={classes['links']}>
            {shown.map(run => (
              <a key={run.id} href={hrefOf(run)} tabIndex={-1} {...tip(tipOf(run))} />
            ))}
          </span>
        )}
      </span>
    </>
  )
})

const Drawing = memo(function Drawing({ runs }: { readonly runs: readonly Run[] }): ReactNode {
  const { bars, crosses } = drawRuns(runs.toReversed())
  return (
    <svg width={runs.length * SLOT_PX} height={DRAWING_PX}>
      {[...bars].map(([group, path]) => (
        <path key={group} className={cx(classes['drawn'], classes[group])} d={path} />
      ))}
      {crosses !== '' && <path className={classes['cross']} d={crosses} />}
    </svg>
  )
})

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
