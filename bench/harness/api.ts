// The few calls of the API that questions make beside the load.
import type { ServerProcess } from './server-process.ts'

export interface ExecutionDocument {
  readonly id: string
  readonly state: {
    readonly current: string
    readonly histories: readonly { readonly state: string; readonly date: string }[]
  }
  readonly taskRunList?: readonly unknown[]
}

type Place = Pick<ServerProcess, 'address'>

const MESSAGE_CHARS_MAX = 1000

export const WEBHOOK_KEY = 'bench'

/** Undefined when there is no such execution. */
export async function getExecution({ address }: Place, id: string): Promise<ExecutionDocument | undefined> {
  const response = await fetch(`${address}/api/v1/executions/${id}`)
  if (response.status === 404) {
    await response.body?.cancel()
    return undefined
  }
  return await jsonOf(response)
}

/** Starts the flow and waits until it has ended. */
export async function runToEnd(
  { address }: Place,
  { namespace, flowId }: { readonly namespace: string; readonly flowId: string },
): Promise<ExecutionDocument> {
  const url = `${address}/api/v1/executions/${namespace}/${flowId}?wait=true`
  return await jsonOf(await fetch(url, { method: 'POST', body: new FormData() }))
}

/** The number that a search answers with. */
export async function countByApi({ address }: Place, query: Readonly<Record<string, string>>): Promise<number> {
  const search = new URLSearchParams({ ...query, size: '1' })
  const { total }: { total: number } = await jsonOf(await fetch(`${address}/api/v1/executions/search?${search}`))
  return total
}

export function webhookPath(flowId: string): string {
  return `/api/v1/executions/webhook/bench/${flowId}/${WEBHOOK_KEY}`
}

async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text.slice(0, MESSAGE_CHARS_MAX)}`)
  const parsed: T = JSON.parse(text)
  return parsed
}
