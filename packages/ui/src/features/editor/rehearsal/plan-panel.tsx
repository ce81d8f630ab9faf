// What it will do, before it is saved: every task with its properties as far as they can be known, and what would be touched.
import { useQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { api } from '../../../lib/api.ts'
import type { FlowRef } from '../../../lib/paths.ts'
import { cx } from '../../../widgets/class-names.ts'
import { Empty } from '../../../widgets/empty.tsx'
import { ErrorCard } from '../../../widgets/error-card.tsx'
import { SkeletonRows } from '../../../widgets/skeleton.tsx'
import { useSettled } from '../use-checks.ts'
import { GivenForm } from './given-form.tsx'
import { t } from './messages.ts'
import classes from './rehearsal.module.css'
import { useGiven } from './use-given.ts'

const REST_MS = 300
/** Longer values get lines of their own. */
const SHORT = 100

type FlowPlan = Awaited<ReturnType<typeof api.flows.plan>>
type PlannedTask = FlowPlan['tasks'][number]

export interface RehearsalProps {
  readonly text: string
  /** Undefined for a flow that is not there yet. */
  readonly flow: FlowRef | undefined
  readonly hasErrors: boolean
  /** Shows the task in the code. */
  readonly onTask: (id: string) => void
}

export function PlanPanel({ text, flow, hasErrors, onTask }: RehearsalProps): ReactNode {
  const given = useGiven(text, flow)
  const { executionId, inputs } = given
  const wish = useMemo(
    () => ({ source: text, inputs, ...(executionId === undefined ? {} : { executionId }) }),
    [text, inputs, executionId],
  )
  const settled = useSettled(wish, REST_MS)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['flows', 'plan', settled],
    queryFn: ({ signal }) => api.flows.plan({ body: settled, signal }),
    placeholderData: before => before,
    enabled: !hasErrors,
    gcTime: 0,
    retry: false,
  })
  return (
    <div className={classes['panel']}>
      <GivenForm given={given} note={t('planText')} />
      <div className={classes['told']}>
        {hasErrors && <Empty icon="warning" title={t('broken')} />}
        {!hasErrors && error && <ErrorCard title={t('planFailed')} error={error} onRetry={() => void refetch()} />}
        {!hasErrors && !error && isPending && <SkeletonRows rows={6} />}
        {!hasErrors && !error && data && <Plan plan={data} onTask={onTask} />}
      </div>
    </div>
  )
}

function Plan({ plan, onTask }: { readonly plan: FlowPlan; readonly onTask: RehearsalProps['onTask'] }): ReactNode {
  return (
    <>
      {plan.problems.length > 0 && (
        <div className={classes['problem']} role="status">
          <strong>{t('begins')}</strong>
          {plan.problems.map(problem => (
            <p key={problem}>{problem}</p>
          ))}
        </div>
      )}
      <Touches touches={plan.touches} />
      <ol className={classes['tasks']} aria-label={t('tasks')}>
        {plan.tasks.map(task => (
          <li key={task.id} style={{ paddingInlineStart: `${task.depth * 16}px` }}>
            <Task task={task} onTask={onTask} />
          </li>
        ))}
      </ol>
    </>
  )
}

const OUTLOOKS = ['runs', 'may-run', 'skipped', 'on-failure', 'always', 'after'] as const

function Task({ task, onTask }: { readonly task: PlannedTask; readonly onTask: RehearsalProps['onTask'] }): ReactNode {
  const outlook = OUTLOOKS.find(word => word === task.outlook) ?? 'runs'
  const properties = Object.entries(task.properties)
  return (
    <section className={cx(classes['task'], outlook === 'skipped' && classes['skipped'])} aria-label={task.id}>
      <div className={classes['taskHead']}>
        <button type="button" className={classes['taskName']} onClick={() => onTask(task.id)}>
          {task.id}
        </button>
        <span className={classes['type']}>{shortType(task.type)}</span>
        <span className={cx(classes['outlook'], outlook !== 'runs' && classes['unsure'])}>{t(outlook)}</span>
        {task.reasons.length > 0 && <span className={classes['muted']}>{task.reasons.join('; ')}</span>}
      </div>
      {outlook !== 'skipped' && properties.length > 0 && (
        <dl className={classes['properties']}>
          {properties.map(([key, value]) => (
            <div key={key} className={classes['property']}>
              <dt>{key}</dt>
              <dd>{textOf(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {outlook !== 'skipped' && task.unknown.length > 0 && (
        <p className={classes['unknown']}>
          {t('unknown')}:{' '}
          {task.unknown.map(name => (
            <code key={name}>{name}</code>
          ))}
        </p>
      )}
      {task.problems.map(problem => (
        <p key={problem} className={classes['wrong']}>
          {problem}
        </p>
      ))}
    </section>
  )
}

const KINDS = ['host', 'table', 'file', 'secret', 'key', 'subflow', 'script'] as const

function Touches({ touches }: Pick<FlowPlan, 'touches'>): ReactNode {
  if (touches.length === 0) return <p className={classes['muted']}>{t('noTouches')}</p>
  return (
    <section aria-label={t('touches')}>
      <h3 className={classes['heading']}>{t('touches')}</h3>
      <ul className={classes['touches']}>
        {touches.map(({ kind, name, access, tasks }) => {
          const known = KINDS.find(word => word === kind)
          return (
            <li key={`${kind} ${name} ${access ?? ''}`} className={classes['touch']}>
              <span className={classes['kind']}>{known === undefined ? kind : t(known)}</span>
              <code>{name}</code>
              {access !== undefined && (
                <span className={access === 'write' ? classes['writes'] : classes['muted']}>{t(access)}</span>
              )}
              <span className={classes['muted']}>{t('byTasks', { tasks: tasks.join(', ') })}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

export function shortType(type: string): string {
  return type.replace(/^io\.kestra\.(plugin|core)\./, '')
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const short = JSON.stringify(value)
  return short.length <= SHORT ? short : JSON.stringify(value, undefined, 2)
}
