import { ApiError, routes, type FlowDocument } from '@batuta/api'
import { trust } from '@batuta/core'
import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api, apiUrl } from '../../lib/api.ts'
import type { FlowRef } from '../../lib/paths.ts'
import { upload } from '../../platform/upload.ts'
import type { InputReport } from '../input-form/input-fields.ts'
import { queryOf, type RunRequest } from './run-lines.ts'

const WAIT_MS = 180
const FLOWS_SHOWN = 20

export function useFlow({ namespace, id }: FlowRef): UseQueryResult<FlowDocument> {
  return useQuery({
    queryKey: ['flows', namespace, id],
    queryFn: ({ signal }) => api.flows.get({ params: { namespace, id }, query: {}, signal }),
  })
}

export function useFlowNames(text: string): UseQueryResult<Awaited<ReturnType<typeof api.flows.search>>> {
  const q = useLate(text, WAIT_MS)
  return useQuery({
    queryKey: ['flows', 'search', 'names', q],
    queryFn: ({ signal }) =>
      api.flows.search({ query: { page: 1, size: FLOWS_SHOWN, ...(q === '' ? {} : { q }) }, signal }),
    placeholderData: before => before,
  })
}

export interface Judged {
  readonly report: InputReport | undefined
  readonly error: unknown
  /** What is shown is not yet judged. */
  readonly isBehind: boolean
  retry(): void
}

/** What the server says to these inputs, a moment after the last key. Who may not start the flow would be refused, and does not ask. */
export function useJudgement(flow: FlowRef, values: Readonly<Record<string, unknown>>, revision?: number): Judged {
  const asked = JSON.stringify(values)
  const late = useLate(asked, WAIT_MS)
  const mayNot = useMay()('EXECUTION:CREATE', flow.namespace)
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['executions', 'validate', flow.namespace, flow.id, revision, late],
    queryFn: async ({ signal }) =>
      trust<InputReport>(
        await api.executions.validateInputs({
          params: flow,
          query: revision === undefined ? {} : { revision },
          body: trust<Record<string, unknown>>(JSON.parse(late)),
          signal,
        }),
      ),
    enabled: mayNot === undefined,
    placeholderData: before => before,
    refetchOnWindowFocus: false,
    staleTime: Infinity,
    // Secrets that were typed do not stay.
    gcTime: 0,
  })
  return { report: data, error, isBehind: late !== asked || isFetching, retry: () => void refetch() }
}

/** The inputs of the newest execution of a flow, when they are asked for. */
export async function lastInputs({ namespace, id }: FlowRef): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { results } = await api.executions.search({
    query: { page: 1, size: 1, sort: ['state.startDate:desc'], namespace, flowId: id },
  })
  const [last] = results
  if (!last) return undefined
  const execution = last.inputs === undefined ? await api.executions.get({ params: { executionId: last.id } }) : last
  return execution.inputs ?? {}
}

export interface Started {
  readonly id: string
  readonly namespace: string
  readonly flowId: string
}

export function useStart(onProgress: (part: number) => void): UseMutationResult<Started, unknown, RunRequest> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: request => start(request, onProgress),
    onSuccess: () => client.invalidateQueries({ queryKey: ['executions'] }),
  })
}

async function start(request: RunRequest, onProgress: (part: number) => void): Promise<Started> {
  const { flow, sent } = request
  const files = Object.entries(sent.files)
  if (files.length === 0)
    return await api.executions.create({ params: flow, query: queryOf(request), body: sent.values })
  const form = new FormData()
  for (const [id, value] of Object.entries(sent.values)) {
    form.append(id, typeof value === 'string' ? value : JSON.stringify(value))
  }
  for (const [id, file] of files) form.append(id, file, file.name)
  const url = apiUrl(routes.executions.create, { params: { ...flow }, query: queryOf(request) })
  const { status, text } = await upload(url, form, onProgress)
  const document = trust<Started & { readonly message?: string }>(text === '' ? {} : JSON.parse(text))
  if (status === 200) return document
  throw new ApiError(status, document.message ?? `The server answered ${status}.`, trust(document))
}

/** What was refused, by the ids of inputs; and what belongs to none. */
export function refusalsOf(error: unknown): ReadonlyMap<string, string> {
  if (!(error instanceof ApiError)) return new Map()
  const errors = error.document?._embedded?.errors ?? []
  return new Map(errors.flatMap(({ path, message }) => (path === undefined ? [] : [[path, message] as const])))
}

/** The address of the route, for lines. */
export function startUrl(request: RunRequest): string {
  return apiUrl(routes.executions.create, { params: { ...request.flow }, query: queryOf(request) })
}

function useLate<T>(value: T, waitMs: number): T {
  const [late, setLate] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), waitMs)
    return () => clearTimeout(timer)
  }, [value, waitMs])
  return late
}
