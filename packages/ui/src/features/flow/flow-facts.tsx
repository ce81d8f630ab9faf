import type { ReactNode } from 'react'
import { formatDuration } from '../../lib/time.ts'
import { Timestamp } from '../../widgets/timestamp.tsx'
import classes from './flow-page.module.css'
import { t } from './messages.ts'
import { useFlowTriggers, useRunFacts, type FlowDocument } from './use-flow.ts'

/** Beside the title: what one wants to know of any flow. */
export function FlowFacts({ flow }: { readonly flow: FlowDocument }): ReactNode {
  const { data: runs } = useRunFacts(flow)
  const { data: triggers } = useFlowTriggers(flow, (flow.triggers ?? []).length > 0)
  const next = nextDate(triggers ?? [])
  return (
    <ul className={classes['facts']}>
      <li>{t('revisionFact', { revision: flow.revision })}</li>
      {flow.deleted ? <li>{t('deleted')}</li> : <li>{flow.disabled ? t('disabled') : t('enabled')}</li>}
      {runs?.successRate !== undefined && <li>{t('successFact', { rate: Math.round(runs.successRate * 100) })}</li>}
      {runs?.p50Ms !== undefined && <li>{t('medianFact', { duration: formatDuration(runs.p50Ms) })}</li>}
      {next !== undefined && !flow.disabled && (
        <li>
          {t('nextFact')} <Timestamp atMs={next} isRelative />
        </li>
      )}
    </ul>
  )
}

interface DatedTrigger {
  readonly triggerContext?: Readonly<Record<string, unknown>>
}

function nextDate(triggers: readonly DatedTrigger[]): number | undefined {
  const dates = triggers
    .filter(({ triggerContext }) => triggerContext?.['disabled'] !== true)
    .map(({ triggerContext }) => Date.parse(String(triggerContext?.['nextExecutionDate'])))
    .filter(at => !Number.isNaN(at))
  return dates.length === 0 ? undefined : Math.min(...dates)
}
