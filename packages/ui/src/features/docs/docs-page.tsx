// How does it work? The guide that comes with the program: it needs no network.
import { TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useParams } from '@tanstack/react-router'
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { useAction } from '../../lib/actions.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Markdown } from '../../widgets/markdown.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import classes from './docs.module.css'
import { GUIDE_PAGES, useGuidePage, useWholeGuide } from './guide-pages.ts'
import { t } from './messages.ts'
import { searchGuide, type FoundPlace } from './search-guide.ts'

const PARAMS = { q: textParam }

export function DocsPage(): ReactNode {
  const { page: asked }: { readonly page?: string } = useParams({ strict: false })
  const [{ q = '' }, setSearch] = useSearchState(PARAMS)
  const search = useRef<HTMLInputElement>(null)
  const id = asked ?? GUIDE_PAGES[0]?.id
  const known = GUIDE_PAGES.find(each => each.id === id)
  useAction({
    id: 'filter.focus',
    title: t('search'),
    section: t('section'),
    keys: '/',
    run: () => search.current?.focus(),
  })
  return (
    <Page title={known?.title ?? t('title')} crumbs={[{ title: t('title'), to: paths.docs() }]}>
      <div className={classes['split']}>
        <div className={classes['side']}>
          <div role="search">
            <TextInput
              ref={search}
              size="sm"
              aria-label={t('search')}
              placeholder={t('search')}
              leftSection={<Icon name="search" size={14} />}
              value={q}
              onChange={event => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })}
            />
          </div>
          <nav aria-label={t('pages')} className={classes['pages']}>
            {GUIDE_PAGES.map(each => (
              <Link
                key={each.id}
                to={paths.docs(each.id)}
                className={classes['entry']}
                aria-current={q === '' && each.id === id ? 'page' : undefined}
              >
                {each.title}
              </Link>
            ))}
          </nav>
        </div>
        <article className={classes['text']}>
          {q === '' ? <Shown id={known?.id} asked={asked ?? ''} /> : <Found q={q} />}
        </article>
      </div>
    </Page>
  )
}

function Shown({ id, asked }: { readonly id: string | undefined; readonly asked: string }): ReactNode {
  const { data, error, isLoading, refetch } = useGuidePage(id)
  // Pages name one another by their files.
  const linkTo = useCallback((to: string): string | undefined => {
    const [, page, anchor = ''] = /^(?:docs\/guide\/)?([a-z-]+)\.md(#.*)?$/.exec(to) ?? []
    return page === undefined || !GUIDE_PAGES.some(each => each.id === page)
      ? undefined
      : `${paths.docs(page)}${anchor}`
  }, [])
  useEffect(() => {
    if (data === undefined) return
    const anchor = decodeURIComponent(window.location.hash.slice(1))
    if (anchor !== '') document.getElementById(anchor)?.scrollIntoView()
  }, [data])
  if (id === undefined)
    return (
      <Empty icon="file" title={t('unknown', { page: asked })} action={<Link to={paths.docs()}>{t('toStart')}</Link>} />
    )
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (isLoading || data === undefined) return <SkeletonRows rows={10} />
  // The title of the page is that of the guide.
  return <Markdown text={data.replace(/^# .*\n/, '')} level={1} hasAnchors linkTo={linkTo} />
}

function Found({ q }: { readonly q: string }): ReactNode {
  const text = useDeferredValue(q)
  const { data, error, refetch } = useWholeGuide(true)
  const places = useMemo(() => searchGuide(data ?? [], text), [data, text])
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={8} />
  if (places.length === 0) return <Empty icon="filter" title={t('noMatch', { q })} />
  return (
    <>
      <p className={classes['muted']}>{t('found', { count: places.length })}</p>
      <ul aria-label={t('results')} className={classes['found']}>
        {places.map((place, index) => (
          <li key={index}>
            <Place place={place} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Place({ place: { page, title, heading, anchor, text } }: { readonly place: FoundPlace }): ReactNode {
  return (
    <>
      <Link to={`${paths.docs(page)}${anchor === undefined ? '' : `#${anchor}`}`}>
        {title === heading ? title : `${title} › ${heading}`}
      </Link>
      <p>{text}</p>
    </>
  )
}
