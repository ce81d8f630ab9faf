// Clients that start executions one after the other and write down what they were told. They go on while the server is down. Most start
// flows that end in one commit, as fast as they are answered, so that commits hold many executions and there is always one under way when the
// server is killed; a few start flows that wait for scripts, timers and children, at a rate that the machine can follow.
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import type { TortureFlow } from './flows.ts'

export interface ClientsOptions {
  readonly flows: readonly TortureFlow[]
  readonly ledger: Ledger
  /** Those that do not wait between two starts. */
  readonly clients: number
  /** Tells the calls of one run of clients from those of another. */
  readonly tokenPrefix?: string
  /** Of a server to ask now; undefined while none is up. */
  port(): number | undefined
  random(): number
  /** The last that the server at this port wrote to its log. */
  wordsOf?(port: number): string
}

interface Answer {
  readonly status: number
  readonly text: string
}

const PATIENT_CLIENTS = 4
const PATIENT_PAUSE_MS = 150
const DOWN_PAUSE_MS = 10
const UNAVAILABLE = 503
const MISTAKE = 500
const OVERLOAD_PAUSE_MS = 50
const ANSWER_TIMEOUT_MS = 30_000
/** This share of the executions that wait for a script is killed. */
const KILL_SHARE = 0.1

export class Clients {
  readonly #options: ClientsOptions
  readonly #agent: Agent
  #isStopped = false
  #tokens = 0

  constructor(options: ClientsOptions) {
    this.#options = options
    this.#agent = new Agent({ keepAlive: true })
  }

  /** Settles when all clients have stopped. */
  async run(): Promise<void> {
    const { flows, clients } = this.#options
    const quick = flows.filter(({ pace }) => pace === 'quick')
    const patient = flows.filter(({ pace }) => pace === 'patient')
    await Promise.all([
      ...Array.from({ length: clients }, () => this.#client(quick, 0)),
      ...Array.from({ length: PATIENT_CLIENTS }, () => this.#client(patient, PATIENT_PAUSE_MS)),
    ])
    this.#agent.destroy()
  }

  stop(): void {
    this.#isStopped = true
  }

  async #client(flows: readonly TortureFlow[], pauseMs: number): Promise<void> {
    while (!this.#isStopped) {
      const port = this.#options.port()
      const flow = flows[Math.floor(this.#options.random() * flows.length)]
      if (port === undefined || flow === undefined) await sleep(DOWN_PAUSE_MS)
      else await sleep(Math.max(pauseMs, await this.#startOne(port, flow)))
    }
  }

  /** Returns how long to wait at least before the next one. */
  async #startOne(port: number, flow: TortureFlow): Promise<number> {
    const { ledger, random } = this.#options
    const token = `${this.#options.tokenPrefix ?? 't'}${this.#tokens++}`
    ledger.begin(token)
    const path = `/api/v1/executions/webhook/torture/${flow.id}/torture`
    const answer = await this.#send({ port, path, method: 'POST', body: JSON.stringify({ token }) })
    if (!answer) {
      ledger.unanswered.add(token)
      return DOWN_PAUSE_MS
    }
    if (answer.status !== 200) {
      ledger.refuse(answer.status)
      if (answer.status === MISTAKE) ledger.mistakes.set(token, `${answer.text} ${this.#options.wordsOf?.(port) ?? ''}`)
      // The server says that it does not know what became of it.
      if (answer.status === UNAVAILABLE) ledger.unanswered.add(token)
      return OVERLOAD_PAUSE_MS
    }
    const { id, state }: { id: string; state: { current: string } } = JSON.parse(answer.text)
    ledger.acknowledge({ id, flowId: flow.id, token, state: state.current })
    if (flow.id === 'script' && random() < KILL_SHARE) await this.#kill(port, id)
    return 0
  }

  async #kill(port: number, id: string): Promise<void> {
    const answer = await this.#send({ port, path: `/api/v1/executions/${id}/kill`, method: 'DELETE', body: '' })
    if (answer?.status !== 200 && answer?.status !== 202) return
    // One that had ended takes a kill for the sake of its children.
    const { state }: { state: { current: string } } = JSON.parse(answer.text)
    if (state.current === 'KILLING' || state.current === 'KILLED') this.#options.ledger.killed.add(id)
  }

  /** Undefined when no whole answer came. */
  #send(call: {
    readonly port: number
    readonly path: string
    readonly method: string
    readonly body: string
  }): Promise<Answer | undefined> {
    return new Promise(resolve => {
      const { port, path, method, body } = call
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const options = { host: '127.0.0.1', port, path, method, headers, agent: this.#agent, timeout: ANSWER_TIMEOUT_MS }
      const sent = request(options, response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', chunk => (text += String(chunk)))
        response.on('end', () => resolve(response.complete ? { status: response.statusCode ?? 0, text } : undefined))
        response.on('error', () => resolve(undefined))
      })
      sent.on('timeout', () => sent.destroy())
      sent.on('error', () => resolve(undefined))
      sent.end(body)
    })
  }
}
