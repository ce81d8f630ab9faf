// Managers of secrets elsewhere, as the configuration names them: a folder of files (what Docker and Kubernetes mount), variables of the environment, or
// the module of a plugin that was made with `defineSecretStore`. What a plugin brings runs in
// a process of its own. A manager is opened when the first secret is asked for, and every question to it has an end.
import { readFile } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BatutaError, isList, isMap, mapGet, printValue, type Value, type ValueMap } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { isAtOrAbove } from '../namespaces/ancestors.ts'
import { BUILT_IN, withCache } from './managers/built-in.ts'
import { ManagerError } from './managers/manager-error.ts'
import { ManagerOptions, type ManagerWorld } from './managers/options.ts'
import { openOutside, type OutsideManager } from './open-outside.ts'
import type { NamedManager } from './secret-sources.ts'

export type ManagersPlace = ManagerWorld

export interface Manager extends NamedManager {
  /** Its type, unless another one is given. */
  readonly id: string
  readonly isReadOnly: boolean
}

/** @throws {BatutaError} `config-invalid` with the place of what is no manager. */
export function readManagers(value: Value | undefined, place: ManagersPlace): readonly Manager[] {
  if (value === undefined || value === null) return []
  if (!isList(value)) throw wrong('secrets.managers', 'it must be a list of {type, …}')
  return value.map((item, index) => {
    const at = `secrets.managers[${index}]`
    if (typeof item !== 'object' || item === null || isList(item) || !isMap(item)) throw wrong(at, 'it must be a map')
    const options = new ManagerOptions(at, item, place)
    const store = managerOf(at, item, place)
    const namespaces = options.list('namespaces')
    const limited = namespaces.length === 0 ? store : within(store, namespaces)
    const allowedTasks = options.list('allow-tasks')
    return {
      ...limited,
      ...(allowedTasks.length > 0 && { allowedTasks }),
      id: options.text('id') ?? options.required('type'),
      isReadOnly: options.flag('read-only'),
    }
  })
}

function managerOf(at: string, item: ValueMap, place: ManagersPlace): SecretStore {
  const { environment, folder } = place
  const text = (name: string): string => {
    const value = mapGet(item, name)
    if (value === undefined || value === null || printValue(value) === '') throw wrong(`${at}.${name}`, 'it is missing')
    return printValue(value)
  }
  const type = text('type')
  if (type === 'directory') return directoryOf(resolve(folder, text('path')))
  if (type === 'environment') return environmentOf(text('prefix'), environment)
  const builtIn = BUILT_IN.get(type)
  const options = new ManagerOptions(at, item, place)
  if (builtIn)
    return withCache(
      openOnce(async () => await builtIn(options)),
      options,
    )
  const module = text('module')
  const isPath = /^[./]/.test(module) || isAbsolute(module)
  return withCache(
    openOnce(
      async () =>
        await openPlugin({
          type,
          url: isPath ? pathToFileURL(resolve(folder, module)).href : import.meta.resolve(module),
          properties: mapGet(item, 'properties') ?? {},
          environment,
          given: options.list('environment'),
          readable: options.list('readable').map(path => resolve(folder, path)),
        }),
    ),
    options,
  )
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/

/** `<path>/<namespace>/<KEY>` for a namespace, `<path>/<KEY>` for all; one line break at the end is not part of a secret. */
function directoryOf(path: string): SecretStore {
  const read = async (...parts: readonly string[]): Promise<string | undefined> => {
    if (!parts.every(part => NAME.test(part))) return undefined
    try {
      return (await readFile(join(path, ...parts), 'utf8')).replace(/\r?\n$/, '')
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw new BatutaError('secret-not-found', `The file of the secret "${parts.at(-1) ?? ''}" cannot be read.`, {
        cause: error,
      })
    }
  }
  return {
    find: async (namespace, key) => {
      for (const name of new Set([key, key.toUpperCase(), key.toLowerCase()])) {
        const secret = await read(namespace, name)
        if (secret !== undefined) return secret
      }
      // Those for all come last: a namespace has no dot above it.
      if (namespace.includes('.')) return undefined
      for (const name of new Set([key, key.toUpperCase(), key.toLowerCase()])) {
        const secret = await read(name)
        if (secret !== undefined) return secret
      }
      return undefined
    },
  }
}

const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ABSENT.has(error.code)
}

/** Plain text, as other programs keep it; read when it is asked for. */
function environmentOf(prefix: string, environment: ManagersPlace['environment']): SecretStore {
  return {
    find: (_namespace, key) =>
      Promise.resolve(environment[`${prefix}${key}`] ?? environment[`${prefix}${key.toUpperCase()}`]),
  }
}

/** For these namespaces, and those below them. */
function within(store: SecretStore, namespaces: readonly string[]): SecretStore {
  return {
    ...store,
    find: async (namespace, key) =>
      namespaces.some(above => isAtOrAbove(above, namespace)) ? await store.find(namespace, key) : undefined,
  }
}

/** What could not be opened is tried again with the next question. */
function openOnce(open: () => Promise<SecretStore>): SecretStore {
  let opened: Promise<SecretStore> | undefined
  return {
    find: async (namespace, key) => {
      opened ??= open()
      const opening = opened
      const store = await opening.catch((error: unknown) => {
        if (opened === opening) opened = undefined
        throw error
      })
      return await inTime(store.find(namespace, key), key)
    },
    close: async () => await (await opened)?.close?.(),
  }
}

async function openPlugin(manager: OutsideManager): Promise<SecretStore> {
  try {
    return await openOutside(manager)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause)
    throw new ManagerError(
      'failed',
      `The manager of secrets "${manager.type}" (${manager.url}) cannot be opened: ${reason}.`,
      { cause },
    )
  }
}

const ANSWER_MAX_MS = 10_000

async function inTime<T>(answer: Promise<T>, key: string): Promise<T> {
  const signal = AbortSignal.timeout(ANSWER_MAX_MS)
  const message = `The manager of secrets did not answer within ${ANSWER_MAX_MS} ms for "${key}".`
  const late = new Promise<never>((_done, reject) => {
    signal.addEventListener('abort', () => reject(new ManagerError('slow', message)), { once: true })
  })
  return await Promise.race([answer, late])
}

function wrong(at: string, what: string): BatutaError {
  return new BatutaError('config-invalid', `The option ${at} cannot be used: ${what}.`)
}
