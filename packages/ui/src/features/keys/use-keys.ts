import { ApiError } from '@batuta/api'
import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import { showToast } from '../../widgets/toast.tsx'
import { keyTypeOf, secondsText, type KeyType } from './key-value.ts'
import { t } from './messages.ts'

export type KeyPage = Awaited<ReturnType<typeof api.keys.search>>
export type KeyRow = KeyPage['results'][number]
export type KeyDocument = Awaited<ReturnType<typeof api.keys.get>>

export interface KeyRef {
  readonly namespace: string
  readonly key: string
}

export interface KeyWrite extends KeyRef {
  readonly type: KeyType
  readonly text: string
  readonly ttl?: string | undefined
  readonly description?: string | undefined
}

const SIZE = 50
const UNDO_MS = 30_000
const NEAR_MAX = 200
/** No stream tells of keys. */
const LOOK_AGAIN_MS = 10_000
const GONE: readonly number[] = [404, 410]
const ALL: readonly string[] = ['keys']

/** Of one namespace with those above it, or of all. */
export function useKeys(
  { filters, query }: FilterState,
  sort: string,
  namespaces?: readonly string[],
): UseInfiniteQueryResult<InfiniteData<KeyPage>> {
  const within = namespaces === undefined ? {} : { 'filters[namespace][IN]': namespaces.join(',') }
  return useInfiniteQuery({
    queryKey: [...ALL, 'search', filters, sort, namespaces],
    queryFn: ({ pageParam, signal }) =>
      api.keys.search({ query: { page: pageParam, size: SIZE, sort: [sort], ...query(nowMs()), ...within }, signal }),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (pages.length * SIZE < last.total ? pages.length + 1 : undefined),
    placeholderData: before => before,
    refetchInterval: LOOK_AGAIN_MS,
  })
}

export function useKey(ref: KeyRef | undefined): UseQueryResult<KeyDocument> {
  return useQuery({
    queryKey: [...ALL, 'get', ref?.namespace, ref?.key],
    queryFn: async ({ signal }) => {
      if (!ref) throw new Error('No key is asked for.')
      return await api.keys.get({ params: { ...ref }, query: { text: true }, signal })
    },
    enabled: ref !== undefined,
    // A form that is being filled must not change under the hands.
    staleTime: Infinity,
    gcTime: 0,
  })
}

export function useSetKey(): UseMutationResult<void, Error, KeyWrite> {
  return useMutation({
    mutationFn: async write => {
      const before = await findKey(write)
      await setKey(write)
      showToast({
        kind: 'success',
        text: t('saved', { key: write.key }),
        lastsMs: UNDO_MS,
        action: {
          title: t('undo'),
          run: () => void (before ? restore([before]) : undoNew(write)),
        },
      })
    },
    onSettled: refresh,
  })
}

/** Deletes, and keeps what it takes to put it back. */
export async function deleteKeys(refs: readonly KeyRef[]): Promise<void> {
  try {
    const writes = (await Promise.all(refs.map(findKey))).filter(write => write !== undefined)
    for (const [namespace, of] of Map.groupBy(refs, ({ namespace }) => namespace))
      await api.keys.deleteMany({ params: { namespace }, body: { keys: of.map(({ key }) => key) } })
    showToast({
      kind: 'success',
      text: t('deleted', { count: refs.length }),
      lastsMs: UNDO_MS,
      action: { title: t('undo'), run: () => void restore(writes) },
    })
  } catch (error) {
    showToast({ kind: 'error', text: t('notDeleted'), detail: String(error) })
  }
  await refresh()
}

async function restore(writes: readonly KeyWrite[]): Promise<void> {
  try {
    for (const write of writes) await setKey(write)
    showToast({ kind: 'success', text: t('restored', { count: writes.length }) })
  } catch (error) {
    showToast({ kind: 'error', text: t('notRestored'), detail: String(error) })
  }
  await refresh()
}

async function undoNew({ namespace, key }: KeyRef): Promise<void> {
  try {
    await api.keys.delete({ params: { namespace, key } })
    showToast({ kind: 'success', text: t('deleted', { count: 1 }) })
  } catch (error) {
    showToast({ kind: 'error', text: t('notDeleted'), detail: String(error) })
  }
  await refresh()
}

async function setKey({ namespace, key, type, text, ttl, description }: KeyWrite): Promise<void> {
  const query = {
    type,
    ...(ttl === undefined ? {} : { ttl }),
    ...(description === undefined || description === '' ? {} : { description }),
  }
  await api.keys.set({ params: { namespace, key }, query, body: text })
}

/** As it is now, written so that it can be put back; undefined where there is none. */
async function findKey({ namespace, key }: KeyRef): Promise<KeyWrite | undefined> {
  // A list that does not have it is an answer; a question for what is not there would be a fault on the console.
  const near = await api.keys.search({
    query: { size: NEAR_MAX, 'filters[namespace][EQUALS]': namespace, 'filters[q][EQUALS]': key },
  })
  if (near.total <= NEAR_MAX && !near.results.some(row => row.key === key)) return undefined
  try {
    const {
      type,
      text = '',
      description,
      expirationDate,
    } = await api.keys.get({
      params: { namespace, key },
      query: { text: true },
    })
    const ttl =
      expirationDate === undefined ? undefined : secondsText(Math.max(1, Date.parse(expirationDate) - nowMs()))
    return { namespace, key, type: keyTypeOf(type), text, ttl, description }
  } catch (error) {
    // It has expired or never was: there is nothing to put back.
    if (error instanceof ApiError && GONE.includes(error.status)) return undefined
    throw error
  }
}

function refresh(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ALL })
}
