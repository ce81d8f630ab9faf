// What does this expression give, and where is its mistake?
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useId, useMemo, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { JsonView } from '../../widgets/json-view.tsx'
import { Note } from '../../widgets/note.tsx'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import { caretLines, type Outcome } from './explain-result.ts'
import layout from '../../widgets/layout.module.css'
import classes from './expressions.module.css'
import { t } from './messages.ts'
import { useLatestExecutions, useRendering, type Context } from './use-rendering.ts'

const KINDS = ['json', 'execution', 'flow'] as const
const PARAMS = {
  source: textParam,
  with: wordParam(KINDS),
  execution: textParam,
  namespace: textParam,
  flow: textParam,
  values: textParam,
}
const FIRST = 'Hello {{ inputs.name | upper }}, {{ [3, 1, 2] | sort | join(", ") }}'
const FIRST_VALUES = '{\n  "inputs": { "name": "Ada" }\n}'

export function ExpressionsPage(): ReactNode {
  const [search, setSearch] = useSearchState(PARAMS)
  const { source = FIRST, values = FIRST_VALUES } = search
  const parsed = useMemo(() => parseValues(values), [values])
  const context = useMemo(
    () =>
      contextOf(search.with, { execution: search.execution, namespace: search.namespace, flow: search.flow, parsed }),
    [search.with, search.execution, search.namespace, search.flow, parsed],
  )
  const change = (patch: Parameters<typeof setSearch>[0]): void => setSearch(patch, { replace: true })
  return (
    <Page title={t('title')}>
      <div className={classes['panes']}>
        <section className={classes['pane']}>
          <Textarea
            className={classes['code']}
            label={t('expression')}
            description={t('hint')}
            size="sm"
            rows={8}
            spellCheck={false}
            value={source}
            onChange={event => change({ source: event.currentTarget.value })}
          />
          <NativeSelect
            label={t('context')}
            size="sm"
            value={search.with}
            onChange={event => change({ with: KINDS.find(kind => kind === event.currentTarget.value) ?? 'json' })}
            data={KINDS.map(kind => ({ value: kind, label: t(kind) }))}
          />
          {search.with === 'json' && (
            <Textarea
              className={classes['code']}
              label={t('values')}
              description={t('valuesHint')}
              size="sm"
              rows={8}
              spellCheck={false}
              value={values}
              error={parsed === undefined ? t('notMap') : undefined}
              onChange={event => change({ values: event.currentTarget.value })}
            />
          )}
          {search.with === 'execution' && (
            <ExecutionField value={search.execution ?? ''} onChange={execution => change({ execution })} />
          )}
          {search.with === 'flow' && (
            <div className={layout['pair']}>
              <NamespaceField value={search.namespace ?? ''} onChange={namespace => change({ namespace })} />
              <TextInput
                label={t('flowId')}
                size="sm"
                autoComplete="off"
                value={search.flow ?? ''}
                onChange={event => change({ flow: event.currentTarget.value })}
              />
            </div>
          )}
          <Note>{search.with === 'json' ? t('local') : t('secrets')}</Note>
        </section>
        <Result source={source} context={context} />
      </div>
    </Page>
  )
}

function Result({ source, context }: { readonly source: string; readonly context: Context | undefined }): ReactNode {
  const { data, error, refetch } = useRendering(source, context)
  return (
    <section className={classes['pane']} aria-live="polite">
      <h2>{t('result')}</h2>
      {error && <ErrorCard title={t('notAsked')} error={error} onRetry={() => void refetch()} />}
      {!error && context === undefined && <p className={classes['muted']}>{t('noContext')}</p>}
      {!error && source.trim() === '' && <p className={classes['muted']}>{t('nothing')}</p>}
      {!error && data && context !== undefined && <Shown outcome={data} source={source} />}
    </section>
  )
}

interface Given {
  readonly execution: string | undefined
  readonly namespace: string | undefined
  readonly flow: string | undefined
  readonly parsed: object | undefined
}

function contextOf(kind: (typeof KINDS)[number], { execution, namespace, flow, parsed }: Given): Context | undefined {
  switch (kind) {
    case 'json':
      return parsed && { type: 'json', values: parsed }
    case 'execution':
      return execution === undefined || execution === '' ? undefined : { type: 'execution', executionId: execution }
    case 'flow':
      return namespace === undefined || namespace === '' || flow === undefined || flow === ''
        ? undefined
        : { type: 'flow', namespace, flowId: flow }
  }
}

function parseValues(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined // Half-written: the field says what is expected.
  }
}

function ExecutionField({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (id: string) => void
}): ReactNode {
  const { data = [] } = useLatestExecutions()
  const listId = useId()
  return (
    <>
      <TextInput
        label={t('executionId')}
        description={t('executionHint')}
        size="sm"
        list={listId}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={event => onChange(event.currentTarget.value.trim())}
      />
      <datalist id={listId}>
        {data.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </datalist>
    </>
  )
}

function Shown({ outcome, source }: { readonly outcome: Outcome; readonly source: string }): ReactNode {
  if (outcome.type === 'mistake')
    return (
      <>
        <p className={classes['mistake']}>{outcome.message}</p>
        <CodeBlock label={t('failed')} hasCopy={false} text={caretLines(source, outcome.line, outcome.column)} />
      </>
    )
  const { value, typeName } = outcome
  return (
    <>
      <p className={classes['muted']}>
        {t('type')}: <code>{typeName}</code>
      </p>
      {typeof value === 'object' && value !== null ? (
        <JsonView value={value} label={t('result')} depth={3} />
      ) : (
        <CodeBlock label={t('result')} text={String(value)} isWrapped />
      )}
    </>
  )
}
