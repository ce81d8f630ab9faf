// Which types there are, which of them are installed, and what the server tells of one.
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import type { TypeDoc } from './code/editor-help.ts'
import { askOnce } from './language/language-client.ts'
import type { KnownTypeName } from './language/language-messages.ts'
import type { PropertyDoc, TypeFacts } from './type-facts.ts'

const NOTHING: ReadonlySet<string> = new Set()
const KEPT = { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY }
const PARTS = ['tasks', 'triggers', 'conditions', 'taskRunners']

/** Nobody sees them before something is completed: the list of all plugins need not hold up the text. */
export function useInstalledTypes(isWanted = true): ReadonlySet<string> {
  const { data } = useQuery({ ...INSTALLED, enabled: isWanted })
  return data ?? NOTHING
}

const INSTALLED = queryOptions({
  queryKey: ['plugins', 'installed'],
  queryFn: async ({ signal }) => installedIn(await api.plugins.list({ signal })),
  ...KEPT,
})

function installedIn(plugins: unknown): ReadonlySet<string> {
  const names = listOf(plugins).flatMap(plugin =>
    PARTS.flatMap(part => listOf(fieldOf(plugin, part)))
      .filter(element => fieldOf(element, 'implemented') === true)
      .map(element => String(fieldOf(element, 'cls'))),
  )
  return new Set(names)
}

export function useTypeNames(): readonly KnownTypeName[] {
  const { data } = useQuery({ queryKey: ['language', 'types'], queryFn: () => askOnce({ type: 'types' }), ...KEPT })
  return data ?? []
}

const factsKey = (type: string): readonly string[] => ['plugins', 'facts', type]

async function readFacts(type: string): Promise<TypeFacts> {
  const description = await askOnce({ type: 'describe', name: type })
  const document = (await isOfPlugin(type, description !== undefined))
    ? // A type that the server does not know is described as far as the language knows it.
      await api.plugins.get({ params: { cls: type } }).catch(() => undefined)
    : undefined
  const schema = fieldOf(fieldOf(document, 'schema'), 'properties')
  const required = listOf(fieldOf(schema, 'required'))
  const properties = fieldOf(schema, 'properties')
  const docs = Object.entries(typeof properties === 'object' && properties !== null ? properties : {}).map(
    ([name, property]): [string, PropertyDoc] => [
      name,
      {
        description: textOf(fieldOf(property, 'description')) ?? textOf(fieldOf(property, 'title')),
        default: fieldOf(property, 'default'),
        choices: choicesOf(property),
        isRequired: required.includes(name) || fieldOf(property, '$required') === true,
      },
    ],
  )
  return { description, docs: new Map(docs), text: textOf(fieldOf(schema, 'description')) ?? '' }
}

/** What somebody is about to write, and the type of an input, are nobody's. */
async function isOfPlugin(type: string, isKnown: boolean): Promise<boolean> {
  if (!type.includes('.')) return false
  return isKnown || (await queryClient.fetchQuery(INSTALLED)).has(type)
}

function choicesOf(property: unknown): readonly string[] | undefined {
  const choices = listOf(fieldOf(property, 'enum'))
  return choices.length === 0 ? undefined : choices.map(String)
}

export function useTypeFacts(type: string | undefined): {
  readonly data: TypeFacts | undefined
  readonly isPending: boolean
} {
  const { data, isLoading } = useQuery({
    queryKey: factsKey(type ?? ''),
    queryFn: () => readFacts(type ?? ''),
    enabled: type !== undefined && type !== '',
    ...KEPT,
  })
  return { data, isPending: isLoading }
}

/** For documentation under the pointer. */
export function useTypeDocs(): (type: string) => Promise<TypeDoc | undefined> {
  const client = useQueryClient()
  return useMemo(
    () => async type => {
      const facts = await client.fetchQuery({ queryKey: factsKey(type), queryFn: () => readFacts(type), ...KEPT })
      const texts = [...facts.docs].flatMap(([name, { description }]): [string, string][] =>
        description === undefined ? [] : [[name, description]],
      )
      return { text: facts.text, properties: new Map(texts) }
    },
    [client],
  )
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([name]) => name === key)?.[1]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
