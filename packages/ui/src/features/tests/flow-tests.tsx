// The suites of one flow, and which of its tasks they come by.
import { useMemo, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useGo } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import type { FlowTabProps } from '../flow/flow-page.tsx'
import { attempt } from '../flows/use-flow-actions.ts'
import { coverageOf } from './coverage.ts'
import { CoverageBar } from './coverage-bar.tsx'
import { t } from './messages.ts'
import { SuiteTable } from './suite-table.tsx'
import classes from './tests.module.css'
import { useRunMany, useSuites } from './use-tests.ts'

export function FlowTests({ flow }: FlowTabProps): ReactNode {
  const { data, error, isPending, refetch } = useSuites(flow)
  const runs = useRunMany()
  const go = useGo()
  const coverage = useMemo(() => coverageOf(flow, data?.flatMap(({ last }) => last?.results ?? []) ?? []), [flow, data])
  const create = (): void => go(withQuery(paths.newTest(), [['flow', `${flow.namespace}/${flow.id}`]]))
  if (isPending) return <SkeletonRows rows={4} />
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (data.length === 0)
    return (
      <Empty
        icon="test"
        title={t('noneOfFlow')}
        text={t('noneText')}
        action={
          <MayButton need="TEST:CREATE" variant="filled" onClick={create}>
            {t('newSuite')}
          </MayButton>
        }
      />
    )
  return (
    <>
      <div className={classes['tools']}>
        <CoverageBar coverage={coverage} />
        <MayButton
          need="TEST:CREATE"
          className={classes['push'] ?? ''}
          leftSection={<Icon name="run" size={14} />}
          loading={runs.pending.size > 0}
          onClick={() => void attempt(() => runs.run(data.map(({ suite }) => suite)))}
        >
          {t('runAll')}
        </MayButton>
        <MayButton need="TEST:CREATE" leftSection={<Icon name="plus" size={14} />} onClick={create}>
          {t('newSuite')}
        </MayButton>
      </div>
      <SuiteTable suites={data} runs={runs} isOfFlow />
    </>
  )
}
