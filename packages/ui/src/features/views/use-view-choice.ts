// What the menu of views and the column beside the list both show: which view is in the address, the others with how many rows they have now, and what
// can be done to the one that is shown. One of the two stands in a page at a time.
import { useQueries } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useAction } from '../../lib/actions.ts'
import { addBookmark, removeBookmark, useBookmarks } from '../../lib/bookmarks.ts'
import { useGo } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { usePairs } from '../../lib/search-state.ts'
import type { MenuItem } from '../../widgets/menu.tsx'
import { builtInOf } from './built-in.ts'
import { t } from './messages.ts'
import { useRemoveView, useSaveView, useViews, type View } from './use-views.ts'
import { addressOf, isSameQuery, queryOf, VIEW } from './view-address.ts'

export interface ViewCount {
  readonly count: number
  readonly isEstimate: boolean
}

export interface ViewsProps {
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

export interface ViewEntry {
  readonly id: string
  readonly title: string
  /** It is what is shown, and nothing of it was changed since. */
  readonly isChosen: boolean
  /** It is what is shown, with another filter. */
  readonly isChanged: boolean
  readonly hint: string | undefined
  readonly to: string
}

export interface ViewGroup {
  readonly title: string
  readonly entries: readonly ViewEntry[]
}

export type Asked = 'new' | 'edit' | undefined

export interface ViewChoice {
  readonly views: readonly View[]
  readonly own: View | undefined
  readonly query: string
  /** Of what is shown. */
  readonly name: string
  readonly groups: readonly ViewGroup[]
  readonly saveNew: MenuItem
  /** What can be done to the view that is shown. */
  readonly ofShown: readonly MenuItem[]
  readonly asked: Asked
  readonly save: ReturnType<typeof useSaveView>
  ask(asked: Asked): void
}

/** All of them are asked for, and counted, once somebody looks at them. */
export function useViewChoice(props: ViewsProps, isLookedAt: boolean): ViewChoice {
  const { page, path, columns, onColumns } = props
  const go = useGo()
  const [pairs] = usePairs()
  const id = new Map(pairs).get(VIEW)
  const [asked, ask] = useState<Asked>(undefined)
  const views = useViews(page, isLookedAt || id !== undefined || asked !== undefined)
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
  const counts = useCounts(props, isLookedAt ? [...builtInOf(page), ...views] : [])
  const entryOf = (view: Shown, isNamed = true): ViewEntry => ({
    id: view.id,
    title: view.name,
    isChosen: shown?.id === view.id && !isChanged,
    isChanged: shown?.id === view.id && isChanged,
    hint: counts.get(view.id),
    to: addressOf(path, view.filters ?? '', isNamed ? view.id : undefined),
  })
  const edit = (): void => ask('edit')
  const ofShown = useOwnItems({ own, isChanged, query, path, columns, save: save.mutate, remove, edit })
  const why = query === '' ? t('nothingToSave') : undefined
  const saveNew: MenuItem = { id: 'save', title: t('save'), icon: 'plus', why, run: () => ask('new') }
  useAction({ id: 'views.save', title: t('save'), section: t('views'), why, run: () => ask('new') })
  const groups: readonly ViewGroup[] = [
    { title: t('builtIn'), entries: builtInOf(page).map(view => entryOf(view, false)) },
    { title: t('own'), entries: views.filter(view => view.isOwn).map(view => entryOf(view)) },
    { title: t('shared'), entries: views.filter(view => !view.isOwn).map(view => entryOf(view)) },
  ].filter(({ entries }) => entries.length > 0)
  const name = shown === undefined ? t('views') : isChanged ? t('changed', { name: shown.name }) : shown.name
  return { views, own, query, name, groups, saveNew, ofShown, asked, save, ask }
}

interface Named {
  readonly own: View | undefined
  readonly query: string
  readonly path: string
  readonly onColumns: ViewsProps['onColumns']
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

function useCounts({ page, countOf }: ViewsProps, views: readonly Shown[]): ReadonlyMap<string, string> {
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
