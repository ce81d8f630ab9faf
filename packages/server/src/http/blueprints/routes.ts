import { flowGraph } from '@batuta/core'
import { BLUEPRINT_DIRS } from '../../platform/places.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import type { Filter } from '../read-filters.ts'
import { json, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { customHandlers } from './custom-blueprints.ts'
import { readBlueprints, type Blueprint } from './read-blueprints.ts'

const YAML = 'application/x-yaml; charset=utf-8'
const SIZE = 10

export function blueprintHandlers(dependencies: HttpDependencies): Handlers<'blueprints'> {
  let read: readonly Blueprint[] | undefined
  /** Only flows come with the program. */
  const ofKind = (kind: string): readonly Blueprint[] => {
    read ??= readBlueprints(BLUEPRINT_DIRS, dependencies)
    return kind === 'flow' ? read : []
  }
  const get = ({ kind, id }: { readonly kind: string; readonly id: string }): Blueprint => {
    const found = ofKind(kind).find(one => one.id === id)
    if (!found) throw notFound(`The blueprint "${id}"`)
    return found
  }
  const list = (kind: string, query: ListQuery, filters: readonly Filter[]): Reply => {
    const { q = '', tags, page = 1, size = SIZE } = query
    const wanted = [q, ...filters.filter(({ field }) => field === 'q').map(({ value }) => value)]
    const found = ofKind(kind).filter(
      one =>
        wanted.every(text => matches(one, text)) && (tags === undefined || tags.some(tag => one.tags.includes(tag))),
    )
    return json({ results: found.slice((page - 1) * size, page * size).map(headOf), total: found.length })
  }
  const tagsOf = (kind: string, q = ''): Reply => {
    const names = new Set(ofKind(kind).flatMap(({ tags }) => tags))
    const found = [...names].filter(name => name.includes(q.toLowerCase())).sort()
    return json(found.map(name => ({ id: name, name })))
  }
  const graphOf = (found: Blueprint): Reply => json(flowGraph(found.flow))
  const ofOld = ({ id }: { readonly id: string }): Blueprint => get({ kind: 'flow', id })
  return {
    ...customHandlers(dependencies),
    list: ({ params: { kind }, query, filters }) => list(kind, query, filters),
    tags: ({ params: { kind }, query }) => tagsOf(kind, query.q),
    get: ({ params }) => {
      const found = get(params)
      return json({ ...headOf(found), source: found.source })
    },
    graph: ({ params }) => graphOf(get(params)),
    source: ({ params }) => sourceOf(get(params)),
    listOld: ({ query, filters }) => list('flow', query, filters),
    tagsOld: ({ query }) => tagsOf('flow', query.q),
    getOld: ({ params }) => {
      const found = ofOld(params)
      return json({ ...headOf(found), flow: found.source })
    },
    graphOld: ({ params }) => graphOf(ofOld(params)),
    sourceOld: ({ params }) => sourceOf(ofOld(params)),
  }
}

interface ListQuery {
  readonly q?: string
  readonly tags?: readonly string[]
  readonly page?: number
  readonly size?: number
}

function sourceOf({ source }: Blueprint): Reply {
  return { type: 'body', status: 200, contentType: YAML, body: source }
}

function headOf({ source: _source, flow: _flow, ...head }: Blueprint): Omit<Blueprint, 'source' | 'flow'> {
  return head
}

function matches({ id, title, description, includedTasks }: Blueprint, q: string): boolean {
  return `${id} ${title} ${description} ${includedTasks.join(' ')}`.toLowerCase().includes(q.toLowerCase())
}
