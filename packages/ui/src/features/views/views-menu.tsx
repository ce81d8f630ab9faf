// The views of a list: which one is shown, the others with how many rows they have now, and what can be done to the one that is shown.
import { useQueries } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import { useAction } from '../../lib/actions.ts'
import { addBookmark, removeBookmark, useBookmarks } from '../../lib/bookmarks.ts'
import { useGo } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { usePairs } from '../../lib/search-state.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu, type MenuGroup, type MenuItem } from '../../widgets/menu.tsx'
import { builtInOf } from './built-in.ts'
import { t } from './messages.ts'
import { useRemoveView, useSaveView, useViews, type View } from './use-views.ts'
import { addressOf, isSameQuery, queryOf, VIEW } from './view-address.ts'
import classes from './views-menu.module.css'

const SaveViewDialog = lazy(async () => ({ default: (await import('./save-view-dialog.tsx')).SaveViewDialog }))

export interface ViewCount {
  readonly count: number
  readonly isEstimate: boolean
}

export interface ViewsMenuProps {
  /** Of the list, such as `executions`; and where it is. */
  readonly page: string
  readonly path: string
  /** Besides what is in the address. */
  readonly columns?: readonly string[]
  readonly onColumns?: (columns: readonly string[]) => void
  /** How many rows a view has, by its query. */
  readonly countOf?: (query: string, signal: AbortSignal) => Promise<ViewCount>
}

interface Shown {
  readonly id: string
  readonly name: string
  readonly filters?: string | undefined
}

export function ViewsMenu(props: ViewsMenuProps): ReactNode {
  const { page, path, columns } = props
  const { views, own, query, name, groups, asked, save, onOpen, ask } = useMenu(props)
  return (
    <>
      <Menu
        label={`${t('views')}: ${name}`}
        className={classes['control']}
        button={
          <>
            <Icon name="star" size={14} />
            <span className={classes['name']}>{name}</span>
            <Icon name="down" size={12} />
          </>
        }
        groups={groups}
        onOpen={onOpen}
      />
      {asked !== undefined && (
        <Suspense fallback={null}>
          <SaveViewDialog
            page={page}
            query={asked === 'edit' ? (own?.filters ?? '') : query}
            path={path}
            {...(columns ? { columns } : {})}
            view={asked === 'edit' ? views.find(view => view === own) : undefined}
            isBusy={save.isPending}
            onSave={save.mutate}
            onClose={() => ask(undefined)}
          />
        </Suspense>
      )}
    </>
  )
}

type Asked = 'new' | 'edit' | undefined

interface ShownMenu {
  readonly views: readonly View[]
  readonly own: View | undefined
  readonly query: string
  readonly name: string
  readonly groups: readonly MenuGroup[]
  readonly asked: Asked
  readonly save: ReturnType<typeof useSaveView>
  onOpen(): void
  ask(asked: Asked): void
}

function useMenu(props: ViewsMenuProps): ShownMenu {
  const { page, path, columns, onColumns } = props
  const go = useGo()
  const [pairs] = usePairs()
  const id = new Map(pairs).get(VIEW)
  const [isOpened, setOpened] = useState(false)
  const [asked, ask] = useState<Asked>(undefined)
  const views = useViews(page, isOpened || id !== undefined || asked !== undefined)
  const query = queryOf(pairs)
  const own = views.find(view => view.id === id)
  const shown: Shown | undefined = own ?? builtInOf(page).find(view => isSameQuery(view.filters, query))
  const isChanged = shown !== undefined && !isSameQuery(shown.filters ?? '', query)
  useNamed({ own, query, path, onColumns })
  const save = useSaveView(view => {
    ask(undefined)
    go(addressOf(path, view.filters ?? '', view.id))
  })
  const remove = useRemoveView()
  const counts = useCounts(props, isOpened ? [...builtInOf(page), ...views] : [])
  const itemOf = (view: Shown, isNamed = true): MenuItem => ({
    id: view.id,
    title: view.name,
    isChosen: shown?.id === view.id && !isChanged,
    hint: counts.get(view.id),
    to: addressOf(path, view.filters ?? '', isNamed ? view.id : undefined),
  })
  const edit = (): void => ask('edit')
  const ofShown = useOwnItems({ own, isChanged, query, path, columns, save: save.mutate, remove, edit })
  const isWhole = query === ''
  const why = isWhole ? t('nothingToSave') : undefined
  const saveNew: MenuItem = { id: 'save', title: t('save'), icon: 'plus', why, run: () => ask('new') }
  useAction({ id: 'views.save', title: t('save'), section: t('views'), why, run: () => ask('new') })
  const groups: readonly MenuGroup[] = [
    { title: t('builtIn'), items: builtInOf(page).map(view => itemOf(view, false)) },
    { title: t('own'), items: views.filter(view => view.isOwn).map(view => itemOf(view)) },
    { title: t('shared'), items: views.filter(view => !view.isOwn).map(view => itemOf(view)) },
    { title: t('thisList'), items: [saveNew, ...ofShown] },
  ].filter(({ items }) => items.length > 0)
  const name = shown === undefined ? t('views') : isChanged ? t('changed', { name: shown.name }) : shown.name
  return { views, own, query, name, groups, asked, save, onOpen: () => setOpened(true), ask }
}

interface Named {
  readonly own: View | undefined
  readonly query: string
  readonly path: string
  readonly onColumns: ViewsMenuProps['onColumns']
}

/** An address with the name of a view alone becomes the view; and its columns are shown with it. */
function useNamed({ own, query, path, onColumns }: Named): void {
  const go = useGo()
  const id = own?.id
  const filters = own?.filters
  useEffect(() => {
    if (id === undefined || query !== '' || filters === undefined || filters === '') return
    go(addressOf(path, filters, id), { replace: true })
  }, [id, filters, query, path, go])
  // Once for each view: whoever changes columns afterwards keeps the change.
  const columnsOf = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (!own || columnsOf.current === own.id) return
    columnsOf.current = own.id
    if (own.columns) onColumns?.(own.columns)
  }, [own, onColumns])
}

interface OwnPlace {
  readonly own: View | undefined
  readonly isChanged: boolean
  readonly query: string
  readonly path: string
  readonly columns: readonly string[] | undefined
  readonly save: ReturnType<typeof useSaveView>['mutate']
  readonly remove: (view: View) => void
  readonly edit: () => void
}

/** What can be done to the view that is shown. */
function useOwnItems({ own, isChanged, query, path, columns, save, remove, edit }: OwnPlace): readonly MenuItem[] {
  const bookmarks = useBookmarks()
  if (!own) return []
  const { id, name, page, filters = '', isShared = false } = own
  const to = addressOf(path, filters, id)
  const isPinned = bookmarks.some(bookmark => bookmark.to === to)
  const pin: MenuItem = {
    id: 'pin',
    title: t(isPinned ? 'unpin' : 'pin', { name }),
    icon: 'pin',
    run: () => (isPinned ? removeBookmark(to) : addBookmark({ title: name, to })),
  }
  if (!own.isOwn) return [pin]
  const update: MenuItem = {
    id: 'update',
    title: t('update', { name }),
    icon: 'check',
    run: () => save({ id, name, page, filters: query, isShared, ...(columns ? { columns } : {}) }),
  }
  return [
    ...(isChanged ? [update] : []),
    pin,
    { id: 'edit', title: t('edit', { name }), icon: 'edit', run: edit },
    { id: 'remove', title: t('remove', { name }), icon: 'trash', isDangerous: true, run: () => remove(own) },
  ]
}

const COUNT_FRESH_MS = 20_000

function useCounts({ page, countOf }: ViewsMenuProps, views: readonly Shown[]): ReadonlyMap<string, string> {
  const found = useQueries({
    queries: views.map(({ filters = '' }) => ({
      queryKey: ['views', page, 'count', filters],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => countOf?.(filters, signal) ?? null,
      enabled: countOf !== undefined,
      staleTime: COUNT_FRESH_MS,
    })),
  })
  return new Map(
    views.flatMap(({ id }, index) => {
      const result = found[index]?.data
      if (!result) return []
      const count = formatNumber(result.count)
      return [[id, result.isEstimate ? t('atLeast', { count }) : count] as const]
    }),
  )
}
