// How do others use my flows?
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useDeferredValue, useMemo, useRef, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { Page } from '../../app/page.tsx'
import { useActions } from '../../lib/actions.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { CopyButton } from '../../widgets/copy-button.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { appAddress } from './app-text.ts'
import { Choices } from '../../widgets/choices.tsx'
import { Mark } from '../../widgets/mark.tsx'
import classes from './apps.module.css'
import { t } from './messages.ts'
import { useApps, type AppHead } from './use-apps.ts'

const PARAMS = { q: textParam, tag: textParam }

export function AppsPage(): ReactNode {
  const [{ q = '', tag }, setSearch] = useSearchState(PARAMS)
  const { data, error, isPending, refetch } = useApps()
  const text = useDeferredValue(q)
  const found = useMemo(() => (data ?? []).filter(app => matches(app, text, tag)), [data, text, tag])
  const tags = useMemo(() => [...new Set((data ?? []).flatMap(app => app.tags))].sort(), [data])
  const search = useRef<HTMLInputElement>(null)
  const go = useGo()
  const create = (): void => go(paths.newApp())
  const section = t('section')
  const mayNot = useMay()
  useActions([
    { id: 'filter.focus', title: t('search'), section, keys: '/', run: () => search.current?.focus() },
    { id: 'apps.new', title: t('newApp'), section, why: mayNot('APP:CREATE'), run: create },
  ])
  const newButton = (
    <MayButton need="APP:CREATE" variant="filled" leftSection={<Icon name="plus" size={14} />} onClick={create}>
      {t('newApp')}
    </MayButton>
  )
  return (
    <Page
      title={t('title')}
      badge={found.length > 0 && <span className={classes['muted']}>{t('found', { count: found.length })}</span>}
      actions={data !== undefined && data.length > 0 && newButton}
    >
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={6} />}
      {data?.length === 0 && <Empty icon="app" title={t('none')} text={t('noneText')} action={newButton} />}
      {data !== undefined && data.length > 0 && (
        <div role="search" className={classes['tools']}>
          <TextInput
            ref={search}
            className={classes['search']}
            size="sm"
            aria-label={t('search')}
            placeholder={t('search')}
            leftSection={<Icon name="search" size={14} />}
            value={q}
            onChange={event => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })}
          />
          {tags.length > 0 && (
            <Tags tags={tags} tag={tag} onChange={next => setSearch({ tag: next }, { replace: true })} />
          )}
        </div>
      )}
      {data !== undefined && data.length > 0 && found.length === 0 && (
        <Empty
          icon="filter"
          title={t('noMatch')}
          action={<Button onClick={() => setSearch({ q: undefined, tag: undefined })}>{t('dropFilter')}</Button>}
        />
      )}
      <ul className={classes['cards']} aria-label={t('list')}>
        {found.map(app => (
          <Card key={app.uid} app={app} />
        ))}
      </ul>
    </Page>
  )
}

interface TagsProps {
  readonly tags: readonly string[]
  readonly tag: string | undefined
  readonly onChange: (tag: string | undefined) => void
}

function Tags({ tags, tag, onChange }: TagsProps): ReactNode {
  return (
    <Choices
      label={t('tags')}
      choices={[undefined, ...tags].map(each => ({ value: each, title: each ?? t('all') }))}
      active={tag}
      onChoose={onChange}
    />
  )
}

function Card({ app }: { readonly app: AppHead }): ReactNode {
  const { uid, name, description, namespace, flowId, tags, enabled, access } = app
  const isPublic = access === 'PUBLIC'
  const address = appAddress(uid)
  return (
    <li className={classes['card']}>
      <h2>
        <Link to={paths.app(uid)}>{name}</Link>
      </h2>
      {description !== undefined && <p>{description}</p>}
      <p className={classes['facts']}>
        <Link to={paths.flow({ namespace, id: flowId })}>
          {namespace} / {flowId}
        </Link>
        <Mark hint={t(isPublic ? 'publicHint' : 'privateHint')}>{t(isPublic ? 'isPublic' : 'isPrivate')}</Mark>
        {!enabled && <Mark>{t('off')}</Mark>}
        {tags.map(tag => (
          <Mark key={tag}>{tag}</Mark>
        ))}
      </p>
      <div className={classes['buttons']}>
        {enabled && (
          <a
            className={classes['open']}
            href={address}
            target="_blank"
            rel="noopener"
            aria-label={t('openNamed', { name })}
          >
            <Icon name="external" size={14} />
            {t('open')}
          </a>
        )}
        <Link className={classes['open']} to={paths.app(uid)} aria-label={t('editNamed', { name })}>
          <Icon name="edit" size={14} />
          {t('edit')}
        </Link>
        <CopyButton text={`${location.origin}${address}`} label={t('copyLink')} />
      </div>
    </li>
  )
}

function matches(
  { name, id, namespace, flowId, description = '', tags }: AppHead,
  text: string,
  tag: string | undefined,
): boolean {
  const place = `${name} ${id} ${namespace} ${flowId} ${description} ${tags.join(' ')}`.toLowerCase()
  const words = text.toLowerCase().split(/\s+/)
  return (tag === undefined || tags.includes(tag)) && words.every(word => place.includes(word))
}
