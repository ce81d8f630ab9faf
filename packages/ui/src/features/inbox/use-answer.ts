// The answer to an execution that waits: what the server says to it before it is given, and giving it.
import { trust } from '@batuta/core'
import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useState } from 'react'
import { mayDo } from '../../lib/access/may.ts'
import { useMe } from '../../lib/access/use-me.ts'
import { api } from '../../lib/api.ts'
import {
  askedOf,
  fieldsOf,
  sentOf,
  type Entries,
  type Entry,
  type Field,
  type InputReport,
} from '../input-form/input-fields.ts'

/** Where an execution waits: the task run, none when the whole of it was paused by hand. */
export interface WaitingPlace {
  readonly executionId: string
  readonly taskRunId?: string | undefined
}

interface AskedPlace extends WaitingPlace {
  readonly namespace: string
}

function judgementsOf(executionId: string): readonly string[] {
  return ['answers', 'validate', executionId]
}

/** What the server says to an answer, before it is given; asked of it by who may answer alone, the others' buttons say why they may not. */
function useAnswerReport(place: AskedPlace, values: Readonly<Record<string, unknown>>): UseQueryResult<InputReport> {
  const asked = JSON.stringify(values)
  const { executionId, taskRunId, namespace } = place
  const me = useMe()
  return useQuery({
    enabled: me.data ? mayDo(me.data.permissions, 'EXECUTION:UPDATE', namespace) : me.isError,
    queryKey: [...judgementsOf(executionId), taskRunId, asked],
    queryFn: async ({ signal }) =>
      trust<InputReport>(
        await api.executions.validateResume({
          params: { executionId },
          query: taskRunId === undefined ? {} : { taskRunId },
          body: values,
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  })
}

export interface AnswerForm {
  readonly fields: readonly Field[]
  readonly entries: Entries
  readonly report: UseQueryResult<InputReport>
  readonly refusals: ReadonlyMap<string, string>
  /** It was sent once, with what is missing. */
  readonly isTried: boolean
  change(id: string, entry: Entry): void
  setTried(isTried: boolean): void
  setRefusals(refusals: ReadonlyMap<string, string>): void
}

/** What is typed into the form, and what the server says to it. */
export function useAnswerForm(place: AskedPlace): AnswerForm {
  const [entries, setEntries] = useState<Entries>(new Map())
  const [isTried, setTried] = useState(false)
  const [refusals, setRefusals] = useState<ReadonlyMap<string, string>>(new Map())
  const [known, setKnown] = useState<InputReport>()
  const fields = known ? fieldsOf(known) : []
  const report = useAnswerReport(place, askedOf(sentOf(fields, entries)))
  // Which fields there are decides what is sent, and what is sent which fields there are: the newest report is kept while one renders.
  if (report.data && report.data !== known) setKnown(report.data)
  const change = (id: string, entry: Entry): void => setEntries(before => new Map(before).set(id, entry))
  return { entries, isTried, setTried, refusals, setRefusals, fields, report, change }
}

export type Answer =
  | {
      readonly type: 'resume'
      readonly values: Readonly<Record<string, unknown>>
      readonly files: Readonly<Record<string, File>>
    }
  | { readonly type: 'reject' }

export function useAnswer({ executionId, taskRunId }: WaitingPlace): UseMutationResult<void, unknown, Answer> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async answer => {
      // What is asked about an answer that is given by then would be refused.
      await client.cancelQueries({ queryKey: judgementsOf(executionId) })
      const params = { executionId }
      if (answer.type === 'reject') {
        await api.executions.kill({ params, query: {} })
        return
      }
      const query = taskRunId === undefined ? {} : { taskRunId }
      await api.executions.resume({ params, query, body: bodyOf(answer.values, answer.files) })
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['inbox'] })
      await client.invalidateQueries({ queryKey: ['executions'] })
    },
  })
}

function bodyOf(
  values: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, File>>,
): FormData | Readonly<Record<string, unknown>> {
  const parts = Object.entries(files)
  if (parts.length === 0) return values
  const form = new FormData()
  for (const [id, value] of Object.entries(values))
    form.append(id, typeof value === 'string' ? value : JSON.stringify(value))
  for (const [id, file] of parts) form.append(id, file, file.name)
  return form
}
