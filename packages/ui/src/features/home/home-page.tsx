// Does anything need me?
import { NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useEffect, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Page } from '../../app/page.tsx'
import { useGo } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { usePreferences } from '../../lib/preferences.ts'
import { textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { BoardChooser, HOME } from '../dashboards/board-chooser.tsx'
import { ExecutionsChart } from '../executions/executions-chart.tsx'
import { useOpenRun } from '../run-dialog/run-host.tsx'
import { ByNamespace } from './by-namespace.tsx'
import { Card } from './card.tsx'
import { Figures } from './figures.tsx'
import classes from './home-page.module.css'
import { LatelyRun } from './lately-run.tsx'
import { t } from './messages.ts'
import { NeedsYou } from './needs-you.tsx'
import { NextDay, RunningNow, Slower } from './run-lists.tsx'
import { useCounts, useHomeLive, useNamespaces, withParents, type Scope } from './use-home.ts'

const PARAMS = { range: wordParam(['24h', '7d', '30d']), namespace: textParam, board: textParam }
const LENGTHS_MS = { '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const

/** Home, or the board that somebody has put in its place. */
export function HomePage(): ReactNode {
  const { homeBoard } = usePreferences()
  const [{ board }] = useSearchState(PARAMS)
  const go = useGo()
  const isElsewhere = homeBoard !== HOME && board !== 'home'
  useEffect(() => {
    if (isElsewhere) go(paths.home(homeBoard), { replace: true })
  }, [isElsewhere, homeBoard, go])
  return isElsewhere ? null : <Home />
}

function Home(): ReactNode {
  const [{ range, namespace }, setSearch] = useSearchState(PARAMS)
  const scope: Scope = { lengthMs: LENGTHS_MS[range], namespace }
  const namespaces = useNamespaces().data ?? []
  const openRun = useOpenRun()
  useHomeLive()
  const counts = useCounts(scope)
  const isEmpty = counts.data?.total === 0 && range === '30d' && namespace === undefined
  return (
    <Page
      title={t('title')}
      badge={<BoardChooser id={HOME} title={t('title')} />}
      actions={
        <>
          <NativeSelect
            aria-label={t('range')}
            value={range}
            data={[
              { value: '24h', label: t('last24h') },
              { value: '7d', label: t('last7d') },
              { value: '30d', label: t('last30d') },
            ]}
            onChange={event => setSearch({ range: PARAMS.range.read(event.currentTarget.value) })}
          />
          <NativeSelect
            aria-label={t('namespace')}
            value={namespace ?? ''}
            data={[
              { value: '', label: t('allNamespaces') },
              ...withParents(namespaces).map(name => ({ value: name, label: name })),
            ]}
            onChange={event => {
              const chosen = event.currentTarget.value
              setSearch({ namespace: chosen === '' ? undefined : chosen })
            }}
          />
        </>
      }
    >
      {isEmpty ? (
        <Empty
          icon="runs"
          title={t('emptyTitle')}
          text={t('emptyText')}
          action={
            <MayButton need="EXECUTION:CREATE" variant="filled" onClick={() => openRun('choose')}>
              {t('run')}
            </MayButton>
          }
        />
      ) : (
        <div className={classes['board']}>
          <NeedsYou scope={scope} />
          <div className={classes['side']}>
            <Figures scope={scope} range={range} />
            <Chart scope={scope} />
          </div>
          <RunningNow scope={scope} className={classes['soon']} />
          <NextDay scope={scope} className={classes['soon']} />
          <Slower scope={scope} />
          <ByNamespace scope={scope} range={range} />
          <LatelyRun scope={scope} />
        </div>
      )}
    </Page>
  )
}

/** Every part of the chart is a way to the list that makes it up. */
function Chart({ scope }: { readonly scope: Scope }): ReactNode {
  const counts = useCounts(scope)
  const go = useGo()
  const ofNamespace: readonly (readonly [string, string])[] =
    scope.namespace === undefined ? [] : [['filters[namespace][PREFIX]', scope.namespace]]
  const to = (pairs: readonly (readonly [string, string])[]): void =>
    go(withQuery(paths.executions(), [...pairs, ...ofNamespace]))
  return (
    <Card title={t('byState')} error={counts.error} onRetry={() => void counts.refetch()}>
      <div className={classes['chart']}>
        {counts.data && (
          <ExecutionsChart
            counts={counts.data}
            onRange={(from, until) =>
              to([
                ['filters[startDate][GREATER_THAN_OR_EQUAL_TO]', from],
                ['filters[startDate][LESS_THAN_OR_EQUAL_TO]', until],
              ])
            }
            onState={state => to([['filters[state][EQUALS]', state]])}
          />
        )}
      </div>
    </Card>
  )
}
