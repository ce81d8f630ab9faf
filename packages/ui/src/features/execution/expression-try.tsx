import { useMutation } from '@tanstack/react-query'
import { useId, useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { outputMessages as t } from './output-messages.ts'
import classes from './outputs.module.css'

export interface ExpressionTryProps {
  readonly executionId: string
  /** As this task run sees it. */
  readonly taskRunId: string | undefined
}

/** What an expression comes to in this execution. */
export function ExpressionTry({ executionId, taskRunId }: ExpressionTryProps): ReactNode {
  const id = useId()
  const [text, setText] = useState('')
  const render = useMutation({
    mutationFn: () =>
      taskRunId === undefined
        ? api.executions.evaluate({ params: { executionId }, body: text })
        : api.executions.evaluateInTaskRun({ params: { executionId, taskRunId }, body: text }),
  })
  const { result, error } = render.data ?? {}
  return (
    <section className={classes['card']} aria-label={t('try')}>
      <h3>
        <label htmlFor={id}>{t('try')}</label>
      </h3>
      <textarea
        id={id}
        className={classes['area']}
        value={text}
        spellCheck={false}
        placeholder="{{ outputs.load.rows | default(0) }}"
        onChange={event => setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || text === '') return
          event.preventDefault()
          render.mutate()
        }}
      />
      <div className={classes['toolbar']}>
        <ActButton
          size="compact-sm"
          why={text === '' ? t('whyNoExpression') : undefined}
          loading={render.isPending}
          onClick={() => render.mutate()}
        >
          {t('evaluate')}
        </ActButton>
      </div>
      {render.error && <ErrorCard title={t('refused')} error={render.error} />}
      {error !== undefined && <ErrorCard title={t('refused')} error={error} />}
      {result !== undefined && <CodeBlock label={t('result')} text={result} isWrapped />}
    </section>
  )
}
