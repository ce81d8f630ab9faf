import type { ReactNode } from 'react'
import { formatDuration } from '../../lib/time.ts'
import { Timestamp } from '../../widgets/timestamp.tsx'
import classes from './flow-page.module.css'
import { t } from './messages.ts'
import { useRunFacts, type FlowDocument } from './use-flow.ts'

/** Beside the title: what one wants to know of any flow. */
export function FlowFacts({ flow }: { readonly flow: FlowDocument }): ReactNode {
  const { data: runs } = useRunFacts(flow)
  return (
    <ul className={classes['facts']}>
      <li>{t('revisionFact', { revision: flow.revision })}</li>
      {flow.deleted ? <li>{t('deleted')}</li> : <li>{flow.disabled ? t('disabled') : t('enabled')}</li>}
      {runs?.successRate !== undefined && <li>{t('successFact', { rate: Math.round(runs.successRate * 100) })}</li>}
      {runs?.p50Ms !== undefined && <li>{t('medianFact', { duration: formatDuration(runs.p50Ms) })}</li>}
      {runs?.nextDate !== undefined && (
        <li>
          {t('nextFact')} <Timestamp atMs={Date.parse(runs.nextDate)} isRelative />
        </li>
      )}
    </ul>
  )
}
