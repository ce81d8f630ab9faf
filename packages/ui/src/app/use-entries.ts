// The lines of the palette for what is typed: what can be done here first, then what was looked at last, then what the server finds.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useAllActions, runAction, type Action, type Chooser } from '../lib/actions.ts'
import { useBookmarks, type Bookmark } from '../lib/bookmarks.ts'
import { useGo, usePath } from '../lib/link.tsx'
import { paths, withQuery } from '../lib/paths.ts'
import { rankActions } from '../lib/rank-actions.ts'
import { listRecents } from '../lib/recents.ts'
import { messageOf } from '../widgets/error-card.tsx'
import type { IconName } from '../widgets/icon.tsx'
import { showToast } from '../widgets/toast.tsx'
import { findEntries } from './find-entries.ts'
import { findTopics } from './help-topics.ts'
import { late } from './late-messages.ts'
import { t } from './messages.ts'
import type { Entry } from './palette-entry.ts'
import { readAsked, type Asked } from './palette-mode.ts'

const ACTIONS_MAX = 60
const PLACES_FIRST = 5
const WAIT_MS = 120
const NONE: readonly Entry[] = []

export interface Entries {
  readonly entries: readonly Entry[]
  /** What is said where there is nothing, or besides. */
  readonly status: string | undefined
}

export function useEntries(text: string, chooser: Chooser | undefined): Entries {
  const asked = readAsked(text)
  const actions = useActionEntries(asked)
  const places = usePlaces(asked)
  const topics = useTopics(asked)
  const later = useLater(text.trim())
  const found = useFound(later, chooser)
  const choices = useChoices(later, chooser)
  if (chooser) return choices
  const isBehind = later !== text.trim() || found.isFetching
  // Before anything is typed, what was looked at last is the best guess.
  const isFirst = asked.wanted === ''
  const entries = [
    ...(isFirst ? [...places.slice(0, PLACES_FIRST), ...actions] : [...actions, ...places]),
    ...topics,
    ...(asked.wanted === '' && asked.mode === 'all' ? NONE : found.entries),
  ]
  const status = found.status ?? (entries.length > 0 ? undefined : isBehind ? late('searching') : late('searchNone'))
  return { entries, status }
}

/** Of the whole page, and so at the end: what belongs to the page that is open is registered under other headings. */
const LATER: readonly string[] = ['List', t('sectionPage'), t('sectionLook'), t('sectionGo')]

function useActionEntries({ mode, wanted }: Asked): readonly Entry[] {
  const actions = useAllActions()
  return useMemo(() => {
    if (mode !== 'all' && mode !== 'actions') return NONE
    const ranked = rankActions(
      actions.filter(({ id }) => id !== 'search'),
      wanted,
    )
    const ordered = wanted === '' ? pageFirst(ranked) : ranked
    return ordered.slice(0, ACTIONS_MAX).map(entryOfAction)
  }, [actions, mode, wanted])
}

function entryOfAction({ id, title, section, keys, why, choose }: Action): Entry {
  return { id: `action ${id}`, title, section, icon: 'right', keys, why, choose, run: () => runAction(id) }
}

function pageFirst(actions: readonly Action[]): readonly Action[] {
  const sections = [...Map.groupBy(actions, ({ section }) => section)]
  const place = (section: string): number => LATER.indexOf(section)
  return sections.sort(([one], [other]) => place(one) - place(other)).flatMap(([, list]) => list)
}

/** Where somebody has been, or has set a bookmark. */
function usePlaces({ mode, wanted }: Asked): readonly Entry[] {
  const go = useGo()
  const bookmarks = useBookmarks()
  return useMemo(() => {
    if (mode !== 'all') return NONE
    const entryOf = (icon: IconName, section: string) => (place: Bookmark) => ({
      ...{ id: `place ${place.to}`, title: place.title, words: place.to, section, icon },
      run: () => go(place.to),
    })
    const marked = bookmarks.map(entryOf('star', t('bookmarks')))
    const isMarked = new Set(bookmarks.map(({ to }) => to))
    const recent = listRecents()
      .filter(({ to }) => !isMarked.has(to))
      .map(entryOf('clock', late('recents')))
    return rankActions([...marked, ...recent], wanted)
  }, [mode, wanted, bookmarks, go])
}

function useTopics({ mode, wanted }: Asked): readonly Entry[] {
  const go = useGo()
  return useMemo(
    () =>
      mode === 'help'
        ? findTopics(wanted).map(({ id, title, question, to }) => ({
            ...{ id: `help ${id}`, title, hint: question, section: late('mode_help') },
            icon: 'help' as const,
            run: () => {
              go(to)
              runAction('drawer.show')
            },
          }))
        : NONE,
    [mode, wanted, go],
  )
}

interface FoundEntries {
  readonly entries: readonly Entry[]
  readonly status: string | undefined
  readonly isFetching: boolean
}

/** Asked while one types, and given up by the next key. */
function useFound(text: string, chooser: Chooser | undefined): FoundEntries {
  const go = useGo()
  const path = usePath()
  const asked = readAsked(text)
  const isAsking = chooser === undefined && asked.mode !== 'actions' && asked.mode !== 'help'
  const { data, error, isFetching } = useQuery({
    queryKey: ['palette', asked.mode, text, path],
    queryFn: ({ signal }) => findEntries(asked, { path, go, copy }, signal),
    enabled: isAsking,
    // What was found for another kind of question is none of this one.
    placeholderData: (before, query) => (query?.queryKey[1] === asked.mode ? before : undefined),
    retry: false,
  })
  const more: readonly Entry[] =
    asked.mode === 'all' && asked.wanted !== ''
      ? [
          {
            ...{ id: 'search more', title: late('searchMore', { text: asked.wanted }), section: t('everything') },
            icon: 'search',
            run: () => go(withQuery(paths.search(), [['q', asked.wanted]])),
          },
        ]
      : NONE
  const status = error ? late('searchFailed', { reason: messageOf(error) }) : undefined
  return { entries: [...((isAsking ? data : undefined) ?? NONE), ...more], status, isFetching }
}

function useChoices(text: string, chooser: Chooser | undefined): Entries {
  const {
    data = NONE,
    error,
    isFetching,
  } = useQuery({
    queryKey: ['palette', 'choose', chooser?.hint, text],
    queryFn: async ({ signal }) =>
      (await (chooser?.find(text, signal) ?? [])).map((choice): Entry => ({
        ...{ id: `choice ${choice.id}`, title: choice.title, hint: choice.hint, why: choice.why },
        section: '',
        icon: 'right',
        choose: undefined,
        run: () => void choice.run(),
      })),
    enabled: chooser !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })
  const failure = error ? late('searchFailed', { reason: messageOf(error) }) : undefined
  return {
    entries: data,
    status: failure ?? (data.length > 0 ? undefined : isFetching ? late('searching') : late('searchNone')),
  }
}

function copy(text: string): void {
  void navigator.clipboard.writeText(text).then(
    () => showToast({ kind: 'success', text: late('copied') }),
    (error: unknown) => showToast({ kind: 'error', text: messageOf(error) }),
  )
}

/** The text once nobody has typed for a moment. */
function useLater(text: string): string {
  const [later, setLater] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), WAIT_MS)
    return () => clearTimeout(timer)
  }, [text])
  return later
}
