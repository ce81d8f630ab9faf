// The host: takes jobs from the pipe, runs them side by side, says how they ended. It knows nothing of executions; it only promises
// that every job it was given is settled once, and that nothing it started outlives it.
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeValue, encodeValue } from '@batuta/core'
import type { Value } from '@batuta/core'
import {
  keyText,
  messageOf,
  openLocalFileStore,
  processEnvironment,
  ProcessKeeper,
  SCRIPT_SETTINGS,
  TaskStopped,
} from '@batuta/plugin-sdk'
import type { FromHost, HostInit, HostJob, JobKey, Outcome, ToHost } from '@batuta/plugin-sdk'
import { Definitions } from './definitions.ts'
import { LogShipper } from './log-shipper.ts'
import { runJob } from './run-job.ts'
import type { AskedOfServer, HostRoom } from './run-job.ts'
import { ScriptRunner } from './scripts/script-runner.ts'

export interface HostOptions {
  readonly send: (message: FromHost) => void
  readonly now: () => number
  /** The server has not been heard of for too long. */
  onSilence?(): void
  /** Called once, when a drain is done. */
  readonly onDrained: () => void
}

/** Tasks that do not end when they are stopped are left behind. */
const ENDS_MAX_MS = 2_000

interface Question {
  readonly resolve: (value: Value) => void
  readonly reject: (error: Error) => void
}

export class Host {
  readonly #options: HostOptions
  readonly #shipper: LogShipper
  readonly #running = new Map<string, AbortController>()
  readonly #ends = new Set<Promise<void>>()
  readonly #questions = new Map<number, Question>()
  #lastQuestion = 0
  #isDraining = false
  #room: HostRoom | undefined
  #keeper: ProcessKeeper | undefined
  #watchdog: NodeJS.Timeout | undefined
  #scripts: ScriptRunner | undefined

  constructor(options: HostOptions) {
    this.#options = options
    this.#shipper = new LogShipper(options.send)
  }

  async take(message: ToHost): Promise<void> {
    switch (message.type) {
      case 'init':
        return this.#init(message)
      case 'run':
        return this.#keepEnd(this.#run(message.job))
      case 'kill':
        return this.#kill(message.key, message.reason)
      case 'answer':
        return this.#answer(message)
      case 'taken':
        return this.#shipper.taken(message.batch)
      case 'modules':
        return this.#room?.definitions.replace(message.modules)
      case 'beat':
        return this.#beat(message.validMs)
      case 'drain':
        this.#isDraining = true
        return this.#endIfDrained()
    }
  }

  /** A frozen server cannot stop what runs before another node begins it again: its host does when the beats stay away. */
  #beat(validMs: number): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.#options.onSilence?.(), validMs)
    this.#watchdog.unref()
  }

  /** Kills all that runs. For the end of the pipe: nobody is left to hear outcomes. */
  async close(): Promise<void> {
    for (const stop of this.#running.values()) stop.abort(new TaskStopped('stale', 'the worker is gone'))
    // In this order: a kept interpreter ends what its scripts have started when we are killed before we are through.
    await this.#keeper?.close()
    await this.#scripts?.close()
    // What a task has started elsewhere, a container for instance, it ends itself.
    await settledWithin(this.#ends, ENDS_MAX_MS)
  }

  async #init(init: HostInit): Promise<void> {
    const keeper = new ProcessKeeper({
      name: `batuta-${createHash('sha256').update(init.workDir).digest('hex').slice(0, 16)}`,
      environment: processEnvironment(process.env, init.environmentAllowed),
      killGraceMs: init.limits.killGraceMs,
      openFilesMax: init.limits.openFilesMax,
      processesMax: init.limits.processesMax,
    })
    this.#keeper = keeper
    const reaped = await keeper.reap()
    await emptyFolder(init.workDir)
    if (reaped > 0) this.#notice(`killed ${reaped} processes that an earlier host had left`)
    const scripts = new ScriptRunner({
      keeper,
      init,
      settings: init.scripts ?? SCRIPT_SETTINGS,
      onNotice: message => this.#notice(message),
    })
    this.#scripts = scripts
    this.#room = {
      init,
      scripts,
      store: openLocalFileStore(init.filesDir),
      definitions: new Definitions(init.modules, [scripts.definition]),
      shipper: this.#shipper,
      now: this.#options.now,
      ask: (job, signal, request) => this.#ask(job, signal, request),
    }
    this.#options.send({ type: 'ready' })
  }

  async #keepEnd(end: Promise<void>): Promise<void> {
    this.#ends.add(end)
    try {
      await end
    } finally {
      this.#ends.delete(end)
    }
  }

  async #run(job: HostJob): Promise<void> {
    const name = keyText(job.key)
    if (this.#running.has(name)) return
    const stop = new AbortController()
    this.#running.set(name, stop)
    const outcome = await this.#outcomeOf(job, stop)
    this.#running.delete(name)
    this.#options.send({ type: 'settled', key: job.key, outcome })
    this.#endIfDrained()
  }

  async #outcomeOf(job: HostJob, stop: AbortController): Promise<Outcome> {
    const startedMs = this.#options.now()
    try {
      if (this.#room === undefined) throw new Error('the host was given a job before its settings')
      return await runJob(job, this.#room, stop)
    } catch (error) {
      const endedMs = this.#options.now()
      return { state: 'FAILED', metrics: [], message: messageOf(error), startedMs, endedMs }
    }
  }

  #kill(key: JobKey, reason: 'kill' | 'stale'): void {
    const text = reason === 'kill' ? 'the task was killed' : 'the task was given to another worker'
    this.#running.get(keyText(key))?.abort(new TaskStopped(reason, text))
  }

  async #ask(job: HostJob, signal: AbortSignal, { name, args }: AskedOfServer): Promise<Value> {
    signal.throwIfAborted()
    const id = ++this.#lastQuestion
    const answer = new Promise<Value>((resolve, reject) => {
      this.#questions.set(id, { resolve, reject })
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    this.#options.send({ type: 'ask', id, key: job.key, request: { name, args: encodeValue(args) } })
    try {
      return await answer
    } finally {
      this.#questions.delete(id)
    }
  }

  #answer({ id, value, error }: Extract<ToHost, { type: 'answer' }>): void {
    const question = this.#questions.get(id)
    if (error !== undefined) question?.reject(new Error(error))
    else question?.resolve(value === undefined ? null : decodeValue(value))
  }

  #endIfDrained(): void {
    if (this.#isDraining && this.#running.size === 0) this.#options.onDrained()
  }

  #notice(message: string): void {
    this.#options.send({ type: 'notice', level: 'WARN', message })
  }
}

async function settledWithin(promises: Iterable<Promise<void>>, mostMs: number): Promise<void> {
  const timer = new AbortController()
  const late = sleep(mostMs, undefined, { signal: timer.signal }).catch(() => undefined)
  await Promise.race([Promise.allSettled(promises), late])
  timer.abort()
}

/** What an earlier host left when it was killed belongs to nobody. */
async function emptyFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true, maxRetries: 3 })
}
