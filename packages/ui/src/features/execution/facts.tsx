import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { stateWord } from '../../lib/states.ts'
import { JsonView } from '../../widgets/json-view.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { formatClock, formatDuration } from '../../lib/time.ts'
import classes from './facts.module.css'
import { t } from './messages.ts'
import { ownLabels } from './use-execution-action.ts'
import type { ExecutionHead } from './use-execution.ts'

/** Where it came from and what it was given. */
export function Facts({ head }: { readonly head: ExecutionHead }): ReactNode {
  const { id, inputs = {}, trigger, state, scheduleDate } = head
  const labels = ownLabels(head)
  return (
    <div className={classes['facts']}>
      <section className={classes['card']} aria-label={t('facts')}>
        <h3>{t('facts')}</h3>
        <dl className={classes['list']}>
          <Fact name={t('id')}>
            <code>{id}</code>
          </Fact>
          <Fact name={t('flow')}>
            <Link to={paths.flow({ namespace: head.namespace, id: head.flowId })}>
              {head.namespace} / {head.flowId}
            </Link>
          </Fact>
          <Fact name={t('trigger')}>{trigger ? `${trigger.id} · ${shortType(trigger.type)}` : t('byHand')}</Fact>
          {scheduleDate !== undefined && (
            <Fact name={t('scheduled')}>
              <Timestamp atMs={Date.parse(scheduleDate)} />
            </Fact>
          )}
          <Fact name={t('labels')}>
            {labels.length === 0 ? (
              <span className={classes['muted']}>{t('noLabels')}</span>
            ) : (
              labels.map(({ key, value }) => (
                <Link
                  key={key}
                  className={classes['label']}
                  to={withQuery(paths.executions(), [[`filters[labels][EQUALS][${key}]`, value]])}
                >
                  {key}:{value}
                </Link>
              ))
            )}
          </Fact>
          <Origins head={head} />
          <Children id={id} />
          <Fact name={t('states')}>
            <StateHistory state={state} />
          </Fact>
        </dl>
      </section>
      <section className={classes['card']} aria-label={t('inputs')}>
        <h3>{t('inputs')}</h3>
        {Object.keys(inputs).length === 0 ? (
          <p className={classes['muted']}>{t('noInputs')}</p>
        ) : (
          <JsonView label={t('inputs')} value={inputs} />
        )}
      </section>
    </div>
  )
}

/** The executions that it comes from: its caller's, the one it branched off from, the first of all of its kind. */
function Origins({ head }: { readonly head: ExecutionHead }): ReactNode {
  const { id, originalId } = head
  const parent = parentOf(head)
  const fork = forkOf(head)
  return (
    <>
      {parent !== undefined && (
        <Fact name={t('parent')}>
          <ExecutionLink id={parent} />
        </Fact>
      )}
      {fork && (
        <Fact name={t('forkedFrom')}>
          <ExecutionLink id={fork.id} at={fork.at} />
        </Fact>
      )}
      {originalId !== undefined && originalId !== id && (
        <Fact name={t('original')}>
          <ExecutionLink id={originalId} />
        </Fact>
      )}
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={classes['fact']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Whose task run started it. */
export function parentOf({ parentId, trigger }: ExecutionHead): string | undefined {
  const caller = trigger?.variables?.['executionId']
  return parentId ?? (typeof caller === 'string' ? caller : undefined)
}

/** Of another execution only the id is known: its page is asked for by it. With an event: that moment of it. */
export function ExecutionLink({ id, at }: { readonly id: string; readonly at?: number }): ReactNode {
  const { data } = useQuery({
    queryKey: ['executions', id, 'head'],
    queryFn: ({ signal }) => api.executions.get({ params: { executionId: id }, query: { taskRunsMax: 0 }, signal }),
    retry: false,
  })
  if (!data) return <code>{id}</code>
  const name = `${data.flowId} · ${id.slice(-6)}`
  if (at === undefined) return <Link to={paths.execution(data)}>{name}</Link>
  return (
    <Link to={withQuery(paths.execution(data, 'debug'), [['at', String(at)]])}>
      {t('atEvent', { name, event: at + 1 })}
    </Link>
  )
}

/** The label says `id@event`. */
function forkOf({ labels = [] }: ExecutionHead): { readonly id: string; readonly at: number } | undefined {
  const [, id, at] = /^(\w+)@(\d+)$/.exec(labels.find(({ key }) => key === 'system.fork')?.value ?? '') ?? []
  return id === undefined || at === undefined ? undefined : { id, at: Number(at) }
}

function Children({ id }: { readonly id: string }): ReactNode {
  const { data } = useQuery({
    queryKey: ['executions', id, 'children-count'],
    queryFn: ({ signal }) =>
      api.executions.search({
        query: { cursor: '', size: 1, 'filters[triggerExecutionId][EQUALS]': id },
        signal,
      }),
  })
  if (!data || data.total === 0) return null
  return (
    <Fact name={t('children')}>
      <Link to={withQuery(paths.executions(), [['filters[triggerExecutionId][EQUALS]', id]])}>
        {data.totalIsEstimate === true ? `${data.total}+` : data.total}
      </Link>
    </Fact>
  )
}

const MOMENTS_MAX = 12

function StateHistory({ state: { histories } }: { readonly state: ExecutionHead['state'] }): ReactNode {
  const shown = histories.slice(-MOMENTS_MAX)
  return (
    <ol className={classes['states']}>
      {shown.map(({ state, date }, index) => {
        const next = shown[index + 1]
        return (
          <li key={`${date}-${index}`}>
            <span className={classes['muted']}>{formatClock(Date.parse(date))}</span> {stateWord(state)}
            {next && (
              <span className={classes['muted']}> {formatDuration(Date.parse(next.date) - Date.parse(date))}</span>
            )}
          </li>
        )
      })}
    </ol>
  )
}

/** `io.kestra.plugin.core.trigger.Schedule` → `Schedule`. */
export function shortType(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1)
}
