// The child process that runs plugin code and scripts: started with the first job, started again when it died. When the server dies the pipe
// closes and the host takes its process trees down with it.
import { fork, type ChildProcess } from 'node:child_process'
import { trust } from '@batuta/core'
import type { FromHost, HostInit, ToHost } from '@batuta/plugin-sdk'
import type { Host, HostEvents } from './worker.ts'

export interface HostScript {
  readonly script: string
  readonly execArgv: readonly string[]
  readonly init: HostInit
  /** Where the code of each type is, if that changes while the host lives. */
  modulesNow?(): HostInit['modules']
}

export type HostProcessOptions = HostScript & HostEvents

const STOP_GRACE_MS = 10_000

export class HostProcess implements Host {
  readonly #options: HostProcessOptions
  readonly #child: ChildProcess
  #isReady = false
  readonly #waiting: ToHost[] = []
  #modules: HostInit['modules']

  constructor(options: HostProcessOptions) {
    this.#options = options
    this.#child = fork(options.script, [], {
      serialization: 'advanced',
      execArgv: [...options.execArgv],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', messages => {
      for (const message of trust<readonly FromHost[]>(messages)) this.#take(message)
    })
    this.#child.on('exit', (code, signal) => options.onExit(signal ? `signal ${signal}` : `code ${code}`))
    this.#child.on('error', error => options.onExit(error.message))
    this.#modules = options.modulesNow?.() ?? options.init.modules
    this.#child.send([{ ...options.init, modules: this.#modules }])
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** What is sent in one turn of the event loop goes together: a message of its own costs more than most tasks. */
  send(message: ToHost): void {
    const isAlone = this.#waiting.length === 0
    if (message.type === 'run') this.#tellModules()
    this.#waiting.push(message)
    if (!this.#isReady || !isAlone) return
    queueMicrotask(() => this.#sendWaiting())
  }

  /** Lets what runs end, up to the grace, then ends the process. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      if (child.connected) child.disconnect()
      // A pipe that is let go of in the middle of a message is never closed by Node: the host would not hear of it.
      child.kill('SIGTERM')
    })
  }

  #take(message: FromHost): void {
    if (message.type !== 'ready') return this.#options.onMessage(message)
    this.#isReady = true
    this.#sendWaiting()
  }

  /** A plugin that came a moment ago runs in the next job. */
  #tellModules(): void {
    const modules = this.#options.modulesNow?.() ?? this.#modules
    if (modules === this.#modules) return
    this.#modules = modules
    this.#waiting.push({ type: 'modules', modules })
  }

  #sendWaiting(): void {
    if (this.#waiting.length > 0 && this.#child.connected) this.#child.send(this.#waiting.splice(0))
  }
}
