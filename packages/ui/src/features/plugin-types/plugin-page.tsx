// What is it for, and how do I write it?
import { Button } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Page } from '../../app/page.tsx'
import { paths } from '../../lib/paths.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { CopyButton } from '../../widgets/copy-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Markdown } from '../../widgets/markdown.tsx'
import { Note } from '../../widgets/note.tsx'
import { Skeleton, Waiting } from '../../widgets/skeleton.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { exampleFlow } from './example-flow.ts'
import { Mark } from '../../widgets/mark.tsx'
import { t } from './messages.ts'
import classes from './plugins.module.css'
import { isSchema, propertyLines, type PropertyLine } from './property-lines.ts'
import { kindOf, simpleName, type KindFilter } from './search-types.ts'
import { useTryExample, useTypeDocument } from './use-plugins.ts'

interface Example {
  readonly title: string
  readonly code: string
}

interface TypePage {
  readonly cls: string
  readonly kind: KindFilter
  readonly isHere: boolean
  readonly isDeprecated: boolean
  readonly aliases: readonly string[]
  readonly title: string | undefined
  readonly description: string | undefined
  readonly examples: readonly Example[]
  readonly properties: readonly PropertyLine[]
  readonly outputs: readonly PropertyLine[]
}

export function PluginPage(): ReactNode {
  const params: { readonly cls?: string } = useParams({ strict: false })
  const { cls = '' } = params
  const { data, error, refetch } = useTypeDocument(cls)
  const page = useMemo(() => data && readPage(data, cls), [data, cls])
  return (
    <Page title={simpleName(page?.cls ?? cls)} crumbs={[{ title: t('title'), to: paths.plugins() }]}>
      {error && <ErrorCard title={t('failedOne')} error={error} onRetry={() => void refetch()} />}
      {!page && !error && (
        <Waiting>
          <Skeleton height="20rem" />
        </Waiting>
      )}
      {page && <Body page={page} />}
    </Page>
  )
}

function readPage(data: Readonly<Record<string, unknown>>, asked: string): TypePage {
  const schema = isSchema(data['schema']) ? data['schema'] : {}
  const own = isSchema(schema['properties']) ? schema['properties'] : {}
  const cls = textOf(data['cls']) ?? asked
  const title = textOf(own['title'])
  return {
    cls,
    kind: kindOf({ kind: textOf(data['kind']) ?? 'task' }),
    isHere: data['implemented'] === true,
    isDeprecated: data['deprecated'] === true,
    aliases: listOf(data['aliases']).filter(each => typeof each === 'string'),
    title: title === simpleName(cls) ? undefined : title,
    description: textOf(own['description']),
    examples: listOf(own['$examples']).flatMap(each =>
      isSchema(each) && typeof each['code'] === 'string'
        ? [{ title: textOf(each['title']) ?? '', code: each['code'] }]
        : [],
    ),
    properties: propertyLines(own).filter(({ name }) => name !== 'id' && name !== 'type'),
    outputs: propertyLines(schema['outputs']),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function Body({ page }: { readonly page: TypePage }): ReactNode {
  const { cls, isHere, isDeprecated, aliases, title, description, examples, properties, outputs } = page
  return (
    <div className={classes['body']}>
      <div className={classes['lead']}>
        {title !== undefined && <p className={classes['title']}>{title}</p>}
        {description !== undefined && <Markdown text={description} />}
        {!isHere && (
          <Note kind="warning">
            {t('notHere')}. {t('notHereText')}
          </Note>
        )}
        {isDeprecated && (
          <Note kind="warning">
            {t('deprecated')}. {t('deprecatedText')}
          </Note>
        )}
        <div className={classes['names']}>
          <code>{cls}</code>
          <CopyButton text={cls} />
        </div>
        {aliases.length > 0 && (
          <details>
            <summary>
              {t('aliases')} ({aliases.length})
            </summary>
            <ul>
              {aliases.map(alias => (
                <li key={alias}>
                  <code>{alias}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {examples.length > 0 && (
        <section className={classes['section']}>
          <h2>{t('examples')}</h2>
          {examples.map(example => (
            <ExampleCard key={example.code} example={example} page={page} />
          ))}
        </section>
      )}
      <section className={classes['section']}>
        <h2>{t('properties')}</h2>
        {properties.length === 0 ? (
          <p className={classes['muted']}>{t('noProperties')}</p>
        ) : (
          <Lines lines={properties} />
        )}
      </section>
      {kindOf({ kind: 'task' }) === page.kind && (
        <section className={classes['section']}>
          <h2>{t('outputs')}</h2>
          {outputs.length === 0 ? (
            <p className={classes['muted']}>{t(isHere ? 'noOutputs' : 'unknownOutputs')}</p>
          ) : (
            <Lines lines={outputs} />
          )}
        </section>
      )}
    </div>
  )
}

function ExampleCard({ example, page }: { readonly example: Example; readonly page: TypePage }): ReactNode {
  const tries = useTryExample()
  const canBeTried = page.kind === 'tasks' || page.kind === 'triggers'
  const flow = exampleFlow(example.code, page.cls, page.kind)
  return (
    <div className={classes['example']}>
      <div className={classes['exampleHead']}>
        <p>{example.title}</p>
        {canBeTried && (
          <>
            <Button
              size="compact-sm"
              {...tip(t('editHint', { id: flow.id }))}
              onClick={() => tries.mutate({ flow, isRun: false })}
            >
              {t('openInEditor')}
            </Button>
            {page.isHere && (
              <MayButton
                need="FLOW:CREATE"
                size="compact-sm"
                variant="filled"
                hint={t('runHint', { id: flow.id })}
                onClick={() => tries.mutate({ flow, isRun: true })}
              >
                {t('run')}
              </MayButton>
            )}
          </>
        )}
      </div>
      {tries.error && <ErrorCard title={t('notRun')} error={tries.error} />}
      <CodeBlock text={example.code} label={example.title} />
    </div>
  )
}

function Lines({ lines }: { readonly lines: readonly PropertyLine[] }): ReactNode {
  return (
    <ul className={classes['lines']}>
      {lines.map(line => (
        <Line key={line.name} line={line} />
      ))}
    </ul>
  )
}

function Line({ line }: { readonly line: PropertyLine }): ReactNode {
  const { name, type, text, isRequired, isDynamic, isDeprecated, defaultText, choices, children } = line
  return (
    <li className={classes['line']}>
      <div className={classes['lineHead']}>
        <code className={classes['name']}>{name}</code>
        <span className={classes['muted']}>{type}</span>
        {isRequired && <span className={classes['required']}>{t('required')}</span>}
        {isDynamic && (
          <Mark isCode hint={t('expressionHint')}>
            {t('expression')}
          </Mark>
        )}
        {isDeprecated && <Mark>{t('deprecated')}</Mark>}
        {defaultText !== undefined && <Mark isCode>{t('default', { value: defaultText })}</Mark>}
      </div>
      {text !== undefined && <p className={classes['muted']}>{text}</p>}
      {choices.length > 0 && <p className={classes['muted']}>{t('oneOf', { values: choices.join(', ') })}</p>}
      {children.length > 0 && (
        <details>
          <summary>{t('properties')}</summary>
          <Lines lines={children} />
        </details>
      )}
    </li>
  )
}
