// What a plan or a try begins with: inputs as they are typed here, over those of an earlier execution of the flow.
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api } from '../../../lib/api.ts'
import type { FlowRef } from '../../../lib/paths.ts'
import { fieldsOf, sentOf, type Entries, type Entry, type Field } from '../../input-form/input-fields.ts'
import { nodeAt, parseYamlTree, plainOf } from '../yaml/yaml-tree.ts'

export type EarlierRun = Awaited<ReturnType<typeof api.executions.search>>['results'][number]

const RUNS_SHOWN = 10

export interface Given {
  readonly fields: readonly Field[]
  readonly hasFiles: boolean
  readonly entries: Entries
  readonly runs: readonly EarlierRun[]
  /** Undefined: none. */
  readonly executionId: string | undefined
  readonly inputs: Readonly<Record<string, unknown>>
  change(id: string, entry: Entry): void
  choose(executionId: string | undefined): void
}

export function useGiven(text: string, flow: FlowRef | undefined): Given {
  const [entries, setEntries] = useState<Entries>(new Map())
  const [chosen, setChosen] = useState<string | null | undefined>(undefined)
  const { data: runs = [] } = useQuery({
    queryKey: ['executions', 'to-try', flow?.namespace, flow?.id],
    queryFn: async ({ signal }) => {
      const query = { page: 1, size: RUNS_SHOWN, namespace: flow?.namespace ?? '', flowId: flow?.id ?? '' }
      const { results } = await api.executions.search({ query: { ...query, sort: ['state.startDate:desc'] }, signal })
      return results
    },
    enabled: flow !== undefined,
  })
  const all = useMemo(() => fieldsIn(text), [text])
  const fields = useMemo(() => all.filter(({ type }) => type !== 'FILE'), [all])
  const [newest] = runs
  // The newest one unless somebody chose another, or none.
  const executionId = chosen === undefined ? newest?.id : (chosen ?? undefined)
  return {
    fields,
    hasFiles: all.length > fields.length,
    entries,
    runs,
    executionId,
    inputs: useMemo(() => sentOf(fields, entries).values, [fields, entries]),
    change: (id, entry) => setEntries(before => new Map(before).set(id, entry)),
    choose: id => setChosen(id ?? null),
  }
}

function fieldsIn(text: string): readonly Field[] {
  const inputs = plainOf(nodeAt(parseYamlTree(text), 'inputs'))
  if (!Array.isArray(inputs)) return []
  const known: readonly unknown[] = inputs
  return fieldsOf({
    inputs: known.flatMap(item => {
      if (typeof item !== 'object' || item === null || !('id' in item)) return []
      const input: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(item))
      return [{ input, value: input['defaults'], enabled: true, isDefault: true }]
    }),
  })
}
