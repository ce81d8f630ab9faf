// All of one task run in one look: what it was given, with its expressions filled in once somebody asks, what it gave, its attempts, the end of its log.
import { useMutation } from '@tanstack/react-query'
import { type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { isGroup } from '../gantt/gantt-run.ts'
import { taskInSource } from './line-of-task.ts'
import { panelMessages as t } from './panel-messages.ts'
import classes from './task-panel.module.css'
import { Attempts, Log, Outputs, type PartProps } from './task-parts.tsx'
import { useSource } from './use-execution.ts'
import { executionIdOf } from './use-task-runs.ts'

const LINES = 8

export function TaskGlance({ head, run }: PartProps): ReactNode {
  const parts: readonly (readonly [title: string, part: ReactNode])[] = [
    [t('given'), <Given key="given" {...{ head, run }} />],
    ...(isGroup(run) ? [] : [[t('outputs'), <Outputs key="outputs" run={run} />] as const]),
    ...((run.attempts?.length ?? 0) > 1 ? [[t('attempts'), <Attempts key="attempts" run={run} />] as const] : []),
    [t('log'), <Log key="log" {...{ head, run }} count={LINES} />],
  ]
  return (
    <>
      {parts.map(([title, part]) => (
        <section key={title} className={classes['part']} aria-label={title}>
          <h3>{title}</h3>
          {part}
        </section>
      ))}
    </>
  )
}

/** As it stands in the flow. Expressions may ask other systems: they are filled in only when somebody wants that. */
function Given({ head, run }: PartProps): ReactNode {
  const source = useSource(head)
  const text = source === undefined ? undefined : taskInSource(source, run.taskId)?.text
  const params = { executionId: executionIdOf(run.id), taskRunId: run.id }
  const fill = useMutation({ mutationFn: (body: string) => api.executions.evaluateInTaskRun({ params, body }) })
  if (text === undefined) return <p className={classes['muted']}>{t('noCode')}</p>
  const { result, error } = fill.data ?? {}
  const failure = fill.error ?? error
  return (
    <>
      <CodeBlock label={t('given')} text={result ?? text} isWrapped />
      {text.includes('{{') && result === undefined && !isGroup(run) && (
        <div>
          <ActButton size="compact-sm" variant="default" loading={fill.isPending} onClick={() => fill.mutate(text)}>
            {t('fill')}
          </ActButton>
        </div>
      )}
      {failure !== undefined && failure !== null && <ErrorCard title={t('notFilled')} error={failure} />}
    </>
  )
}
