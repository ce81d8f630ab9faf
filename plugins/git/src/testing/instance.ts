// What a server answers about its flows, files and boards, over maps that a test looks at.
import type { TestContext } from 'node:test'
import { createTestRunContext, isList, isMap, mapGet, printValue, TaskError } from '@batuta/plugin-sdk'
import type { TestOptions, TestRun, Value, ValueMap } from '@batuta/plugin-sdk'

export interface Instance {
  /** Sources by `namespace.id`. */
  readonly flows: Map<string, string>
  /** Contents by `namespace:path`. */
  readonly files: Map<string, string>
  readonly boards: Map<string, string>
  readonly run: TestRun
}

export const flowText = (namespace: string, id: string, message = 'hello'): string =>
  `id: ${id}\nnamespace: ${namespace}\n\ntasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: ${message}\n`

export async function openInstance(t: TestContext, options: TestOptions = {}): Promise<Instance> {
  const [flows, files, boards] = [new Map<string, string>(), new Map<string, string>(), new Map<string, string>()]
  const answers: Readonly<Record<string, (args: ValueMap) => Value | Promise<Value>>> = {
    'flows.list': args => {
      const [namespace, hasChildren] = [mapGet(args, 'namespace'), mapGet(args, 'includeChildNamespaces') === true]
      return [...flows].flatMap(([key, source]) => {
        const [of, id] = splitKey(key)
        const isWanted =
          namespace === null || of === namespace || (hasChildren && of.startsWith(`${String(namespace)}.`))
        return isWanted ? [{ namespace: of, id, revision: 1, source }] : []
      })
    },
    'flows.save': args => {
      const source = textOf(args, 'source')
      const [id, namespace] = ['id', 'namespace'].map(
        name => new RegExp(`^${name}: (.+)$`, 'm').exec(source)?.[1] ?? '',
      )
      if (id === '' || source.includes('INVALID')) throw new TaskError('The flow is not valid: no id')
      const before = flows.get(`${namespace}.${id}`)
      const state = before === undefined ? 'ADDED' : before === source ? 'UNCHANGED' : 'UPDATED'
      if (mapGet(args, 'isDryRun') !== true) flows.set(`${namespace}.${id}`, source)
      return { namespace: namespace ?? '', id: id ?? '', state, revision: before === undefined ? 1 : 2 }
    },
    'flows.delete': args => flows.delete(`${textOf(args, 'namespace')}.${textOf(args, 'flowId')}`),
    'dashboards.list': () => [...boards].map(([id, source]) => ({ id, source })),
    'dashboards.save': args => {
      const source = textOf(args, 'source')
      const id = /^id: (.+)$/m.exec(source)?.[1] ?? ''
      const state = boards.get(id) === source ? 'UNCHANGED' : boards.has(id) ? 'UPDATED' : 'ADDED'
      if (mapGet(args, 'isDryRun') !== true) boards.set(id, source)
      return { id, state }
    },
    'dashboards.delete': args => boards.delete(textOf(args, 'id')),
    namespaceFiles: async args => {
      const found: Record<string, Value> = {}
      for (const [key, content] of files) {
        const [namespace = '', path = ''] = key.split(':')
        if (namespace === textOf(args, 'namespace')) found[path] = await run.ctx.files.put(content)
      }
      return found
    },
    'namespaceFiles.put': async args => {
      files.set(
        `${textOf(args, 'namespace')}:${textOf(args, 'path')}`,
        await run.ctx.files.readText(textOf(args, 'uri')),
      )
      return textOf(args, 'uri')
    },
    'namespaceFiles.delete': args => {
      const paths = mapGet(args, 'paths') ?? null
      for (const path of isList(paths) ? paths : []) files.delete(`${textOf(args, 'namespace')}:${printValue(path)}`)
      return 1
    },
  }
  const run = await createTestRunContext({
    ...options,
    answer: (name, args) => {
      const find = answers[name]
      if (!find) throw new TaskError(`nobody answers "${name}"`)
      return find(args)
    },
  })
  t.after(() => run.close())
  return { flows, files, boards, run }
}

/** The rows of a stored diff. */
export async function rowsAt(run: TestRun, uri: unknown): Promise<readonly Record<string, unknown>[]> {
  const text = await run.ctx.files.readText(String(uri))
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}

function splitKey(key: string): readonly [string, string] {
  const at = key.lastIndexOf('.')
  return [key.slice(0, at), key.slice(at + 1)]
}

function textOf(args: ValueMap, name: string): string {
  return isMap(args) ? printValue(mapGet(args, name) ?? '') : ''
}
