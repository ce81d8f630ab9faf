// The catalogue as Kestra lists it: a plugin per family of types, with lists of its elements by kind.
import type { Catalogue, ResolvedType, TypeKind } from '@batuta/core'
import type { Manifests } from '../../plugins/manifests.ts'

const PREFIX = 'io.kestra.plugin.'

type ListName = 'tasks' | 'triggers' | 'conditions' | 'taskRunners' | 'additionalPlugins'

const LIST_OF: Readonly<Record<TypeKind, ListName>> = {
  task: 'tasks',
  flowable: 'tasks',
  executable: 'tasks',
  updating: 'tasks',
  trigger: 'triggers',
  polling: 'triggers',
  realtime: 'triggers',
  condition: 'conditions',
  runner: 'taskRunners',
  dashboard: 'additionalPlugins',
  other: 'additionalPlugins',
}

export interface ListedElement {
  readonly cls: string
  readonly deprecated: boolean
  readonly implemented: boolean
}

export type ListedPlugin = {
  readonly name: string
  readonly title: string
  readonly group: string
  readonly subGroup?: string
  /** At least one of its elements can run here. */
  readonly implemented: boolean
  readonly version?: string
} & { readonly [List in ListName]: readonly ListedElement[] }

export function listPlugins(
  catalogue: Catalogue,
  manifests: Manifests,
  { isBySubGroup }: { readonly isBySubGroup: boolean },
): readonly ListedPlugin[] {
  const groups = new Map<string, ResolvedType[]>()
  for (const name of catalogue.names()) {
    const type = catalogue.resolve(name)
    if (!type) continue
    const group = isBySubGroup ? packageOf(type.type) : familyOf(type.type)
    const known = groups.get(group)
    if (known) known.push(type)
    else groups.set(group, [type])
  }
  const versions = new Map(manifests.plugins.flatMap(plugin => plugin.tasks.map(task => [task.type, plugin.version])))
  return [...groups]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([group, types]) => listed(group, types, versions))
}

function listed(group: string, types: readonly ResolvedType[], versions: ReadonlyMap<string, string>): ListedPlugin {
  const lists: { [List in ListName]: ListedElement[] } = {
    tasks: [],
    triggers: [],
    conditions: [],
    taskRunners: [],
    additionalPlugins: [],
  }
  for (const { type: cls, kind, isDeprecated: deprecated, implemented } of types)
    lists[LIST_OF[kind]].push({ cls, deprecated, implemented })
  const family = familyOf(`${group}.X`)
  const version = types.map(({ type }) => versions.get(type)).find(found => found !== undefined)
  return {
    name: group.startsWith(PREFIX) ? group.slice(PREFIX.length) : group,
    title: titleOf(group),
    group: family,
    ...(group === family ? {} : { subGroup: group }),
    implemented: types.some(type => type.implemented),
    ...(version === undefined ? {} : { version }),
    ...lists,
  }
}

/** The first word after the common prefix. */
function familyOf(type: string): string {
  if (!type.startsWith(PREFIX)) return packageOf(type)
  const dot = type.indexOf('.', PREFIX.length)
  return dot < 0 ? type : type.slice(0, dot)
}

function packageOf(type: string): string {
  const dot = type.lastIndexOf('.')
  return dot < 0 ? type : type.slice(0, dot)
}

function titleOf(group: string): string {
  const word = group.slice(group.lastIndexOf('.') + 1)
  return word.charAt(0).toUpperCase() + word.slice(1)
}
