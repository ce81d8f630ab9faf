// What is installed, as of now: the plugins of the program, and beside them those that somebody installed, in any number of versions. A type that
// comes with the program stays that of the program; of several versions of another the newest counts, unless a task says `version`.
import { mkdirSync, watch, type FSWatcher } from 'node:fs'
import { createCatalogue, type Catalogue } from '@batuta/core'
import { readInstalled, type InstalledPlugin } from './installed.ts'
import { readManifests, sourceKinds, type Manifests } from './manifests.ts'

export interface PluginShelf {
  /** Always as of now. */
  readonly manifests: Manifests & { readonly kinds: ReturnType<typeof sourceKinds> }
  readonly catalogue: Catalogue
  /** Looks again whenever something is installed or taken away. */
  watch(onChange: () => void): void
  stop(): void
}

/** A package manager writes many files, and the lock last. */
const SETTLE_MS = 50

/** @param own those of the program. @param folder those that somebody installed. */
export function openPluginShelf(own: string, folder: string, onNotice: (message: string) => void): PluginShelf {
  const shelf = new Shelf(readManifests(own), { installedDir: folder, onNotice })
  shelf.look()
  return shelf
}

interface Now {
  readonly manifests: Manifests
  readonly kinds: ReturnType<typeof sourceKinds>
  readonly catalogue: Catalogue
  readonly names: string
}

interface ShelfOptions {
  readonly installedDir: string
  onNotice(message: string): void
}

class Shelf implements PluginShelf {
  readonly #builtIn: Manifests
  readonly #options: ShelfOptions
  #now: Now
  #watcher: FSWatcher | undefined
  #settling: NodeJS.Timeout | undefined
  readonly manifests: PluginShelf['manifests']
  readonly catalogue: Catalogue

  constructor(builtIn: Manifests, options: ShelfOptions) {
    this.#builtIn = builtIn
    this.#options = options
    this.#now = nowOf(builtIn, '')
    const current = (): Now => this.#now
    this.manifests = {
      get plugins() {
        return current().manifests.plugins
      },
      get types() {
        return current().manifests.types
      },
      get modules() {
        return current().manifests.modules
      },
      get kinds() {
        return current().kinds
      },
    }
    this.catalogue = {
      resolve: name => current().catalogue.resolve(name),
      suggest: name => current().catalogue.suggest(name),
      names: () => current().catalogue.names(),
    }
  }

  look(): void {
    const installed = readInstalled(this.#options.installedDir, this.#options.onNotice)
    const names = installed.map(({ key, integrity }) => `${key} ${integrity}`).join('\n')
    if (names === this.#now.names) return
    this.#now = nowOf(withInstalled(this.#builtIn, installed, this.#options.onNotice), names)
  }

  watch(onChange: () => void): void {
    const { installedDir, onNotice } = this.#options
    try {
      mkdirSync(installedDir, { recursive: true })
      this.#watcher = watch(installedDir, { persistent: false }, () => this.#lookSoon(onChange))
      this.#watcher.on('error', error => onNotice(`the folder of plugins is not watched any more: ${error.message}`))
    } catch (error) {
      onNotice(`plugins are read at the start only, "${installedDir}" cannot be watched: ${String(error)}`)
    }
  }

  stop(): void {
    clearTimeout(this.#settling)
    this.#watcher?.close()
  }

  #lookSoon(onChange: () => void): void {
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => {
      const before = this.#now.names.split('\n')
      this.look()
      const after = this.#now.names.split('\n')
      const keys = (from: readonly string[], other: readonly string[]): string =>
        from.flatMap(line => (line === '' || other.includes(line) ? [] : (line.split(' ')[0] ?? ''))).join(', ')
      const [come, gone] = [keys(after, before), keys(before, after)]
      if (come === '' && gone === '') return
      if (come !== '') this.#options.onNotice(`plugins are here now: ${come}`)
      if (gone !== '') this.#options.onNotice(`plugins are not here any more: ${gone}`)
      onChange()
    }, SETTLE_MS)
  }
}

function nowOf(manifests: Manifests, names: string): Now {
  return { manifests, kinds: sourceKinds(manifests), catalogue: createCatalogue(manifests.types), names }
}

function withInstalled(
  builtIn: Manifests,
  installed: readonly InstalledPlugin[],
  onNotice: (message: string) => void,
): Manifests {
  const modules: Record<string, string> = { ...builtIn.modules }
  const taken = new Set(Object.keys(builtIn.modules))
  const types = new Map<string, Manifests['types'][number]>()
  // The newest last, so that it wins.
  const brought = installed.flatMap(plugin => plugin.manifest.tasks.map(type => ({ ...plugin, type })))
  for (const { key, manifest, module, type } of brought) {
    const names = [type.type, ...(type.aliases ?? [])]
    for (const name of names) modules[`${name}@${manifest.version}`] = module
    for (const name of names) if (!taken.has(name)) modules[name] = module
    if (!names.some(name => taken.has(name))) types.set(type.type, type)
    else onNotice(ownInstead(key, type.type, manifest.version))
  }
  const plugins = [...builtIn.plugins, ...installed.map(({ manifest }) => manifest)]
  return { plugins, types: [...builtIn.types, ...types.values()], modules }
}

function ownInstead(key: string, type: string, version: string): string {
  return `${key} brings ${type}, which the program has itself: it runs where a task says version: ${version}`
}
