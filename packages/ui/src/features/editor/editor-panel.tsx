// Below the text: what is wrong with it, what it would do, and what it comes to when it is tried.
import type { ReactNode } from 'react'
import { useSearchState, wordParam } from '../../lib/search-state.ts'
import { cx } from '../../widgets/class-names.ts'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { tip } from '../../widgets/tooltip.ts'
import type { CodeHandle } from './code/code-editor.tsx'
import classes from './flow-editor.module.css'
import { t } from './messages.ts'
import { ProblemsList } from './problems-list.tsx'
import type { TryPanelProps } from './rehearsal/try-panel.tsx'
import type { Checks } from './use-checks.ts'

const PlanPanel = lazyPart(
  async () => (await import('./rehearsal/plan-panel.tsx')).PlanPanel,
  <SkeletonRows rows={4} />,
)
const TryPanel = lazyPart(async () => (await import('./rehearsal/try-panel.tsx')).TryPanel, <SkeletonRows rows={4} />)

const PANELS = ['problems', 'plan', 'try'] as const
const KEYS = { problems: 'mod+shift+m', plan: undefined, try: 'f9' } as const
const PARAMS = { panel: wordParam(PANELS) }

export type Panel = (typeof PANELS)[number]

/** Part of the address. */
export function usePanel(): readonly [Panel, (panel: Panel) => void] {
  const [{ panel }, setSearch] = useSearchState(PARAMS)
  return [panel, next => setSearch({ panel: next }, { replace: true })]
}

export interface EditorPanelProps extends Omit<TryPanelProps, 'hasErrors'> {
  readonly checks: Checks
  readonly code: CodeHandle | undefined
}

export function EditorPanel({ checks, code, ...rest }: EditorPanelProps): ReactNode {
  const [panel, show] = usePanel()
  const hasErrors = checks.errors > 0
  return (
    <section className={cx(classes['below'], panel !== 'problems' && classes['tall'])} aria-label={t(panel)}>
      <div className={classes['belowTabs']} role="group" aria-label={t('panels')}>
        {PANELS.map(id => (
          <button
            key={id}
            type="button"
            className={classes['belowTab']}
            aria-pressed={id === panel}
            onClick={() => show(id)}
            {...tip(t(id), KEYS[id])}
          >
            {t(id)}
            {id === 'problems' && checks.problems.length > 0 && (
              <span className={classes['count']}>{checks.problems.length}</span>
            )}
          </button>
        ))}
      </div>
      {panel === 'problems' && <ProblemsList checks={checks} code={code} />}
      {panel !== 'problems' && (
        <div className={classes['belowContent']}>
          {panel === 'plan' ? (
            <PlanPanel {...rest} hasErrors={hasErrors} />
          ) : (
            <TryPanel {...rest} hasErrors={hasErrors} />
          )}
        </div>
      )}
    </section>
  )
}
