// The last executions of a flow at a glance: the newest on the right, as high as it took long. A failure is a cross above its bar, so that nobody
// needs the colours.
import { memo, type CSSProperties, type ReactNode } from 'react'
import { formatDuration } from '../../lib/time.ts'
import { useLinks } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { isFinalState, stateGroupOf, stateWord } from '../../lib/states.ts'
import { cx } from '../../widgets/class-names.ts'
import { t } from './messages.ts'
import classes from './run-bars.module.css'
import type { RunBarsOfFlow } from './use-flows.ts'

type Run = RunBarsOfFlow['runs'][number]

const HEIGHT_PX = 18
const HEIGHT_MIN_PX = 3

export type RunBarsProps = Pick<RunBarsOfFlow, 'namespace' | 'flowId' | 'runs'>

/**
 * Twenty links in each row of a list: each is one plain element, not drawn anew because other rows came, and what it says under the pointer is written when
 * the pointer is there.
 */
export const RunBars = memo(function RunBars({ namespace, flowId, runs }: RunBarsProps): ReactNode {
  const links = useLinks()
  const [newest] = runs
  if (!newest) return <span className={classes['none']}>{t('noRuns')}</span>
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0))
  const shown = runs.toReversed()
  // The tooltip looks for its words after this.
  const tell = ({ target }: { readonly target: EventTarget }): void => {
    const link = target instanceof Element ? target.closest('a') : null
    const run = shown[[...(link?.parentElement?.children ?? [])].findIndex(child => child === link)]
    if (link && run) link.dataset['tip'] = tipOf(run)
  }
  return (
    <>
      <span className="visually-hidden">{summaryOf(runs)}</span>
      <span
        className={classes['bars']}
        aria-hidden="true"
        onClick={links.within.onClick}
        onPointerOver={event => {
          tell(event)
          links.within.onPointerOver?.(event)
        }}
      >
        {shown.map(run => (
          <a
            key={run.id}
            href={links.href(paths.execution({ namespace, flowId, id: run.id }))}
            tabIndex={-1}
            className={cx(classes['slot'], classes['whole'], classes[stateGroupOf(run.state)])}
            style={heightOf(run, longest)}
          />
        ))}
      </span>
    </>
  )
})

function heightOf({ durationMs }: Run, longest: number): CSSProperties & { readonly '--height': string } {
  const px = Math.max(HEIGHT_MIN_PX, Math.round(((durationMs ?? longest / 2) / longest) * HEIGHT_PX))
  return { '--height': `${px}px` }
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
