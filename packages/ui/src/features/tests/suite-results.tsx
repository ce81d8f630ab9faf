// What a suite came to: its last result or an earlier one, case by case, and which tasks of the flow the cases come by.
import { useMemo, useState, type ReactNode } from 'react'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { formatMoment } from '../../lib/time.ts'
import { stateWord } from '../../lib/states.ts'
import { useNow } from '../../platform/clock.ts'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { useFlow } from '../flow/use-flow.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { CaseResults } from './case-results.tsx'
import { coverageOf } from './coverage.ts'
import { CoverageBar } from './coverage-bar.tsx'
import { Select } from '../../widgets/select.tsx'
import { t } from './messages.ts'
import { badgeOf } from './suite-table.tsx'
import classes from './tests.module.css'
import { useResults, type Suite } from './use-tests.ts'

const NOW_MS = 30_000

export interface SuiteResultsProps {
  readonly suite: Suite
  readonly isRunning: boolean
  readonly onRun: (testCase?: string) => void
}

export function SuiteResults({ suite, isRunning, onRun }: SuiteResultsProps): ReactNode {
  const { data, error, isPending, refetch } = useResults(suite)
  const now = useNow(NOW_MS, true)
  const [chosen, setChosen] = useState<string>()
  const { data: flow } = useFlow({ namespace: suite.namespace, id: suite.flowId })
  const result = data?.find(({ id }) => id === chosen) ?? data?.[0]
  const coverage = useMemo(() => coverageOf(flow, result?.results ?? []), [flow, result])
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={4} />
  if (!result) return <Empty icon="test" title={t(isRunning ? 'running' : 'noResult')} text={t('noResultText')} />
  return (
    <section aria-label={t('results')} className={classes['result']} aria-busy={isRunning}>
      <header className={classes['resultHead']}>
        <StateBadge state={isRunning ? 'RUNNING' : badgeOf(result.state)} />
        <Timestamp atMs={Date.parse(result.startDate)} isRelative />
        {data.length > 1 && (
          <label className={classes['earlier']}>
            <span className="visually-hidden">{t('earlier')}</span>
            <Select isCompact value={result.id} onChange={event => setChosen(event.currentTarget.value)}>
              {data.map(({ id, state, startDate }) => (
                <option key={id} value={id}>
                  {formatMoment(Date.parse(startDate), now)} · {stateWord(state)}
                </option>
              ))}
            </Select>
          </label>
        )}
      </header>
      <CoverageBar coverage={coverage} />
      <CaseResults
        result={result}
        onRun={testCase => {
          setChosen(undefined)
          onRun(testCase)
        }}
      />
    </section>
  )
}
