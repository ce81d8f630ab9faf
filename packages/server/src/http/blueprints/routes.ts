import { flowGraph } from '@batuta/core'
import { BLUEPRINT_DIRS } from '../../platform/places.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
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
  return {
    list: ({ params: { kind }, query: { q = '', tags, page = 1, size = SIZE }, filters }) => {
      const wanted = [q, ...filters.filter(({ field }) => field === 'q').map(({ value }) => value)]
      const found = ofKind(kind).filter(
        one =>
          wanted.every(text => matches(one, text)) && (tags === undefined || tags.some(tag => one.tags.includes(tag))),
      )
      const results = found.slice((page - 1) * size, page * size).map(headOf)
      return json({ results, total: found.length })
    },
    tags: ({ params: { kind }, query: { q = '' } }) => {
      const names = new Set(ofKind(kind).flatMap(({ tags }) => tags))
      const found = [...names].filter(name => name.includes(q.toLowerCase())).sort()
      return json(found.map(name => ({ id: name, name })))
    },
    get: ({ params }) => {
      const found = get(params)
      return json({ ...headOf(found), source: found.source })
    },
    graph: ({ params }) => json(flowGraph(get(params).flow)),
    source: ({ params }): Reply => ({ type: 'body', status: 200, contentType: YAML, body: get(params).source }),
  }
}

function headOf({ source: _source, flow: _flow, ...head }: Blueprint): Omit<Blueprint, 'source' | 'flow'> {
  return head
}

function matches({ id, title, description, includedTasks }: Blueprint, q: string): boolean {
  return `${id} ${title} ${description} ${includedTasks.join(' ')}`.toLowerCase().includes(q.toLowerCase())
}
