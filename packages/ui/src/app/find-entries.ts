// What the palette finds by asking the server, for each kind of question.
import { api } from '../lib/api.ts'
import { paths, withQuery } from '../lib/paths.ts'
import { HIT_GROUPS } from '../features/search/hit-places.ts'
import { nowMs } from '../platform/clock.ts'
import type { Entry } from './palette-entry.ts'
import { readLabel, type Asked } from './palette-mode.ts'
import { late } from './late-messages.ts'
import { t } from './messages.ts'

export interface Place {
  /** Of the page that is open. */
  readonly path: string
  go(to: string): void
  copy(text: string): void
}

const EACH_MAX = 6
const SHOWN_MAX = 30
const NONE: readonly Entry[] = []

export async function findEntries(asked: Asked, place: Place, signal: AbortSignal): Promise<readonly Entry[]> {
  switch (asked.mode) {
    case 'all':
      return asked.wanted === '' ? NONE : await searchAll(asked.wanted, place, signal)
    case 'namespaces':
      return await findNamespaces(asked.wanted, place, signal)
    case 'labels':
      return await findLabels(asked.wanted, place, signal)
    case 'jump':
      return await findTasks(asked.wanted, place, signal)
    case 'evaluate':
      return asked.wanted === '' ? NONE : await evaluate(asked.wanted, place)
    case 'actions':
    case 'help':
      return NONE
  }
}

async function searchAll(q: string, { go }: Place, signal: AbortSignal): Promise<readonly Entry[]> {
  const { groups } = await api.people.search({ query: { q, size: EACH_MAX }, signal })
  return groups.flatMap(({ type, hits }) =>
    hits.flatMap((hit): readonly Entry[] => {
      const group = HIT_GROUPS[type]
      const to = group?.to(hit)
      if (!group || to === undefined) return []
      const isExecution = type === 'executions'
      return [
        {
          id: `${type} ${hit.namespace ?? ''} ${hit.id}`,
          title: isExecution ? hit.id : hit.title,
          hint: isExecution ? `${hit.namespace}.${hit.title} · ${hit.state ?? ''}` : (hit.namespace ?? hit.detail),
          section: group.title,
          icon: group.icon,
          run: () => go(to),
        },
      ]
    }),
  )
}

async function findNamespaces(q: string, { go }: Place, signal: AbortSignal): Promise<readonly Entry[]> {
  const names = await api.flows.distinctNamespaces({ query: { q }, signal })
  return names.slice(0, SHOWN_MAX).map(name => ({
    id: `namespace ${name}`,
    title: name,
    section: t('namespaces'),
    icon: 'folder',
    run: () => go(paths.namespace(name)),
  }))
}

async function findLabels(wanted: string, { go }: Place, signal: AbortSignal): Promise<readonly Entry[]> {
  const { key, value } = readLabel(wanted)
  const found = await api.executions.distinctValues({
    query: { field: 'LABELS', q: wanted, size: SHOWN_MAX, counts: true },
    signal,
  })
  const texts = found.map(item => (typeof item === 'string' ? { value: item, count: undefined } : item))
  const typed = value !== undefined && value !== '' && !texts.some(item => item.value === wanted)
  return [...(typed ? [{ value: `${key}:${value}`, count: undefined }] : []), ...texts].map(
    ({ value: text, count }) => {
      const label = readLabel(text)
      return {
        id: `label ${text}`,
        title: text,
        hint: count === undefined ? undefined : String(count),
        section: t('executions'),
        icon: 'tag',
        run: () => go(withQuery(paths.executions(), [[`filters[labels][EQUALS][${label.key}]`, label.value ?? '']])),
      }
    },
  )
}

const OF_FLOW = /^\/flows\/edit\/([^/]+)\/([^/]+)/
const OF_EXECUTION = /^\/executions\/([^/]+)\/([^/]+)\/([^/]+)/

/** Tasks of the flow, or of the execution, that is open. */
async function findTasks(wanted: string, { path, go }: Place, signal: AbortSignal): Promise<readonly Entry[]> {
  const [, namespace = '', flowId = '', executionId] = (OF_EXECUTION.exec(path) ?? OF_FLOW.exec(path) ?? []).map(
    decodeURIComponent,
  )
  if (flowId === '') return NONE
  const flow = await api.flows.get({ params: { namespace, id: flowId }, signal })
  const address = (taskId: string): string =>
    executionId === undefined
      ? withQuery(paths.flow({ namespace, id: flowId }, 'topology'), [['task', taskId]])
      : withQuery(paths.execution({ namespace, flowId, id: executionId }, 'logs'), [['task', taskId]])
  return tasksOf(flow)
    .filter(({ id }) => id.toLowerCase().includes(wanted.toLowerCase()))
    .slice(0, SHOWN_MAX)
    .map(({ id, type }) => ({
      id: `task ${id}`,
      title: id,
      hint: type,
      section: flowId,
      icon: 'right',
      run: () => go(address(id)),
    }))
}

interface Task {
  readonly id: string
  readonly type: string
}

const DEPTH_MAX = 20

/** All that has an id and a type, however deep it lies. */
function tasksOf(value: unknown, depth = 0): readonly Task[] {
  if (depth > DEPTH_MAX || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(item => tasksOf(item, depth + 1))
  const within = Object.values(value).flatMap(part => tasksOf(part, depth + 1))
  const isTask = depth > 0 && 'id' in value && 'type' in value
  return isTask && typeof value.id === 'string' && typeof value.type === 'string' && value.type.includes('.')
    ? [{ id: value.id, type: value.type }, ...within]
    : within
}

const EVEN_CHANCE = 0.5

/** In the browser, without values; the page for expressions has more. */
async function evaluate(wanted: string, { go, copy }: Place): Promise<readonly Entry[]> {
  const source = wanted.includes('{{') ? wanted : `{{ ${wanted} }}`
  const { renderLocally } = await import('../features/expressions/render-locally.ts')
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions()
  const outcome = renderLocally(source, {}, { nowMs: nowMs(), zone, random: () => EVEN_CHANCE })
  const page = withQuery(paths.expressions(), [['source', source]])
  const open: Entry = {
    id: 'expression page',
    title: late('openExpressions'),
    section: t('expressions'),
    icon: 'code',
    run: () => go(page),
  }
  if (outcome.type === 'mistake')
    return [
      {
        id: 'expression mistake',
        title: outcome.message,
        section: t('expressions'),
        icon: 'warning',
        run: () => go(page),
      },
      open,
    ]
  const text = typeof outcome.value === 'string' ? outcome.value : JSON.stringify(outcome.value)
  return [
    {
      id: 'expression value',
      title: text,
      hint: late('copyValue', { type: outcome.typeName }),
      section: t('expressions'),
      icon: 'check',
      run: () => copy(text),
    },
    open,
  ]
}
