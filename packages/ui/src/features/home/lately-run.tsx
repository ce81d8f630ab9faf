// The flows that ran last, each with its last executions: which of them is ill is seen before anything is read.
import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { formatDuration } from '../../lib/time.ts'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { RunBars } from '../flows/run-bars.tsx'
import { flowKey, useRunBars } from '../flows/use-flows.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { Card } from './card.tsx'
import classes from './home-page.module.css'
import { t } from './messages.ts'
import { useNewest, type Rows, type Scope } from './use-home.ts'

const SHOWN = 12

interface FlowName {
  readonly namespace: string
  readonly id: string
}

export function LatelyRun({ scope }: { readonly scope: Scope }): ReactNode {
  const { data, error, isPending, refetch } = useNewest(scope)
  const flows = flowsOf(data ?? [])
  const bars = useRunBars(flows)
  return (
    <Card
      title={t('flows')}
      to={paths.flows()}
      className={classes['flows']}
      error={error}
      onRetry={() => void refetch()}
    >
      {isPending && <SkeletonRows rows={3} />}
      {data && flows.length === 0 && <p className={classes['muted']}>{t('noFlows')}</p>}
      <ul className={`${classes['items']} ${classes['flowItems']}`}>
        {flows.map(flow => {
          const own = bars.get(flowKey(flow))
          const [last] = own?.runs ?? []
          return (
            <li key={flowKey(flow)} className={classes['flowItem']}>
              <Link to={paths.flow(flow)} className={classes['flowLink']}>
                {last && <StateBadge state={last.state} isIconOnly />}
                <span className={classes['itemTitle']}>
                  <span className={classes['muted']}>{flow.namespace} / </span>
                  {flow.id}
                </span>
              </Link>
              <span>{own && <RunBars {...own} />}</span>
              <span className={classes['itemSide']} {...tip(t('usual'))}>
                {own?.p50Ms !== undefined && formatDuration(own.p50Ms)}
              </span>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

/** Each once, in the order of its newest execution. */
function flowsOf(rows: Rows): readonly FlowName[] {
  const byKey = new Map(rows.map(({ namespace, flowId: id }) => [flowKey({ namespace, id }), { namespace, id }]))
  return [...byKey.values()].slice(0, SHOWN)
}
