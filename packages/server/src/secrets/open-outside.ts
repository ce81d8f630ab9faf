// Managers of secrets that plugins bring run outside of the server: in a process that may read its own module's folder, write nothing and start nothing, and
// whose environment holds what the configuration names. One that dies is started again with the next question.
import { fork, type ChildProcess } from 'node:child_process'
import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toPlain, type Value } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { MANAGER_SCRIPT } from '../platform/places.ts'
import { ManagerError } from './managers/manager-error.ts'

export interface OutsideManager {
  readonly type: string
  /** A file URL. */
  readonly url: string
  readonly properties: Value
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Names of variables that it is given, `*` at the end for any ending. */
  readonly given: readonly string[]
  /** Files and folders that it may read beside its module's. */
  readonly readable: readonly string[]
}

/** Without them programs do not work, or do not reach the network as others here do. */
const COMMON = ['PATH', 'HOME', 'LANG', 'LC_*', 'TZ', 'NODE_EXTRA_CA_CERTS', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']

export async function openOutside(manager: OutsideManager): Promise<SecretStore> {
  let channel: Channel | undefined
  const start = async (): Promise<Channel> => {
    const fresh = new Channel(manager)
    const { url, type, properties } = manager
    try {
      await fresh.ask({ open: { url, type, properties: toPlain(properties) } })
      return fresh
    } catch (error) {
      fresh.end()
      throw error
    }
  }
  channel = await start()
  return {
    find: async (namespace, key) => {
      if (channel?.isOver !== false) channel = await start()
      return await channel.ask({ find: { namespace, key } })
    },
    close: () => {
      channel?.end()
      return Promise.resolve()
    },
  }
}

interface Waiting {
  resolve(secret: string | undefined): void
  reject(error: Error): void
}

class Channel {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #count = 0
  isOver = false

  constructor({ type, url, environment, given, readable }: OutsideManager) {
    const files = [MANAGER_SCRIPT, `${folderOf(url)}${sep}`, ...readable]
    const names = [...COMMON, ...given]
    const fits = (name: string): boolean =>
      names.some(wanted => (wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted))
    this.#child = fork(MANAGER_SCRIPT, [], {
      env: Object.fromEntries(Object.entries(environment).filter(([name]) => fits(name))),
      execArgv: [
        '--permission',
        ...files.map(file => `--allow-fs-read=${file}`),
        '--disable-warning=ExperimentalWarning',
      ],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child.unref()
    this.#child.channel?.unref()
    this.#child.on('message', message => this.#take(message))
    this.#child.once('error', error => this.#fail(error.message))
    this.#child.once('exit', code => this.#fail(`its process ended with ${code ?? 'a signal'}`))
    this.type = type
  }

  readonly type: string

  async ask(question: object): Promise<string | undefined> {
    const id = ++this.#count
    const channel = this.#child.channel
    channel?.ref()
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject })
        this.#child.send({ id, ...question }, error => {
          if (error) this.#fail(error.message)
        })
      })
    } finally {
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) channel?.unref()
    }
  }

  end(): void {
    this.isOver = true
    if (this.#child.connected) this.#child.disconnect()
    this.#child.kill('SIGKILL')
  }

  #take(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('id' in message)) return
    const waiting = this.#waiting.get(Number(message.id))
    if ('error' in message)
      waiting?.reject(
        new ManagerError('failed', `The manager of secrets "${this.type}" failed: ${String(message.error)}.`),
      )
    else waiting?.resolve('secret' in message && typeof message.secret === 'string' ? message.secret : undefined)
  }

  #fail(reason: string): void {
    this.isOver = true
    for (const { reject } of this.#waiting.values())
      reject(new ManagerError('failed', `The manager of secrets "${this.type}" is gone: ${reason}.`))
  }
}

/** The folder of the module, or the whole of the packages that it stands among. */
function folderOf(url: string): string {
  const folder = dirname(fileURLToPath(url))
  const packages = folder.lastIndexOf(`${sep}node_modules${sep}`)
  return packages < 0 ? folder : folder.slice(0, packages + `${sep}node_modules`.length)
}
