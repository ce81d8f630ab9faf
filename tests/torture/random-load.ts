// Somebody who starts random flows on a server that dies now and then, and does to their executions whatever can be done by the API; and who answers
// whatever waits for a person, until nothing does.
import { setTimeout as sleep } from 'node:timers/promises'
import { REAL_NAMESPACE } from './real-flows.ts'

export interface RandomLoadOptions {
  readonly flowIds: readonly string[]
  /** Of a server that answers, if one does. */
  port(): number | undefined
  random(): number
}

interface Found {
  readonly results: readonly { readonly id: string; readonly state: { readonly current: string } }[]
}

const ACTS = ['kill', 'restart', 'replay', 'pause', 'resume', 'force-run', 'unqueue', 'change-status'] as const
const ANSWER_MAX_MS = 10_000
const PAUSE_MS = 60
const WAITING = ['PAUSED', 'BREAKPOINT', 'QUEUED'] as const

export class RandomLoad {
  readonly #options: RandomLoadOptions
  readonly counts = new Map<string, number>()
  #isStopped = false

  constructor(options: RandomLoadOptions) {
    this.#options = options
  }

  stop(): void {
    this.#isStopped = true
  }

  /** A value that templates ask for. */
  async setKey(): Promise<void> {
    await this.#call('PUT', `/namespaces/${REAL_NAMESPACE}/kv/answer`, '"true"')
  }

  /** Each flow is started, again when nobody answered. */
  async startAll(): Promise<void> {
    for (const id of this.#options.flowIds) {
      for (let tries = 0; tries < 40 && !this.#isStopped; tries++) {
        const status = await this.#call('POST', `/executions/${REAL_NAMESPACE}/${id}`, new FormData())
        this.#count(`start ${status ?? 'without answer'}`)
        if (status !== undefined && status < 500) break
        await sleep(PAUSE_MS * 2)
      }
      await sleep(PAUSE_MS)
    }
  }

  async meddle(): Promise<void> {
    while (!this.#isStopped) {
      await sleep(PAUSE_MS * 3 * this.#options.random())
      const ids = await this.#find('')
      const id = ids[Math.floor(this.#options.random() * ids.length)]
      const act = ACTS[Math.floor(this.#options.random() * ACTS.length)]
      if (id !== undefined && act !== undefined) await this.#act(id, act)
    }
  }

  /** Until nothing is open any more, or the time is over; what waits for somebody is answered. */
  async attend(countOpen: () => Promise<number> | number, timeoutMs: number): Promise<number> {
    const startMs = performance.now()
    for (;;) {
      const open = await countOpen()
      if (open === 0 || performance.now() - startMs > timeoutMs) return open
      for (const state of WAITING)
        for (const id of await this.#find(`&state=${state}`))
          await this.#act(id, state === 'PAUSED' ? 'resume' : state === 'QUEUED' ? 'unqueue' : 'force-run')
      await sleep(500)
    }
  }

  async #act(id: string, act: (typeof ACTS)[number]): Promise<void> {
    const status = this.#options.random() < 0.5 ? 'SUCCESS' : 'FAILED'
    const query = act === 'change-status' ? `?status=${status}` : act === 'unqueue' ? '?state=RUNNING' : ''
    const body = act === 'resume' ? new FormData() : undefined
    const answer = await this.#call(act === 'kill' ? 'DELETE' : 'POST', `/executions/${id}/${act}${query}`, body)
    this.#count(`${act} ${answer ?? 'without answer'}`)
  }

  async #find(filter: string): Promise<readonly string[]> {
    const text = await this.#ask(
      `/executions/search?size=100&sort=state.startDate:desc&namespace=${REAL_NAMESPACE}${filter}`,
    )
    return text === undefined ? [] : (JSON.parse(text) as Found).results.map(({ id }) => id)
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  async #call(method: string, path: string, body?: string | FormData): Promise<number | undefined> {
    return (await this.#fetch(path, { method, ...(body === undefined ? {} : { body }) }))?.status
  }

  async #ask(path: string): Promise<string | undefined> {
    const answer = await this.#fetch(path, {})
    return answer?.status === 200 ? answer.text : undefined
  }

  /** Undefined when no whole answer came. */
  async #fetch(
    path: string,
    init: RequestInit,
  ): Promise<{ readonly status: number; readonly text: string } | undefined> {
    const port = this.#options.port()
    if (port === undefined) return undefined
    try {
      const signal = AbortSignal.timeout(ANSWER_MAX_MS)
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/main${path}`, { ...init, signal })
      return { status: response.status, text: await response.text() }
    } catch {
      return undefined // The server died meanwhile.
    }
  }
}
