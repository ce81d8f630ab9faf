// Suites with what they came to last; for the page of all tests and for the tab of a flow.
import { useMemo, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { paths } from '../../lib/paths.ts'
import { formatNumber } from '../../lib/messages.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { Mark } from '../../widgets/mark.tsx'
import { t } from './messages.ts'
import classes from './tests.module.css'
import { suiteKey, type ManyRuns, type TestedSuite } from './use-tests.ts'

export interface SuiteTableProps {
  readonly suites: readonly TestedSuite[]
  readonly runs: ManyRuns
  readonly isOfFlow?: boolean
}

export function SuiteTable({ suites, runs, isOfFlow = false }: SuiteTableProps): ReactNode {
  const columns = useMemo(() => columnsOf(runs, isOfFlow), [runs, isOfFlow])
  return (
    <Table
      label={t('table')}
      columns={columns}
      rows={suites}
      rowKey={({ suite }) => suiteKey(suite)}
      rowTo={({ suite }) => paths.test(suite.namespace, suite.id)}
      card={tested => <Card tested={tested} runs={runs} />}
    />
  )
}

function columnsOf(runs: ManyRuns, isOfFlow: boolean): readonly Column<TestedSuite>[] {
  return [
    { id: 'suite', title: t('suite'), cell: tested => <Name tested={tested} /> },
    {
      id: 'state',
      title: t('state'),
      width: '150px',
      cell: tested => <Result tested={tested} runs={runs} />,
    },
    ...(isOfFlow
      ? []
      : [
          {
            id: 'flow',
            title: t('flow'),
            width: '28%',
            cell: ({ suite }: TestedSuite) => (
              <>
                <span className={classes['muted']}>{suite.namespace} / </span>
                {suite.flowId}
              </>
            ),
          },
        ]),
    {
      id: 'cases',
      title: t('cases'),
      width: '90px',
      align: 'end',
      cell: ({ suite }) => formatNumber(suite.testCases.length),
    },
    {
      id: 'last',
      title: t('lastRun'),
      width: '150px',
      isExtra: true,
      cell: ({ last }) => (last ? <Timestamp atMs={Date.parse(last.startDate)} isRelative /> : t('never')),
    },
    { id: 'took', title: t('duration'), width: '90px', align: 'end', isExtra: true, cell: tookOf },
    { id: 'run', title: '', width: '56px', align: 'end', cell: tested => <RunButton tested={tested} runs={runs} /> },
  ]
}

function tookOf({ last }: TestedSuite): string {
  if (!last) return ''
  return `${formatNumber(Math.max(1, Date.parse(last.endDate) - Date.parse(last.startDate)))} ms`
}

function Name({ tested: { suite } }: { readonly tested: TestedSuite }): ReactNode {
  return (
    <span>
      <span className={classes['name']}>{suite.id}</span>
      {suite.required === true && <Mark hint={t('requiredHint')}>{t('required')}</Mark>}
      {suite.disabled && <Mark>{t('off')}</Mark>}
    </span>
  )
}

function Result({
  tested: { suite, last },
  runs,
}: {
  readonly tested: TestedSuite
  readonly runs: ManyRuns
}): ReactNode {
  if (runs.pending.has(suiteKey(suite))) return <StateBadge state="RUNNING" />
  return last ? <StateBadge state={badgeOf(last.state)} /> : <span className={classes['muted']}>{t('never')}</span>
}

/** ERROR is no state of an execution: it is shown as the failure that it is. */
export function badgeOf(state: string): string {
  return state === 'ERROR' ? 'FAILED' : state
}

function RunButton({ tested: { suite }, runs }: { readonly tested: TestedSuite; readonly runs: ManyRuns }): ReactNode {
  // On a phone the row around it is a link.
  return (
    <span onClick={event => event.preventDefault()}>
      <MayButton
        need="TEST:CREATE"
        namespace={suite.namespace}
        size="compact-sm"
        variant="subtle"
        aria-label={t('runNamed', { suite: suite.id })}
        hint={t('runNamed', { suite: suite.id })}
        onClick={() => void runs.run([suite])}
      >
        <Icon name="run" size={14} />
      </MayButton>
    </span>
  )
}

function Card({ tested, runs }: { readonly tested: TestedSuite; readonly runs: ManyRuns }): ReactNode {
  const { suite } = tested
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <Name tested={tested} />
        <Result tested={tested} runs={runs} />
      </span>
      <span className={classes['muted']}>
        {suite.namespace} / {suite.flowId}
      </span>
    </span>
  )
}
