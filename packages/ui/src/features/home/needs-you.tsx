// Answers that are waited for, failures that are alike, triggers that are late: the most urgent first. None is shown before those above it are known, and the card
// keeps its height: nothing moves under somebody's hand.
import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { mayDo } from '../../lib/access/may.ts'
import { useMe } from '../../lib/access/use-me.ts'
import { formatDuration, formatRelative } from '../../lib/time.ts'
import { nowMs, useNow } from '../../platform/clock.ts'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { isDiskFull, useStorageFacts, type StorageFacts } from '../administration/use-facts.ts'
import { formatSize } from '../files/file-tree.ts'
import { lateMsOf } from '../triggers/trigger-row.ts'
import { Card } from './card.tsx'
import classes from './home-page.module.css'
import { changedRevision } from './judge-runs.ts'
import { t } from './messages.ts'
import { useIncidents, useDueTriggers, useWaiting, type Incident, type Scope } from './use-home.ts'

const TICK_MS = 30_000
const INCIDENTS_SHOWN = 5
const LATE_SHOWN = 3

export function NeedsYou({ scope }: { readonly scope: Scope }): ReactNode {
  const now = useNow(TICK_MS)
  const incidents = useIncidents(scope)
  const waiting = useWaiting(scope)
  const triggers = useDueTriggers(scope)
  const disk = useFullDisk()
  const tasks = waiting.data ?? []
  const areFailuresKnown = !waiting.isPending && !incidents.isPending
  const failures = areFailuresKnown ? (incidents.data?.results ?? []) : []
  // That dates cannot be told is no reason to tell nothing.
  const isPending = !areFailuresKnown || triggers.isPending
  const late = isPending ? [] : (triggers.data ?? []).filter(row => lateMsOf(row, now) > 0)
  const isNothing = !isPending && failures.length + tasks.length + late.length === 0 && disk === undefined
  const more = failures.length - INCIDENTS_SHOWN
  return (
    <Card
      title={t('needsYou')}
      {...(more > 0 ? { to: paths.incidents(), toTitle: t('moreIncidents', { count: more }) } : {})}
      className={classes['needs']}
      isSteady
      error={incidents.error ?? waiting.error}
      onRetry={() => void Promise.all([incidents.refetch(), waiting.refetch()])}
    >
      {isNothing && (
        <p className={classes['fine']}>
          <Icon name="check" /> {t('nothing')}
        </p>
      )}
      <ul className={classes['items']}>
        <FullDisk disk={disk} />
        {tasks.map(({ executionId, taskRunId = '', flowId, taskId, due }) => (
          <Item
            key={`${executionId}/${taskRunId}`}
            icon="pause"
            tone="paused"
            to={withQuery(paths.inbox(), [['task', `${executionId}/${taskRunId}`]])}
            title={t('waitsFor', { flow: flowId })}
            note={taskId}
            side={
              due !== undefined && (
                <>
                  {t('due')} <Timestamp atMs={Date.parse(due)} isRelative />
                </>
              )
            }
          />
        ))}
        {failures.slice(0, INCIDENTS_SHOWN).map(incident => (
          <Failure key={incident.fingerprint} incident={incident} />
        ))}
        {late.slice(0, LATE_SHOWN).map(row => (
          <Item
            key={row.key}
            icon="clock"
            tone="late"
            to={withQuery(paths.triggers(), [['trigger', row.key]])}
            title={t('triggerLate', { trigger: row.triggerId, length: formatDuration(lateMsOf(row, now)) })}
            note={`${row.namespace} / ${row.flowId}`}
          />
        ))}
      </ul>
      {isPending && <SkeletonRows rows={4} />}
    </Card>
  )
}

function FullDisk({ disk }: { readonly disk: StorageFacts['disk'] }): ReactNode {
  if (!disk) return null
  return (
    <Item
      icon="warning"
      tone="late"
      to={paths.instance('retention')}
      title={t('diskFull')}
      note={t('diskFree', { free: formatSize(disk.freeBytes), size: formatSize(disk.sizeBytes) })}
    />
  )
}

/** Whoever may look at the server is told before it is too late. */
function useFullDisk(): StorageFacts['disk'] {
  const permissions = useMe().data?.permissions
  const { data } = useStorageFacts(permissions !== undefined && mayDo(permissions, 'INSTANCE:READ'))
  return data && isDiskFull(data) ? data.disk : undefined
}

/** What is different now, as far as it is known. */
function changeOf({ lastSuccess, flows }: Incident): string | undefined {
  if (!lastSuccess) return undefined
  const changed = changedRevision(
    lastSuccess,
    flows.flatMap(({ revisions }) => revisions),
  )
  if (changed) return t('changedSince', changed)
  return t('lastSuccess', { when: formatRelative(Date.parse(lastSuccess.startDate), nowMs()) })
}

function Failure({ incident }: { readonly incident: Incident }): ReactNode {
  const { taskId, count, message, lastDate, flows, executionIds } = incident
  const [flow] = flows
  const [id] = executionIds
  if (!flow || id === undefined) return null
  return (
    <Item
      icon="close"
      tone="failed"
      to={paths.execution({ namespace: flow.namespace, flowId: flow.flowId, id })}
      title={`${t('inFlow', { task: taskId, flow: flow.flowId })} ${t('failedTimes', { count })}`}
      note={message}
      more={changeOf(incident)}
      side={<Timestamp atMs={Date.parse(lastDate)} isRelative />}
    />
  )
}

interface ItemProps {
  readonly icon: IconName
  readonly tone: 'failed' | 'paused' | 'late'
  readonly to: string
  readonly title: string
  readonly note?: string | undefined
  readonly more?: string | undefined
  readonly side?: ReactNode
}

function Item({ icon, tone, to, title, note, more, side }: ItemProps): ReactNode {
  return (
    <li>
      <Link to={to} className={classes['item']}>
        <span className={classes[tone]}>
          <Icon name={icon} />
        </span>
        <span className={classes['itemText']}>
          <span className={classes['itemTitle']}>{title}</span>
          {note !== undefined && <span className={classes['itemNote']}>{note}</span>}
          {more !== undefined && <span className={classes['itemMore']}>{more}</span>}
        </span>
        {side !== undefined && <span className={classes['itemSide']}>{side}</span>}
      </Link>
    </li>
  )
}
