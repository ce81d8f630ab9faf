// How strictly scripts are kept apart, per namespace: what the installation says, and what this machine can do.
import { TaskError } from '@batuta/plugin-sdk'
import type { Isolation, ScriptSettings } from '@batuta/plugin-sdk'
import { probeBubblewrap, type SandboxPlaces } from './bubblewrap.ts'

/** `process`: a process of the server's user. `bubblewrap`: in a sandbox. */
export type Tier = 'process' | 'bubblewrap'

export interface IsolationsOptions {
  readonly settings: Pick<ScriptSettings, 'isolation' | 'isolationByNamespace'>
  readonly places: SandboxPlaces
  readonly workDir: string
  readonly onNotice: (message: string) => void
}

export class Isolations {
  readonly #options: IsolationsOptions
  #hindrance: Promise<string | undefined> | undefined

  constructor(options: IsolationsOptions) {
    this.#options = options
  }

  /** @throws {TaskError} where a sandbox is demanded and cannot be made. */
  async get(namespace: string): Promise<Tier> {
    const tier = await this.find(namespace)
    if (tier !== undefined) return tier
    throw new TaskError(
      `scripts of the namespace "${namespace}" must run in a sandbox, and none can be made here: ${await this.#probe()}; ` +
        'install bubblewrap, or set `script.isolation` to auto',
    )
  }

  /** Undefined where a sandbox is demanded and cannot be made. */
  async find(namespace: string): Promise<Tier | undefined> {
    const wanted = this.#wantedFor(namespace)
    if (wanted === 'process') return 'process'
    const hindrance = await this.#probe()
    if (hindrance === undefined) return 'bubblewrap'
    return wanted === 'auto' ? 'process' : undefined
  }

  #wantedFor(namespace: string): Isolation {
    const { isolation, isolationByNamespace } = this.#options.settings
    const parts = namespace.split('.')
    for (let length = parts.length; length > 0; length--) {
      const name = parts.slice(0, length).join('.')
      const own = Object.hasOwn(isolationByNamespace, name) ? isolationByNamespace[name] : undefined
      if (own !== undefined) return own
    }
    return isolation
  }

  /** Once, when the first script asks. That it is not installed is no news; that it does not work is. */
  #probe(): Promise<string | undefined> {
    const { places, workDir, onNotice } = this.#options
    this.#hindrance ??= probeBubblewrap(places, workDir).then(hindrance => {
      if (hindrance !== undefined && !hindrance.includes('ENOENT')) onNotice(`no sandbox can be made: ${hindrance}`)
      return hindrance
    })
    return this.#hindrance
  }
}
