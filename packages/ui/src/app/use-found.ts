// What the palette finds beside actions: flows, executions by the beginning of their id, namespaces. Asked while one types, and given up by the next
// key.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../lib/api.ts'
import { paths } from '../lib/paths.ts'
import type { IconName } from '../widgets/icon.tsx'
import { hasPage } from './has-page.ts'
import { t } from './messages.ts'

export interface Found {
  readonly id: string
  readonly title: string
  readonly hint?: string
  readonly section: string
  readonly icon: IconName
  readonly to: string
}

const WAIT_MS = 120
const EACH_MAX = 6
const ID = /^[0-9A-Za-z]{22}$/
const NONE: readonly Found[] = []

export function useFound(text: string): readonly Found[] {
  const asked = useLater(text.trim())
  const { data = NONE } = useQuery({
    queryKey: ['palette', asked],
    queryFn: ({ signal }) => findAll(asked, signal),
    enabled: asked !== '' && !asked.startsWith('>'),
    placeholderData: before => before,
    retry: false,
  })
  return text.trim() === '' || text.startsWith('>') ? NONE : data
}

async function findAll(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  // One kind that cannot be read hides none of the others.
  const kinds = await Promise.allSettled([
    findFlows(text, signal),
    findExecutions(text, signal),
    findNamespaces(text, signal),
  ])
  return kinds.flatMap(kind => (kind.status === 'fulfilled' ? kind.value : []))
}

async function findFlows(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const { results } = await api.flows.search({ query: { q: text, page: 1, size: EACH_MAX }, signal })
  return results.map(flow => ({
    id: `flow ${flow.namespace} ${flow.id}`,
    title: flow.id,
    hint: flow.namespace,
    section: t('flows'),
    icon: 'flow',
    to: paths.flow(flow),
  }))
}

async function findExecutions(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  if (!ID.test(text)) return NONE
  const execution = await api.executions.get({ params: { executionId: text }, signal })
  return [
    {
      id: `execution ${execution.id}`,
      title: execution.id,
      hint: `${execution.namespace}.${execution.flowId} · ${execution.state.current}`,
      section: t('executions'),
      icon: 'runs',
      to: paths.execution(execution),
    },
  ]
}

async function findNamespaces(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  if (!hasPage(paths.namespaces())) return NONE
  const names = await api.flows.distinctNamespaces({ query: { q: text }, signal })
  return names.slice(0, EACH_MAX).map(name => ({
    id: `namespace ${name}`,
    title: name,
    section: t('namespaces'),
    icon: 'folder',
    to: paths.namespace(name),
  }))
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
