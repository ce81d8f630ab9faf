// What can I begin with? Flows that come with the program: found by topic and text, looked at as a drawing or as code, taken into the editor.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useParams } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useRef, type ReactNode, type RefObject } from 'react'
import { Page } from '../../app/page.tsx'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState, type SetSearch } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Choices } from '../../widgets/choices.tsx'
import { lazyDialog, lazyPart } from '../../widgets/lazy-part.tsx'
import { SideEntries, SideEntry, SideList } from '../../widgets/side-list.tsx'
import { Tabs } from '../../widgets/tabs.tsx'
import classes from './blueprints.module.css'
import { findBlueprints, plainWords, topicsOf } from './find-blueprints.ts'
import { t } from './messages.ts'
import { useBlueprints, type BlueprintHead, type Shelf } from './use-blueprints.ts'

const Preview = lazyPart(
  async () => (await import('./blueprint-preview.tsx')).BlueprintPreview,
  <SkeletonRows rows={8} />,
)

const BlueprintDialog = lazyDialog(async () => (await import('./blueprint-dialog.tsx')).BlueprintDialog)

const PARAMS = { q: textParam, tag: textParam, new: flagParam, flow: textParam }
const SHELVES = (['community', 'custom'] as const).map(id => ({ id, title: t(id), to: paths.blueprints('flow', id) }))

export function BlueprintsPage(): ReactNode {
  const params: { readonly id?: string; readonly tab?: string } = useParams({ strict: false })
  const shelf = params.tab === 'custom' ? 'custom' : 'community'
  const [{ q = '', tag, new: isNew, flow }, setSearch] = useSearchState(PARAMS)
  const { data, error, isPending, refetch } = useBlueprints(shelf)
  const mayNot = useMay()
  const startNew = (): void => go(withQuery(paths.blueprints('flow', 'custom'), [['new', 'true']]))
  const go = useGo()
  const text = useDeferredValue(q)
  const found = useMemo(() => findBlueprints(data ?? [], { text, tag }), [data, text, tag])
  const search = useRef<HTMLInputElement>(null)
  const to = (id: string | undefined): string => addressOf(shelf, id, { q, tag })
  const shown = params.id ?? found[0]?.id
  const step = (by: number): void => {
    const next = found[found.findIndex(({ id }) => id === shown) + by]
    if (next) go(to(next.id), { replace: true })
  }
  const section = t('section')
  useActions([
    { id: 'filter.focus', title: t('search'), section, keys: '/', run: () => search.current?.focus() },
    { id: 'blueprints.new', title: t('new'), section, keys: 'n', why: mayNot('BLUEPRINT:CREATE'), run: startNew },
    { id: 'blueprints.next', title: t('next'), section, keys: 'j', run: () => step(1) },
    { id: 'blueprints.previous', title: t('previous'), section, keys: 'k', run: () => step(-1) },
  ])
  return (
    <Page
      title={t('title')}
      isFull
      badge={data && <span className={classes['muted']}>{t('found', { count: found.length })}</span>}
      tabs={<Tabs label={t('shelves')} active={shelf} tabs={SHELVES} />}
      actions={
        <MayButton need="BLUEPRINT:CREATE" leftSection={<Icon name="plus" size={14} />} onClick={startNew}>
          {t('new')}
        </MayButton>
      }
    >
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={10} />}
      {data?.length === 0 && shelf === 'custom' && <NoneOwn onNew={startNew} />}
      {data?.length === 0 && shelf === 'community' && (
        <Empty icon="blueprint" title={t('none')} action={<Link to={paths.newFlow()}>{t('write')}</Link>} />
      )}
      {data !== undefined && data.length > 0 && (
        <SideList
          isOpen={params.id !== undefined}
          side={<Side {...{ all: data, found, tag, q, shown, to, search }} onSearch={setSearch} />}
        >
          <div className={classes['panel']}>
            {shown !== undefined && <Preview key={shown} id={shown} shelf={shelf} back={to(undefined)} />}
          </div>
        </SideList>
      )}
      {isNew && <BlueprintDialog flow={flow} onClose={() => setSearch({ new: false, flow: undefined })} />}
    </Page>
  )
}

interface SideProps {
  readonly all: readonly BlueprintHead[]
  readonly found: readonly BlueprintHead[]
  readonly q: string
  readonly tag: string | undefined
  readonly shown: string | undefined
  readonly search: RefObject<HTMLInputElement | null>
  readonly to: (id: string) => string
  readonly onSearch: SetSearch<typeof PARAMS>
}

function NoneOwn({ onNew }: { readonly onNew: () => void }): ReactNode {
  const button = (
    <MayButton need="BLUEPRINT:CREATE" variant="filled" onClick={onNew}>
      {t('new')}
    </MayButton>
  )
  return <Empty icon="blueprint" title={t('noneOwn')} text={t('noneOwnText')} action={button} />
}

function Side({ all, found, q, tag, shown, search, to, onSearch }: SideProps): ReactNode {
  return (
    <>
      <div role="search" className={classes['tools']}>
        <TextInput
          ref={search}
          size="sm"
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<Icon name="search" size={14} />}
          value={q}
          onChange={event => onSearch({ q: event.currentTarget.value || undefined }, { replace: true })}
        />
        <Topics all={all} tag={tag} onChange={next => onSearch({ tag: next }, { replace: true })} />
      </div>
      {found.length === 0 ? (
        <Empty
          icon="filter"
          title={t('noMatch')}
          action={<Button onClick={() => onSearch({ q: undefined, tag: undefined })}>{t('dropFilter')}</Button>}
        />
      ) : (
        <SideEntries label={t('list')}>
          {found.map(one => (
            <Entry key={one.id} blueprint={one} to={to(one.id)} isChosen={one.id === shown} />
          ))}
        </SideEntries>
      )}
    </>
  )
}

function addressOf(
  shelf: Shelf,
  id: string | undefined,
  { q, tag }: { readonly q: string; readonly tag: string | undefined },
): string {
  return withQuery(paths.blueprints('flow', shelf, id), [
    ...(q === '' ? [] : [['q', q] as const]),
    ...(tag === undefined ? [] : [['tag', tag] as const]),
  ])
}

interface TopicsProps {
  readonly all: readonly BlueprintHead[]
  readonly tag: string | undefined
  readonly onChange: (tag: string | undefined) => void
}

function Topics({ all, tag, onChange }: TopicsProps): ReactNode {
  const topics = useMemo(() => topicsOf(all), [all])
  const choices = [
    { value: undefined, title: t('all'), count: all.length },
    ...topics.map(topic => ({ value: topic.tag, title: topic.tag, count: topic.count })),
  ]
  return <Choices label={t('tags')} choices={choices} active={tag} onChoose={onChange} />
}

interface EntryProps {
  readonly blueprint: BlueprintHead
  readonly to: string
  readonly isChosen: boolean
}

function Entry({ blueprint: { title, description, tags }, to, isChosen }: EntryProps): ReactNode {
  return (
    <SideEntry to={to} isChosen={isChosen}>
      <span className={classes['name']}>{title}</span>
      <span className={classes['purpose']}>{plainWords(description)}</span>
      {tags.length > 0 && <span className={classes['tags']}>{tags.join(' · ')}</span>}
    </SideEntry>
  )
}
