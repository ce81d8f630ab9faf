// A real database with a bit of everything: the real engine over a real store, with a worker that settles at once what it is offered. Some
// executions are left open on purpose: they wait for a job, a child, a timer, or are held.
import { factsOf } from '@batuta/plugin-sdk'
import { setTimeout as sleep } from 'node:timers/promises'
import { SHARDS, createCatalogue, encodeValue, newId, parseFlow, trust, type Signal, type Value } from '@batuta/core'
import { Engine } from '../../engine/engine.ts'
import { startFiring } from '../../engine/fire-schedule.ts'
import { Schedules, firstDateOf } from '../../engine/schedules.ts'
import { newTurnEnvironment } from '../../engine/turn-environment.ts'
import { openFlowCatalogue, type FlowCatalogue } from '../../flows/flow-catalogue.ts'
import { homeShardOf } from '../../flows/home.ts'
import { newLimitRules } from '../../flows/limit-rules.ts'
import { saveFlow } from '../../flows/save-flow.ts'
import { newChanges } from '../../inbox/changes.ts'
import type { JobSink } from '../../inbox/jobs.ts'
import { realPlatform, type Platform } from '../../platform/platform.ts'
import type { JobRow } from '../../storage/batch.ts'
import { announcementOf } from '../../storage/contract/subject.ts'
import type { Store } from '../../storage/store.ts'

const JOB = 'io.batuta.test.Job'
const CATALOGUE = createCatalogue([{ type: JOB, kind: 'task' }])
const NODE = 'local'
const TICKS = 5
const MINUTE_MS = 60_000

const FLOWS: Readonly<Record<string, string>> = {
  inline: 'labels: { team: data }\ntasks: [{ id: t, type: core.log.Log, message: hello }]',
  job: `tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`,
  retried: `tasks: [{ id: fail-once, type: ${JOB}, retry: { type: constant, interval: PT0.01S, maxAttempts: 3 } }]`,
  failing: `tasks: [{ id: fail-always, type: ${JOB} }, { id: never, type: ${JOB} }]\nerrors: [{ id: e, type: core.log.Log, message: oh }]`,
  loop: `tasks: [{ id: each, type: core.flow.ForEach, values: [a, b, c], concurrencyLimit: 2, tasks: [{ id: j, type: ${JOB} }] }]`,
  child: `tasks: [{ id: j, type: ${JOB} }]`,
  parent: 'tasks: [{ id: s, type: core.flow.Subflow, namespace: test, flowId: child }]',
  scheduled:
    'triggers: [{ id: every, type: core.trigger.Schedule, cron: "* * * * *", timezone: UTC }]\ntasks: [{ id: t, type: core.debug.Return, format: x }]',
  waiting: `tasks: [{ id: stay, type: ${JOB} }]`,
  patient: `tasks: [{ id: fail-always, type: ${JOB}, retry: { type: constant, interval: PT10H, maxAttempts: 3 } }]`,
  'waiting-child': `tasks: [{ id: stay, type: ${JOB} }]`,
  'waiting-parent': 'tasks: [{ id: s, type: core.flow.Subflow, namespace: test, flowId: waiting-child }]',
  limited: `concurrency: { limit: 1 }\ntasks: [{ id: stay, type: ${JOB} }]`,
  poisoned: `tasks: [{ id: stay, type: ${JOB} }]`,
}
const ENDING = ['inline', 'job', 'retried', 'failing', 'loop', 'parent']
const SETTLE_MAX_MS = 60_000
const LOOK_EVERY_MS = 20

export interface MixedLoad {
  /** By flow: the executions that were started. */
  readonly ids: Readonly<Record<string, readonly string[]>>
}

/** Starts `rounds` of each flow that ends, and one of each that stays. */
export async function runMixedLoad(store: Store, rounds: number): Promise<MixedLoad> {
  const load = await Load.open(store)
  await load.saveFlows()
  const ids: Record<string, string[]> = {}
  const started = async (flowId: string): Promise<string> => {
    const id = await load.start(flowId)
    ;(ids[flowId] ??= []).push(id)
    return id
  }
  for (let round = 0; round < rounds; round++) await Promise.all(ENDING.map(started))
  const killed = await started('waiting')
  for (const flowId of ['waiting', 'patient', 'waiting-parent', 'limited', 'limited', 'poisoned']) await started(flowId)
  await load.fireTicks()
  await load.hold(ids['poisoned']?.[0] ?? '')
  await load.kill(killed)
  await load.settle()
  await load.stop()
  return { ids }
}

class Load {
  readonly #store: Store
  readonly #platform: Platform = realPlatform()
  readonly #flows: FlowCatalogue
  readonly #engine: Engine
  readonly #poisoned = new Set<string>()
  readonly #submitted = new Set<Promise<unknown>>()
  #isStopped = false

  private constructor(store: Store, flows: FlowCatalogue, node: { incarnation: number; flushSeq: number }) {
    this.#store = store
    this.#flows = flows
    const envOf = newTurnEnvironment({
      platform: this.#platform,
      flows,
      zone: 'UTC',
      locale: 'en-US',
      configuredRoots: new Map(),
      startWorld: () => this.#startWorld(),
    })
    this.#engine = new Engine({
      store,
      flows,
      platform: this.#platform,
      node: { id: NODE, node: NODE, ...node },
      jobs: this.#worker(),
      changes: newChanges(),
      envOf: given => {
        if (this.#poisoned.has(given.executionId)) throw new Error('a bug of ours')
        return envOf(given)
      },
      evaluate: async () => {},
      owns: () => true,
      onTimer: ({ executionId, name, atMs }) => void this.#wait(executionId, name, atMs),
      onNotice: () => {},
      onFatal: error => {
        throw error
      },
    })
  }

  static async open(store: Store): Promise<Load> {
    const node = await store.perform('joinNode', { node: NODE, nowMs: Date.now() })
    await store.cluster?.announce(
      { node: NODE, incarnation: node.incarnation },
      announcementOf('engine', 'worker'),
      600_000,
    )
    return new Load(store, await openFlowCatalogue(store), node)
  }

  async saveFlows(): Promise<void> {
    for (const [flowId, body] of Object.entries(FLOWS)) {
      const source = `id: ${flowId}\nnamespace: test\n${body}`
      const { flow, diagnostics } = parseFlow(source, { catalogue: CATALOGUE })
      if (!flow) throw new Error(JSON.stringify(diagnostics))
      await saveFlow(source, flow, {
        store: this.#store,
        flows: this.#flows,
        catalogue: CATALOGUE,
        globalDefaults: [],
        tenant: 'main',
        nowMs: () => this.#platform.nowMs(),
        firstDateOf: (of, id) => firstDateOf(of, id, { nowMs: this.#platform.nowMs(), zone: 'UTC' }),
        onChanged: async () => {},
      })
    }
  }

  async start(flowId: string): Promise<string> {
    const key = { tenant: 'main', namespace: 'test', flowId }
    const executionId = this.#newId(newLimitRules(this.#flows).birthShardOf(key))
    const entry = this.#flows.newest(key)
    const labels = [
      { key: 'system.correlationId', value: executionId },
      ...(entry ? this.#flows.planOf(entry).flow.labels : []),
    ]
    const birth = { tenant: 'main', namespace: 'test', flowId, revision: entry?.revision ?? 1, inputs: {}, labels }
    await this.#submit({ type: 'create', executionId, birth })
    return executionId
  }

  /** The schedule as the server fires it, by a clock that runs ahead. */
  async fireTicks(): Promise<void> {
    let nowMs = this.#platform.nowMs()
    const firings: Promise<void>[] = []
    const schedules: Schedules = new Schedules({
      store: this.#store,
      zone: 'UTC',
      nowMs: () => nowMs,
      owns: () => true,
      findFlow: key => this.#flows.flowOf(key),
      newId: flow => this.#newId(homeShardOf(flow)),
      lookAt: () => {},
      onNotice: () => {},
      fire: firing => {
        const ask = (): Promise<Value> => Promise.reject(new Error('nothing is asked'))
        const options = {
          inbox: this.#engine,
          notes: this.#engine,
          flows: this.#flows,
          world: this.#startWorld(),
          ask,
          onNotice: () => {},
        }
        const fired = startFiring(firing, options)
        firings.push(fired.then(async outcome => void (await schedules.settle(firing.row, outcome))))
      },
    })
    await schedules.load()
    for (let tick = 0; tick < TICKS; tick++) {
      nowMs += MINUTE_MS
      schedules.fireDue(nowMs)
      await Promise.all(firings)
    }
  }

  async hold(executionId: string): Promise<void> {
    this.#poisoned.add(executionId)
    await this.#engine.wake(executionId).catch(() => undefined)
    this.#poisoned.delete(executionId)
  }

  async kill(executionId: string): Promise<void> {
    await this.#submit({ type: 'command', executionId, command: { name: 'kill', isCascading: true } })
  }

  /** Until all that ends has ended. */
  async settle(): Promise<void> {
    const untilMs = Date.now() + SETTLE_MAX_MS
    for (;;) {
      await Promise.all(this.#submitted)
      await this.#engine.drain()
      const query = { tenant: 'main', states: ['CREATED', 'RUNNING', 'KILLING', 'RETRYING'], limit: 1_000 }
      const open = await this.#store.read.listExecutions(query)
      if (open.every(({ flowId }) => !ENDING.includes(flowId)) && open.every(({ state }) => state !== 'KILLING')) return
      if (Date.now() > untilMs) throw new Error(`these do not end: ${JSON.stringify(open.slice(0, 5))}`)
      await sleep(LOOK_EVERY_MS)
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#engine.stop()
  }

  #newId(home?: number): string {
    const random = (): number => this.#platform.random()
    return newId({ nowMs: this.#platform.nowMs(), shard: home ?? Math.floor(random() * SHARDS), random })
  }

  #startWorld() {
    const random = (): number => this.#platform.random()
    return {
      nowMs: this.#platform.nowMs(),
      zone: 'UTC',
      locale: 'en-US',
      random,
      configuredRoots: new Map<string, Value>(),
    }
  }

  async #submit(signal: Signal): Promise<void> {
    const done = this.#engine.submit(signal)
    this.#submitted.add(done)
    await done.finally(() => this.#submitted.delete(done))
  }

  async #wait(executionId: string, name: string, atMs: number): Promise<void> {
    const ms = atMs - Date.now()
    if (ms > SETTLE_MAX_MS) return
    await sleep(Math.max(1, ms + 1), undefined, { ref: false })
    if (!this.#isStopped) await this.#submit({ type: 'timer', executionId, name })
  }

  #worker(): JobSink {
    return {
      reserve: () => true,
      release: () => {},
      wake: () => {},
      offer: row => void this.#run(row),
      stop: key => void this.#settleJob(key, 'KILLED'),
    }
  }

  async #run(row: JobRow): Promise<void> {
    const { taskId, attempt } = factsOf(row.payload)
    if (taskId === 'stay') return
    const isFailing = taskId === 'fail-always' || (taskId === 'fail-once' && attempt === 0)
    await this.#settleJob(row, isFailing ? 'FAILED' : 'SUCCESS')
  }

  async #settleJob(
    { executionId, run, epoch }: Pick<JobRow, 'executionId' | 'run' | 'epoch'>,
    state: 'SUCCESS' | 'FAILED' | 'KILLED',
  ): Promise<void> {
    const nowMs = this.#platform.nowMs()
    const outputs = { value: encodeValue(trust<Value>(run)) }
    await this.#submit({ type: 'settled', executionId, run, epoch, state, outputs, startedMs: nowMs, endedMs: nowMs })
  }
}
