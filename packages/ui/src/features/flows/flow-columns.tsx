import { Fragment, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { formatNumber } from '../../lib/messages.ts'
import { formatDuration } from '../../lib/time.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { draftOf, type DraftHead } from '../flow/use-flow-drafts.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { flowMenu } from './flow-menu.ts'
import classes from './flows-page.module.css'
import type { Line } from './group-flows.ts'
import { t } from './messages.ts'
import { RunBars, type RunBarsProps } from './run-bars.tsx'
import { flowKey, type FlowRow, type RunBarsOfFlow } from './use-flows.ts'
import type { FlowActions } from './use-flow-actions.ts'

export type FlowLine = Line<FlowRow>

export interface FlowFacts {
  readonly bars: ReadonlyMap<string, RunBarsOfFlow>
  readonly actions: FlowActions
  readonly drafts: readonly DraftHead[] | undefined
  readonly isGrouped: boolean
}

export function flowColumns(facts: FlowFacts): readonly Column<FlowLine>[] {
  const ofFlow =
    (show: (flow: FlowRow, bars: RunBarsOfFlow | undefined) => ReactNode) =>
    (line: FlowLine): ReactNode =>
      line.type === 'flow' && show(line.flow, facts.bars.get(flowKey(line.flow)))
  return [
    { id: 'flow', title: t('flow'), cell: line => <Name line={line} facts={facts} /> },
    {
      id: 'runs',
      title: t('lastRuns'),
      width: '184px',
      cell: ofFlow((_, bars) => bars && <RunBars {...barsOf(bars)} />),
    },
    { id: 'success', title: t('success'), width: '84px', align: 'end', cell: ofFlow((_, bars) => rateOf(bars)) },
    { id: 'median', title: t('median'), width: '92px', align: 'end', cell: ofFlow((_, bars) => medianOf(bars)) },
    {
      id: 'next',
      title: t('next'),
      width: '112px',
      cell: ofFlow((_, bars) => bars?.nextDate !== undefined && <Timestamp atMs={Date.parse(bars.nextDate)} />),
    },
    {
      id: 'triggers',
      title: t('triggers'),
      width: '150px',
      isExtra: true,
      cell: ofFlow(flow => <Triggers flow={flow} />),
    },
    { id: 'labels', title: t('labels'), isExtra: true, cell: ofFlow(flow => <Labels flow={flow} />) },
    {
      id: 'menu',
      title: '',
      width: '64px',
      align: 'end',
      cell: ofFlow(flow => <RowMenu flow={flow} actions={facts.actions} />),
    },
  ]
}

/** Nothing else of it: what is drawn stays while that is the same. */
function barsOf({ namespace, flowId, runs }: RunBarsOfFlow): RunBarsProps {
  return { namespace, flowId, runs }
}

/** What is seen of its row is part of what is said of it. */
export function flowLabel(flow: FlowRow, { drafts }: Pick<FlowFacts, 'drafts'>): string {
  return [flowKey(flow), ...marksOf(flow, drafts)].join(' ')
}

function marksOf(flow: FlowRow, drafts: FlowFacts['drafts']): readonly string[] {
  return [
    ...(draftOf(drafts, flow) ? [t('draft')] : []),
    ...(flow.disabled ? [t('disabled')] : []),
    ...(flow.exception === undefined ? [] : [t('broken')]),
  ]
}

/** Two lines on a narrow screen. */
export function FlowCard({ line, facts }: { readonly line: FlowLine; readonly facts: FlowFacts }): ReactNode {
  if (line.type === 'group') return <Name line={line} facts={facts} />
  const bars = facts.bars.get(flowKey(line.flow))
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <Name line={line} facts={{ ...facts, isGrouped: false }} />
      </span>
      <span className={classes['cardLine']}>
        {bars && <RunBars {...bars} runs={bars.runs.slice(0, 14)} />}
        <span className={classes['end']}>{medianOf(bars)}</span>
      </span>
    </span>
  )
}

function Name({ line, facts }: { readonly line: FlowLine; readonly facts: FlowFacts }): ReactNode {
  if (line.type === 'group')
    return (
      <span className={classes['group']}>
        <Icon name={line.isOpen ? 'down' : 'right'} size={14} />
        <span className={classes['groupName']}>{line.namespace}</span>{' '}
        <span className={classes['count']}>{formatNumber(line.count)}</span>
      </span>
    )
  const { flow } = line
  const [last] = facts.bars.get(flowKey(flow))?.runs ?? []
  return (
    <span className={classes['name']}>
      <span className={classes['state']}>{last && <StateBadge state={last.state} isIconOnly />}</span>
      {!facts.isGrouped && <span className={classes['namespace']}>{flow.namespace} / </span>}
      <span className={classes['id']}>{flow.id}</span>
      {marksOf(flow, facts.drafts).map(mark => (
        <Fragment key={mark}>
          {' '}
          <span className={classes['mark']}>{mark}</span>
        </Fragment>
      ))}
    </span>
  )
}

function rateOf(bars: RunBarsOfFlow | undefined): ReactNode {
  if (bars?.successRate === undefined) return null
  const rate = Math.round(bars.successRate * 100)
  return <span {...tip(t('successRate', { rate }))}>{rate} %</span>
}

function medianOf(bars: RunBarsOfFlow | undefined): ReactNode {
  return bars?.p50Ms === undefined ? null : formatDuration(bars.p50Ms)
}

function Triggers({ flow }: { readonly flow: FlowRow }): ReactNode {
  const names = (flow.triggers ?? []).map(({ id, type }) => ({ id: String(id), type: simpleName(String(type)) }))
  const [first] = names
  if (!first) return null
  return (
    <span className={classes['trigger']} {...tip(names.map(({ id, type }) => `${id}: ${type}`).join('\n'))}>
      <Icon name={first.type.startsWith('Schedule') ? 'clock' : 'trigger'} size={14} />
      {names.length === 1 ? first.id : `${first.id} +${names.length - 1}`}
    </span>
  )
}

const LABELS_MAX = 3

function Labels({ flow }: { readonly flow: FlowRow }): ReactNode {
  const labels = flow.labels ?? []
  return (
    <span className={classes['labels']}>
      {labels.slice(0, LABELS_MAX).map(({ key, value }) => (
        <span key={key} className={classes['label']}>
          {key}:{value}
        </span>
      ))}
      {labels.length > LABELS_MAX && <span className={classes['label']}>+{labels.length - LABELS_MAX}</span>}
    </span>
  )
}

function RowMenu({ flow, actions }: { readonly flow: FlowRow; readonly actions: FlowActions }): ReactNode {
  const mayNot = useMay()
  return (
    <Menu
      label={t('rowMenu', { flow: flow.id })}
      button={<Icon name="more" />}
      align="end"
      groups={flowMenu(flow, actions, mayNot)}
    />
  )
}

function simpleName(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1)
}
