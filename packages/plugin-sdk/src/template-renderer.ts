// Renders a task's templates over its variables. A template that asks the world (a secret, a key, a file) is evaluated again with each
// answer; files of internal storage are answered here, everything else by the server.
import { randomInt } from 'node:crypto'
import {
  compileDeep,
  compileTemplate,
  decodeValue,
  Fuel,
  isList,
  isMap,
  mapEntries,
  mapFrom,
  mapGet,
  mapKeys,
  printValue,
  renderAsync,
  scopeWithStored,
  storedAt,
} from '@batuta/core'
import type { CompiledTemplate, Request, Scope, StoredFormat, Value, ValueMap } from '@batuta/core'
import { answerFromFiles } from './files/answer-from-files.ts'
import type { FileStore } from './files/file-store.ts'
import type { Renderer } from './renderer.ts'
import type { Ports } from './run-context.ts'
import type { SecretMask } from './secret-mask.ts'

export interface TemplateRendererOptions {
  readonly dialect: 1 | 2
  /** The roots of the expressions. */
  readonly context: ValueMap
  readonly ports: Ports
  /** As the task may see it. */
  readonly store: FileStore
  /** Takes every secret that an expression reads, before the text that holds it exists. */
  readonly mask: SecretMask
  readonly now: () => number
  readonly signal: AbortSignal
  /** Whether values of the context lie in internal storage; looked for unless said. */
  readonly hasStored?: boolean
  readonly zone?: string
  readonly locale?: string
}

export function createTemplateRenderer(options: TemplateRendererOptions): Renderer {
  const { dialect } = options
  const compile = compileOnce(dialect)
  const ask = (request: Request): Promise<Value> => answer(request, options)
  const scopeFor = (over: ValueMap | undefined): Scope => scopeOver(options, over)
  const stored = new StoredValues(options)
  return {
    renderText: async (text, over) => {
      const template = compile(text)
      const scope = scopeFor(over)
      if (template.isConstant) return template.render(scope)
      return renderAsync(template, await stored.load(scope, template.paths), ask)
    },
    renderDeep: async (value, over) => {
      const deep = compileDeep(value, { dialect })
      return renderAsync(deep, await stored.load(scopeFor(over), deep.paths), ask)
    },
    renderTyped: async (value, over) => {
      const { paths } = compileDeep(value, { dialect })
      const scope = await stored.load(scopeFor(over), paths)
      return renderAsync({ render: inner => renderTypedDeep(value, inner, dialect) }, scope, ask)
    },
  }
}

/** Large values of the context lie in internal storage: each is loaded when a template first reaches it. */
class StoredValues {
  readonly #store: FileStore
  readonly #isAny: boolean
  readonly #loaded = new Map<string, Value>()

  constructor({ store, context, hasStored }: TemplateRendererOptions) {
    this.#store = store
    this.#isAny = hasStored ?? storedAt([[]], root => mapGet(context, root)).size > 0
  }

  async load(scope: Scope, paths: readonly (readonly string[])[]): Promise<Scope> {
    if (!this.#isAny) return scope
    const reached = storedAt(paths, root => scope.lookup(root))
    for (const [uri, { format }] of reached)
      if (!this.#loaded.has(uri)) this.#loaded.set(uri, await readStored(this.#store, uri, format))
    return reached.size === 0 ? scope : scopeWithStored(scope, this.#loaded)
  }
}

async function readStored(store: FileStore, uri: string, format: StoredFormat): Promise<Value> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await store.open(uri)) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return format === 'TEXT' ? text : decodeValue(text)
}

/** As fine as `randomInt` draws. */
const RANDOM_STEPS = 2 ** 47

const COMPILED_MAX = 200

/** A template that is rendered once per row is compiled once. */
function compileOnce(dialect: 1 | 2): (text: string) => CompiledTemplate {
  const compiled = new Map<string, CompiledTemplate>()
  return text => {
    const known = compiled.get(text)
    if (known !== undefined) return known
    const template = compileTemplate(text, { dialect })
    if (compiled.size < COMPILED_MAX) compiled.set(text, template)
    return template
  }
}

function scopeOver(options: TemplateRendererOptions, over: ValueMap = {}): Scope {
  const { context, now, zone = 'UTC', locale = 'en-US' } = options
  return {
    lookup: root => mapGet(over, root) ?? mapGet(context, root),
    names: () => [...mapKeys(over), ...mapKeys(context)],
    nowMs: now(),
    random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
    zone,
    locale,
    fuel: new Fuel(),
  }
}

async function answer(request: Request, { ports, store, mask, signal }: TemplateRendererOptions): Promise<Value> {
  signal.throwIfAborted()
  const local = await answerFromFiles(request, store)
  if (local !== undefined) return local
  const value = await ports.ask(request.name, request.args)
  if (request.name === 'secret') maskAll(value, mask)
  return value
}

/** A secret may come with its metadata, as a map. */
function maskAll(value: Value, mask: SecretMask): void {
  if (typeof value !== 'object' || value === null) mask.add(printValue(value))
  else if (isList(value)) for (const item of value) maskAll(item, mask)
  else if (isMap(value)) for (const [, item] of mapEntries(value)) maskAll(item, mask)
}

function renderTypedDeep(value: Value, scope: Scope, dialect: 1 | 2): Value {
  if (typeof value === 'string') return compileTemplate(value, { dialect }).renderTyped(scope)
  if (isList(value)) return value.map(item => renderTypedDeep(item, scope, dialect))
  if (!isMap(value)) return value
  const render = (key: string): string => compileTemplate(key, { dialect }).render(scope)
  return mapFrom(Array.from(mapEntries(value), ([key, item]) => [render(key), renderTypedDeep(item, scope, dialect)]))
}
