// The server seen from outside: plain HTTP on Kestra's paths, as any client of Kestra would call it.
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from './until.ts'

export interface TaskRun {
  readonly id: string
  readonly taskId: string
  readonly value?: string
  readonly state: StateHistory
  readonly attempts?: readonly { readonly state: StateHistory }[]
  readonly outputs?: Readonly<Record<string, unknown>>
}

export interface StateHistory {
  readonly current: string
  readonly histories: readonly { readonly state: string; readonly date: string }[]
}

export interface Execution {
  readonly id: string
  readonly namespace: string
  readonly flowId: string
  readonly state: StateHistory
  readonly inputs?: Readonly<Record<string, unknown>>
  readonly outputs?: Readonly<Record<string, unknown>>
  readonly taskRunList?: readonly TaskRun[]
}

export interface LogEntry {
  readonly level: string
  readonly message: string
  readonly taskId?: string
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; undefined when it is no JSON. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

export interface Api {
  readonly address: string
  call(
    method: string,
    path: string,
    more?: { readonly body?: string | FormData | Uint8Array<ArrayBuffer>; readonly type?: string },
  ): Promise<Reply>
  /** Saves a flow, whether it is there or not, and expects that to go well. */
  save(source: string): Promise<void>
  start(flow: string, inputs?: Readonly<Record<string, string>>): Promise<Execution>
  find(executionId: string): Promise<Execution>
  whenEnded(executionId: string, limitMs?: number): Promise<Execution>
  run(flow: string, inputs?: Readonly<Record<string, string>>): Promise<Execution>
  kill(executionId: string): Promise<Reply>
  logs(executionId: string): Promise<readonly LogEntry[]>
  file(executionId: string, uri: string): Promise<string>
}

/** What a server that has too much to do refuses it takes a little later, and says when. */
async function patiently(send: () => Promise<Reply>): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    const reply = await send()
    if (reply.status !== 429 || attempt === ATTEMPTS_MAX) return reply
    await sleep(1_000 * Number(reply.headers.get('retry-after') ?? 1))
  }
}

const ATTEMPTS_MAX = 30
const TENANT = '/api/v1/main'
const ENDED: ReadonlySet<string> = new Set(['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED'])

export function isEnded(state: string): boolean {
  return ENDED.has(state)
}

export function apiOf(address: string): Api {
  const call: Api['call'] = async (method, path, { body, type } = {}) => {
    const url = path.startsWith('/health') ? `${address}${path}` : `${address}${TENANT}${path}`
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
    const reply = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
    const text = await reply.text()
    return { status: reply.status, headers: reply.headers, text, json: parsed(text) }
  }
  const good = async (method: string, path: string, more?: Parameters<Api['call']>[2]): Promise<Reply> => {
    const reply = await patiently(() => call(method, path, more))
    if (reply.status >= 300)
      throw new Error(`${method} ${path} was answered ${reply.status}: ${reply.text.slice(0, 1000)}`)
    return reply
  }
  const find: Api['find'] = async id => document<Execution>(await good('GET', `/executions/${id}`))
  const start: Api['start'] = async (flow, inputs = {}) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(inputs)) form.set(name, value)
    const body = Object.keys(inputs).length === 0 ? {} : { body: form }
    return document<Execution>(await good('POST', `/executions/${pathOf(flow)}`, body))
  }
  const whenEnded: Api['whenEnded'] = async (id, limitMs) => {
    let last: Execution | undefined
    const look = async (): Promise<Execution | undefined> => {
      last = await find(id)
      return isEnded(last.state.current) ? last : undefined
    }
    const seen = (): unknown => last?.taskRunList?.map(run => `${run.taskId} ${run.state.current}`)
    return await until(`the execution ${id} has ended`, look, { seen, ...(limitMs === undefined ? {} : { limitMs }) })
  }
  return {
    address,
    call,
    find,
    start,
    whenEnded,
    save: async source => {
      await good('POST', '/flows/bulk?delete=false', { body: source, type: 'application/x-yaml' })
    },
    run: async (flow, inputs) => await whenEnded((await start(flow, inputs)).id),
    kill: async id => await call('DELETE', `/executions/${id}/kill`),
    logs: async id => document<readonly LogEntry[]>(await good('GET', `/logs/${id}`)),
    file: async (id, uri) => (await good('GET', `/executions/${id}/file?path=${encodeURIComponent(uri)}`)).text,
  }
}

/** `namespace.flow` → `namespace/flow`. */
function pathOf(flow: string): string {
  const dot = flow.lastIndexOf('.')
  return `${flow.slice(0, dot)}/${flow.slice(dot + 1)}`
}

function document<T>({ text }: Reply): T {
  return JSON.parse(text) as T
}

function parsed(text: string): Reply['json'] {
  try {
    return JSON.parse(text) as Reply['json']
  } catch {
    return undefined // The caller sees the text.
  }
}
