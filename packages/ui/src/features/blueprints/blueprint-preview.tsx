// One blueprint: what it is for, what it asks for, its drawing and its code, and the two ways to go on with it.
import { Button } from '@mantine/core'
import { useMemo, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { isNotFound } from '../../lib/api.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { useSearchState, wordParam } from '../../lib/search-state.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Markdown } from '../../widgets/markdown.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { parseYamlTree, plainOf } from '../editor/yaml/yaml-tree.ts'
import { simpleName } from '../plugin-types/search-types.ts'
import { Topology } from '../topology/topology.tsx'
import { Choices } from '../../widgets/choices.tsx'
import { SideBack } from '../../widgets/side-list.tsx'
import classes from './blueprints.module.css'
import { t } from './messages.ts'
import { useBlueprint, useRunBlueprint, type Blueprint } from './use-blueprints.ts'

export interface BlueprintPreviewProps {
  readonly id: string
  /** Where the list is, on narrow screens. */
  readonly back: string
}

export function BlueprintPreview({ id, back }: BlueprintPreviewProps): ReactNode {
  const { data, error, isPending, refetch } = useBlueprint(id)
  return (
    <article className={classes['preview']} aria-label={data?.title ?? id}>
      <SideBack to={back}>{t('back')}</SideBack>
      {isPending && <SkeletonRows rows={8} />}
      {isNotFound(error) ? (
        <Empty icon="blueprint" title={t('unknown', { id })} action={<Link to={back}>{t('back')}</Link>} />
      ) : (
        error && <ErrorCard title={t('failedOne')} error={error} onRetry={() => void refetch()} />
      )}
      {data && <Shown blueprint={data} />}
    </article>
  )
}

const FACE = { face: wordParam(['graph', 'code']) }

function Shown({ blueprint }: { readonly blueprint: Blueprint }): ReactNode {
  const { title, description, source, includedTasks, tags } = blueprint
  const [{ face }, setSearch] = useSearchState(FACE)
  const flow = useMemo(() => plainOf(parseYamlTree(source)), [source])
  const inputs = namesIn(flow, 'inputs')
  return (
    <>
      <header className={classes['head']}>
        <h2 className={classes['title']}>{title}</h2>
        <Ways blueprint={blueprint} flow={flow} />
      </header>
      <div className={classes['description']}>
        <Markdown text={description} />
      </div>
      <dl className={classes['facts']}>
        {tags.length > 0 && <Fact name={t('tags')}>{tags.join(', ')}</Fact>}
        {inputs.length > 0 && (
          <Fact name={t('inputs')}>
            {inputs.map(name => (
              <code key={name}>{name}</code>
            ))}
          </Fact>
        )}
        <Fact name={t('tasks')}>
          {includedTasks.map(type => (
            <Link key={type} to={paths.plugin(type)} {...tip(type)}>
              {simpleName(type)}
            </Link>
          ))}
        </Fact>
      </dl>
      <Choices
        label={t('view')}
        choices={(['graph', 'code'] as const).map(each => ({ value: each, title: t(each) }))}
        active={face}
        onChoose={each => setSearch({ face: each }, { replace: true })}
      />
      {face === 'graph' ? (
        <div className={classes['graph']}>
          <Topology flow={flow} hasMap={false} isOverview />
        </div>
      ) : (
        <CodeBlock text={source} label={t('codeOf', { name: title })} />
      )}
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Ways({ blueprint, flow }: { readonly blueprint: Blueprint; readonly flow: unknown }): ReactNode {
  const go = useGo()
  const run = useRunBlueprint()
  const name = { namespace: textIn(flow, 'namespace'), id: textIn(flow, 'id') }
  const use = (): void => go(withQuery(paths.newFlow(), [['blueprintId', blueprint.id]]))
  const start = (): void => {
    if (!run.isPending) run.mutate({ flow: name, source: blueprint.source })
  }
  const section = t('section')
  const mayNot = useMay()
  useActions([
    { id: 'blueprint.use', title: t('use'), section, keys: 'e', why: mayNot('FLOW:CREATE'), run: use },
    { id: 'blueprint.run', title: t('run'), section, why: mayNot('EXECUTION:CREATE'), run: start },
  ])
  return (
    <div className={classes['ways']}>
      {run.error && <ErrorCard title={t('notRun')} error={run.error} />}
      <Button
        leftSection={<Icon name="run" size={14} />}
        loading={run.isPending}
        onClick={start}
        {...tip(t('runHint', { flow: `${name.namespace}.${name.id}` }))}
      >
        {t('run')}
      </Button>
      <Button variant="filled" leftSection={<Icon name="edit" size={14} />} onClick={use} {...tip(t('useHint'), 'e')}>
        {t('use')}
      </Button>
    </div>
  )
}

function fieldIn(flow: unknown, key: string): unknown {
  return typeof flow === 'object' && flow !== null
    ? Object.entries(flow).find(([name]) => name === key)?.[1]
    : undefined
}

function textIn(flow: unknown, key: string): string {
  return String(fieldIn(flow, key) ?? '')
}

function namesIn(flow: unknown, key: string): readonly string[] {
  const list = fieldIn(flow, key)
  return Array.isArray(list) ? list.map(item => textIn(item, 'id')) : []
}
