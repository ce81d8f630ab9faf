// The address is the state. A page says once which parameters it has and of what type; reading and writing them is typed from then on, and
// parameters that it does not know stay as they are.
import { trust } from '@batuta/core'
import { useRouter, useRouterState } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo } from 'react'
import type { Filter, FilterField } from './filters/filter.ts'
import {
  filterQuery,
  isFilterPair,
  isFlat,
  readFilterPairs,
  writeFilterPairs,
  type Pairs,
} from './filters/filter-url.ts'
import { withQuery } from './paths.ts'

/** How one parameter is written; `undefined` is what is not there. */
export interface Param<Value> {
  read(text: string | undefined): Value
  write(value: Value): string | undefined
}

export const textParam: Param<string | undefined> = { read: text => text, write: value => value }

export const numberParam: Param<number | undefined> = {
  read: text => (text === undefined || !Number.isFinite(Number(text)) ? undefined : Number(text)),
  write: value => (value === undefined ? undefined : String(value)),
}

export const flagParam: Param<boolean> = {
  read: text => text === 'true' || text === '1',
  write: value => (value ? 'true' : undefined),
}

/** One of a few words; the first stands for none. */
export function wordParam<const Word extends string>(words: readonly [Word, ...Word[]]): Param<Word> {
  return {
    read: text => words.find(word => word === text) ?? words[0],
    write: word => (word === words[0] ? undefined : word),
  }
}

type ValuesOf<P> = { readonly [Name in keyof P]: P[Name] extends Param<infer Value> ? Value : never }

export interface SetOptions {
  /** In the place of this entry of the history; so for what changes while one types. */
  readonly replace?: boolean
}

export type SetSearch<P> = (patch: Partial<ValuesOf<P>>, options?: SetOptions) => void

/** `const [search, setSearch] = useSearchState({ task: textParam, line: numberParam })` */
export function useSearchState<const P extends Readonly<Record<string, AnyParam>>>(
  params: P,
): readonly [ValuesOf<P>, SetSearch<P>] {
  const [pairs, setPairs] = usePairs()
  const values = useMemo(() => valuesOf(params, pairs), [params, pairs])
  const set: SetSearch<P> = useCallback(
    (patch, options) => {
      setPairs(before => {
        const names = Object.keys(patch)
        const kept = before.filter(([name]) => !names.includes(name))
        return [...kept, ...names.flatMap(name => written(params, name, patch))]
      }, options)
    },
    [params, setPairs],
  )
  return [values, set]
}

interface AnyParam {
  read(text: string | undefined): unknown
  write(value: never): string | undefined
}

export interface FilterState {
  readonly filters: readonly Filter[]
  setFilters(filters: readonly Filter[], options?: SetOptions): void
  /** For the server; `-24h` counts from `atMs`. */
  query(atMs: number): Readonly<Record<`filters[${string}`, string>>
}

/** The filters of the address. Flat parameters of old addresses are written anew, once. */
export function useFilters(fields: readonly FilterField[]): FilterState {
  const [pairs, setPairs] = usePairs()
  const filters = useMemo(() => readFilterPairs(pairs, fields), [pairs, fields])
  const setFilters = useCallback(
    (next: readonly Filter[], options?: SetOptions): void => {
      setPairs(
        before => [
          ...before.filter(([name]) => !isFilterPair(name) && name !== 'page'),
          ...writeFilterPairs(next, fields),
        ],
        options,
      )
    },
    [fields, setPairs],
  )
  const isOld = pairs.some(([name]) => isFlat(name))
  useEffect(() => {
    if (isOld) setFilters(filters, { replace: true })
  }, [isOld, filters, setFilters])
  const query = useCallback((atMs: number) => filterQuery(filters, fields, atMs), [filters, fields])
  return { filters, setFilters, query }
}

/** The parameters of the address, in their order. */
export function usePairs(): readonly [Pairs, (edit: (before: Pairs) => Pairs, options?: SetOptions) => void] {
  const router = useRouter()
  const text = useRouterState({ select: state => state.location.searchStr })
  const pairs = useMemo(() => [...new URLSearchParams(text)], [text])
  const set = useCallback(
    (edit: (before: Pairs) => Pairs, { replace = false }: SetOptions = {}) => {
      const { pathname, search, hash } = window.location
      const next = withQuery(pathname, edit([...new URLSearchParams(search)])) + hash
      if (next === pathname + search + hash) return
      if (replace) router.history.replace(next)
      else router.history.push(next)
    },
    [router],
  )
  return [pairs, set]
}

function valuesOf<P extends Readonly<Record<string, AnyParam>>>(params: P, pairs: Pairs): ValuesOf<P> {
  const given = new Map(pairs)
  return trustValues(
    Object.fromEntries(Object.entries(params).map(([name, param]) => [name, param.read(given.get(name))])),
  )
}

function written<P extends Readonly<Record<string, AnyParam>>>(params: P, name: string, patch: object): Pairs {
  const text = params[name]?.write(trustValues<never>(Object.entries(patch).find(([key]) => key === name)?.[1]))
  return text === undefined ? [] : [[name, text]]
}

/** The values are of the types of their parameters, by the way they were made. */
function trustValues<T>(values: unknown): T {
  return trust<T>(values)
}
