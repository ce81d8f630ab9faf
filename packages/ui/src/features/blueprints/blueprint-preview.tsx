// One blueprint: what it is for, what it asks for, its drawing and its code, and the two ways to go on with it.
import { useMemo, useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
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
import { Menu } from '../../widgets/menu.tsx'
import { Markdown } from '../../widgets/markdown.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { parseYamlTree, plainOf } from '../editor/yaml/yaml-tree.ts'
import { simpleName } from '../plugin-types/search-types.ts'
import { Topology } from '../topology/topology.tsx'
import { Choices } from '../../widgets/choices.tsx'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { SideBack } from '../../widgets/side-list.tsx'
import classes from './blueprints.module.css'
import { t } from './messages.ts'
import { useBlueprint, useRemoveBlueprint, useRunBlueprint, type Blueprint, type Shelf } from './use-blueprints.ts'

const BlueprintDialog = lazyDialog(async () => (await import('./blueprint-dialog.tsx')).BlueprintDialog)

export interface BlueprintPreviewProps {
  readonly id: string
  readonly shelf: Shelf
  /** Where the list is, on narrow screens. */
  readonly back: string
}

export function BlueprintPreview({ id, shelf, back }: BlueprintPreviewProps): ReactNode {
  const { data, error, isPending, refetch } = useBlueprint(id, shelf)
  return (
    <article className={classes['preview']} aria-label={data?.title ?? id}>
      <SideBack to={back}>{t('back')}</SideBack>
      {isPending && <SkeletonRows rows={8} />}
      {isNotFound(error) ? (
        <Empty icon="blueprint" title={t('unknown', { id })} action={<Link to={back}>{t('back')}</Link>} />
      ) : (
        error && <ErrorCard title={t('failedOne')} error={error} onRetry={() => void refetch()} />
      )}
      {data && <Shown blueprint={data} shelf={shelf} />}
    </article>
  )
}

const FACE = { face: wordParam(['graph', 'code']) }

interface ShownProps {
  readonly blueprint: Blueprint
  readonly shelf: Shelf
}

function Shown({ blueprint, shelf }: ShownProps): ReactNode {
  const { title, description, source, includedTasks, tags } = blueprint
  const [{ face }, setSearch] = useSearchState(FACE)
  const flow = useMemo(() => plainOf(parseYamlTree(source)), [source])
  const inputs = namesIn(flow, 'inputs')
  return (
    <>
      <header className={classes['head']}>
        <h2 className={classes['title']}>{title}</h2>
        {shelf === 'custom' && <OwnMenu blueprint={blueprint} />}
        <Ways blueprint={blueprint} shelf={shelf} flow={flow} />
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

function OwnMenu({ blueprint }: { readonly blueprint: Blueprint }): ReactNode {
  const [isEdited, setEdited] = useState(false)
  const remove = useRemoveBlueprint()
  const go = useGo()
  const mayNot = useMay()
  return (
    <>
      <Menu
        label={t('more')}
        align="end"
        button={<Icon name="more" />}
        groups={[
          {
            items: [
              {
                id: 'edit',
                title: t('edit'),
                icon: 'edit',
                why: mayNot('BLUEPRINT:UPDATE'),
                run: () => setEdited(true),
              },
              {
                id: 'remove',
                title: t('remove'),
                icon: 'trash',
                isDangerous: true,
                why: mayNot('BLUEPRINT:DELETE'),
                run: () => {
                  go(paths.blueprints('flow', 'custom'), { replace: true })
                  remove.mutate(blueprint)
                },
              },
            ],
          },
        ]}
      />
      {isEdited && <BlueprintDialog blueprint={blueprint} onClose={() => setEdited(false)} />}
    </>
  )
}

function Ways({ blueprint, shelf, flow }: ShownProps & { readonly flow: unknown }): ReactNode {
  const go = useGo()
  const run = useRunBlueprint()
  const name = { namespace: textIn(flow, 'namespace'), id: textIn(flow, 'id') }
  const use = (): void =>
    go(
      withQuery(paths.newFlow(), [
        ['blueprintId', blueprint.id],
        ...(shelf === 'custom' ? [['blueprintSource', shelf] as const] : []),
      ]),
    )
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
      <MayButton
        need="FLOW:CREATE"
        leftSection={<Icon name="run" size={14} />}
        loading={run.isPending}
        onClick={start}
        hint={t('runHint', { flow: `${name.namespace}.${name.id}` })}
      >
        {t('run')}
      </MayButton>
      <MayButton
        need="FLOW:CREATE"
        variant="filled"
        leftSection={<Icon name="edit" size={14} />}
        onClick={use}
        hint={t('useHint')}
        keys="e"
      >
        {t('use')}
      </MayButton>
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
