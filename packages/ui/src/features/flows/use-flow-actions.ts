// What one does to flows, from the list and from the page of a flow: each tells what came of it, and how to take it back where that is possible.
import { ApiError } from '@batuta/api'
import { useQueryClient, type Query, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths, type FlowRef } from '../../lib/paths.ts'
import { saveFile } from '../../platform/save-file.ts'
import { messageOf } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { useOpenRun } from '../run-dialog/run-host.tsx'
import { t } from './messages.ts'

/** As many can be brought back from what the page keeps of them. */
export const UNDO_MAX = 100
const UNDO_MS = 30_000

export interface FlowActions {
  run(flow: RunnableFlow): Promise<void>
  setDisabled(flows: readonly FlowRef[], isDisabled: boolean): Promise<void>
  remove(flows: readonly FlowRef[]): Promise<boolean>
  export(flows: readonly FlowRef[]): Promise<void>
  exportAll(): Promise<void>
  import(files: FileList): Promise<void>
}

export interface RunnableFlow extends FlowRef {
  readonly inputs?: readonly Readonly<Record<string, unknown>>[]
}

export function useFlowActions(): FlowActions {
  const client = useQueryClient()
  const go = useGo()
  const openRun = useOpenRun()
  return useMemo(() => actionsWith({ client, go, openRun }), [client, go, openRun])
}

interface Means {
  readonly client: QueryClient
  readonly go: ReturnType<typeof useGo>
  readonly openRun: ReturnType<typeof useOpenRun>
}

function actionsWith({ client, go, openRun }: Means): FlowActions {
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['flows'] })
  const setDisabled = async (flows: readonly FlowRef[], isDisabled: boolean): Promise<void> => {
    await attempt(async () => {
      const body = flows.map(refOf)
      const { count } = await (isDisabled ? api.flows.disableByIds({ body }) : api.flows.enableByIds({ body }))
      await refresh()
      const undo = { title: t('undo'), run: () => void setDisabled(flows, !isDisabled) }
      showToast({
        kind: 'success',
        text: t(isDisabled ? 'isDisabled' : 'isEnabled', { count }),
        action: undo,
        lastsMs: UNDO_MS,
      })
    })
  }
  const restore = async (sources: readonly string[]): Promise<void> => {
    await attempt(async () => {
      for (const body of sources) await api.flows.create({ body })
      await refresh()
      showToast({ kind: 'success', text: t('isRestored', { count: sources.length }) })
    })
  }
  const remove = async (flows: readonly FlowRef[]): Promise<boolean> =>
    await attempt(async () => {
      const sources = flows.length > UNDO_MAX ? [] : await Promise.all(flows.map(sourceOf))
      const { count } = await api.flows.deleteByIds({ body: flows.map(refOf) })
      await refreshWithout(client, flows)
      const undo = { title: t('undo'), run: () => void restore(sources) }
      showToast({
        kind: 'success',
        text: t('isDeleted', { count }),
        lastsMs: UNDO_MS,
        ...(sources.length > 0 && { action: undo }),
      })
    })
  return {
    run: async flow => {
      if (asksFor(flow)) return openRun({ namespace: flow.namespace, id: flow.id })
      await attempt(async () => {
        const execution = await api.executions.create({ params: refOf(flow), body: new FormData() })
        await client.invalidateQueries({ queryKey: ['executions'] })
        go(paths.execution({ namespace: flow.namespace, flowId: flow.id, id: execution.id }))
      })
    },
    setDisabled,
    remove,
    export: async flows => {
      await attempt(async () => saveFile('flows.zip', await api.flows.exportByIds({ body: flows.map(refOf) })))
    },
    exportAll: async () => {
      await attempt(async () => saveFile('flows.zip', await api.flows.exportByQuery()))
    },
    import: async files => {
      await attempt(async () => {
        const refused: string[] = []
        for (const file of files) refused.push(...(await importFile(file)))
        await refresh()
        showToast(
          refused.length === 0
            ? { kind: 'success', text: t('isImported') }
            : { kind: 'error', text: t('notImported'), detail: refused.join(', ') },
        )
      })
    },
  }
}

/** What is gone is asked for no more, though its page may be there until the next one has come. */
async function refreshWithout(client: QueryClient, gone: readonly FlowRef[]): Promise<void> {
  const isOfGone = ({ queryKey: [, , namespace, id] }: Query): boolean =>
    gone.some(flow => flow.namespace === namespace && flow.id === id)
  await client.invalidateQueries({ queryKey: ['flows'], predicate: isOfGone, refetchType: 'none' })
  await client.invalidateQueries({ queryKey: ['flows'], predicate: query => !isOfGone(query) })
}

/** A flow with inputs is asked for them; the dialog belongs to the address. */
function asksFor({ inputs = [] }: RunnableFlow): boolean {
  return inputs.length > 0
}

async function importFile(file: File): Promise<readonly string[]> {
  const body = new FormData()
  body.append('fileUpload', file)
  return await api.flows.import({ body })
}

async function sourceOf({ namespace, id }: FlowRef): Promise<string> {
  const { source = '' } = await api.flows.get({ params: { namespace, id }, query: { source: true } })
  return source
}

function refOf({ namespace, id }: FlowRef): { readonly namespace: string; readonly id: string } {
  return { namespace, id }
}

/** Does it, and tells when it fails. */
export async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof TypeError)) throw error
    showToast({ kind: 'error', text: t('actionFailed'), detail: messageOf(error) })
    return false
  }
}
