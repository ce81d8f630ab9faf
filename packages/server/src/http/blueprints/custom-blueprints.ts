// Blueprints of one's own: flows that somebody has put by for others to begin with.
import { openShelf } from '../../access/settings-shelf.ts'
import { judgeFlow } from '../../flows/save-flow.ts'
import { newRecordId } from '../access/new-user.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import type { Filter } from '../read-filters.ts'
import { empty, json } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { typesIn } from './read-blueprints.ts'

/** Every node has all of them in memory. */
const BLUEPRINTS_MAX = 500
const SIZE = 10
const YAML = 'application/x-yaml; charset=utf-8'

interface CustomBlueprint {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly includedTasks: readonly string[]
  readonly tags: readonly string[]
  readonly kind: 'flow'
  readonly source: string
}

type Custom =
  'listCustom' | 'customTags' | 'getCustom' | 'customSource' | 'createCustom' | 'updateCustom' | 'deleteCustom'
type Body = Parameters<Handlers<'blueprints'>['createCustom']>[0]['body']

export function customHandlers(dependencies: HttpDependencies): Pick<Handlers<'blueprints'>, Custom> {
  const { access, platform } = dependencies
  const shelf = openShelf<CustomBlueprint>(access.book, 'blueprint')
  const get = (id: string): CustomBlueprint => {
    const found = shelf.find(id)
    if (!found) throw notFound(`The blueprint "${id.slice(0, 100)}"`)
    return found
  }
  return {
    listCustom: ({ query: { q = '', tags, page = 1, size = SIZE, source: isWithSource = false }, filters }) => {
      const wanted = { texts: [q, ...textsIn(filters)], tags }
      const found = latestFirst(shelf.list()).filter(one => matches(one, wanted))
      const shown = found.slice((page - 1) * size, page * size)
      return json({ results: shown.map(one => (isWithSource ? one : headOf(one))), total: found.length })
    },
    customTags: ({ query: { q = '' } }) => {
      const names = new Set(shelf.list().flatMap(({ tags }) => tags))
      return json([...names].filter(name => name.toLowerCase().includes(q.toLowerCase())).sort())
    },
    getCustom: ({ params: { id } }) => json(get(id)),
    customSource: ({ params: { id } }) => ({ type: 'body', status: 200, contentType: YAML, body: get(id).source }),
    createCustom: async ({ body, note }) => {
      if (shelf.list().length >= BLUEPRINTS_MAX)
        throw unprocessable('too-many-blueprints', `There are ${BLUEPRINTS_MAX} blueprints already: take some away.`)
      const made = toBlueprint(newRecordId(platform), body, dependencies)
      await access.book.change({ put: [shelf.putOf(made)] })
      note({ itemId: made.id, after: headOf(made) })
      return json(made)
    },
    updateCustom: async ({ params: { id }, body, note }) => {
      const before = get(id)
      const changed = toBlueprint(id, body, dependencies)
      await access.book.change({ put: [shelf.putOf(changed)] })
      note({ itemId: id, before: headOf(before), after: headOf(changed) })
      return json(changed)
    },
    deleteCustom: async ({ params: { id }, note }) => {
      const before = get(id)
      await access.book.change({ remove: [shelf.keyOf(id)] })
      note({ itemId: id, before: headOf(before) })
      return empty(200)
    },
  }
}

/** A flow that could not be saved is nothing to begin with. */
function toBlueprint(
  id: string,
  { title, description, tags, source, flow: old }: Body,
  { saveWorld }: HttpDependencies,
): CustomBlueprint {
  const text = source ?? old ?? ''
  const { flow, diagnostics } = judgeFlow(text, saveWorld)
  if (!flow) {
    const [first] = diagnostics
    const where = first === undefined ? '' : ` ${first.message}`
    throw unprocessable('blueprint-invalid', `The source is no flow that could be saved.${where}`)
  }
  return {
    id,
    title: title.trim(),
    description: description?.trim() ?? '',
    includedTasks: typesIn(flow),
    tags: [...new Set((tags ?? []).map(tag => tag.trim()).filter(tag => tag !== ''))],
    kind: 'flow',
    source: text,
  }
}

function headOf({ source: _source, ...head }: CustomBlueprint): Omit<CustomBlueprint, 'source'> {
  return head
}

/** Ids begin with the moment of their making. */
function latestFirst(all: readonly CustomBlueprint[]): readonly CustomBlueprint[] {
  return all.toSorted((one, other) => (one.id < other.id ? 1 : -1))
}

function textsIn(filters: readonly Filter[]): readonly string[] {
  return filters.filter(({ field }) => field === 'q').map(({ value }) => value)
}

interface Wanted {
  readonly texts: readonly string[]
  readonly tags: readonly string[] | undefined
}

function matches({ title, description, includedTasks, tags }: CustomBlueprint, wanted: Wanted): boolean {
  const words = `${title} ${description} ${includedTasks.join(' ')}`.toLowerCase()
  if (wanted.tags !== undefined && !wanted.tags.some(tag => tags.includes(tag))) return false
  return wanted.texts.every(text => words.includes(text.toLowerCase()))
}
