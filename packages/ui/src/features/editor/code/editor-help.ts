// Completion, documentation under the pointer, and the way to a definition. What the language knows is asked of its worker, so nothing here waits for it.
import { type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import type { Extension } from '@codemirror/state'
import { EditorView, hoverTooltip, keymap, type Tooltip } from '@codemirror/view'
import { completionPlace, namesBelow, type CompletionPlace } from '../language/completion-place.ts'
import { choicesOfType } from '../form-fields.ts'
import { askOnce } from '../language/language-client.ts'
import type { KnownTypeName, TypeDescription } from '../language/language-messages.ts'
import { entryAt, nodeAt, parseYamlTree, pathAt } from '../yaml/yaml-tree.ts'
import { completeSoon } from './complete-soon.ts'
import { findDefinition, type Definition } from './find-definition.ts'

export interface HelpSources {
  /** What expressions may name now. */
  names(): unknown
  /** What the server tells of a type, for those that it has. */
  docOf(type: string): Promise<TypeDoc | undefined>
  isInstalled(type: string): boolean
  onDefinition(definition: Definition): void
}

export interface TypeDoc {
  readonly text: string
  /** By property. */
  readonly properties: ReadonlyMap<string, string>
}

const WORD = /^[\w.-]*$/
const TYPES_SHOWN_MAX = 400
const ROOT_KEYS = [
  ...[
    'id',
    'namespace',
    'description',
    'labels',
    'inputs',
    'variables',
    'tasks',
    'errors',
    'finally',
    'afterExecution',
  ],
  ...['triggers', 'outputs', 'concurrency', 'retry', 'sla', 'checks', 'pluginDefaults', 'disabled', 'priority'],
]
const TASK_KEYS = [
  ...['id', 'type', 'description', 'retry', 'timeout', 'runIf', 'disabled', 'allowFailure', 'allowWarning'],
  ...['logLevel', 'logToFile', 'workerGroup', 'taskCache', 'errors', 'finally', 'conditions', 'inputs'],
]
const INPUT_KEYS = [
  'id',
  'type',
  'displayName',
  'description',
  'required',
  'defaults',
  'prefill',
  'dependsOn',
  'values',
  'validator',
  'min',
  'max',
]
const INPUT_TYPES = [
  ...[
    'STRING',
    'INT',
    'FLOAT',
    'BOOLEAN',
    'SELECT',
    'MULTISELECT',
    'DATETIME',
    'DATE',
    'TIME',
    'DURATION',
    'FILE',
    'JSON',
    'YAML',
  ],
  ...['URI', 'SECRET', 'EMAIL', 'ARRAY', 'FORM'],
]
const TRIGGER_KINDS: ReadonlySet<string> = new Set(['trigger', 'polling', 'realtime'])
const TASK_KINDS: ReadonlySet<string> = new Set(['task', 'flowable', 'executable', 'updating'])

export function editorHelp(sources: HelpSources): Extension {
  const define = (view: EditorView, offset: number): boolean => {
    const found = findDefinition(view.state.doc.toString(), offset)
    if (found) sources.onDefinition(found)
    return found !== undefined
  }
  return [
    completeSoon({
      override: [context => complete(context, sources)],
      icons: false,
      // What is asked is known in the page: nothing is saved by waiting.
      activateOnTypingDelay: 0,
    }),
    hoverTooltip((view, offset) => hint(view, offset, sources)),
    keymap.of([{ key: 'F12', run: view => define(view, view.state.selection.main.head) }]),
    EditorView.domEventHandlers({
      mousedown: (event, view) => {
        if (!event.ctrlKey && !event.metaKey) return false
        const offset = view.posAtCoords({ x: event.clientX, y: event.clientY })
        return offset !== null && define(view, offset)
      },
    }),
  ]
}

async function complete(context: CompletionContext, sources: HelpSources): Promise<CompletionResult | null> {
  const place = completionPlace(context.state.doc.toString(), context.pos)
  if (!place) return null
  const isWritten = place.from < context.pos || place.type === 'expression' || place.type === 'type'
  if (!context.explicit && !isWritten) return null
  const options = await optionsOf(place, sources)
  // A value that is written whole needs no list, which would take the Enter behind it.
  const isDone = (text: string): boolean =>
    (place.type === 'value' || place.type === 'type') && options.some(({ label }) => label === text)
  if (options.length === 0 || (!context.explicit && isDone(context.state.sliceDoc(place.from, context.pos))))
    return null
  return { from: place.from, options, validFor: text => WORD.test(text) && !isDone(text) }
}

async function optionsOf(place: CompletionPlace, sources: HelpSources): Promise<Completion[]> {
  switch (place.type) {
    case 'expression':
      return await expressionOptions(place, sources)
    case 'type':
      return place.list === 'inputs' || place.list === 'outputs'
        ? INPUT_TYPES.map(label => ({ label }))
        : typeOptions(await askOnce({ type: 'types' }), place.list, sources)
    case 'key':
      return await keyOptions(place)
    case 'value':
      return await valueOptions(place)
  }
}

async function expressionOptions(
  { path, isFilter }: Extract<CompletionPlace, { type: 'expression' }>,
  { names }: HelpSources,
): Promise<Completion[]> {
  const known = await askOnce({ type: 'expressions' })
  if (isFilter)
    return known
      .filter(({ kind }) => kind === 'filter')
      .map(({ name, parameters }) => ({ label: name, detail: `(${parameters.join(', ')})` }))
  const below = namesBelow(names(), path).map(({ name, detail }): Completion => ({ label: name, detail, boost: 2 }))
  if (path.length > 0) return below
  const functions = known
    .filter(({ kind }) => kind === 'function')
    .map(({ name, parameters }): Completion => ({
      label: name,
      detail: `(${parameters.join(', ')})`,
      apply: `${name}(`,
    }))
  return [...below, ...functions]
}

/** What is installed and short comes first; anything can be found by any part of its name. */
function typeOptions(types: readonly KnownTypeName[], list: string, { isInstalled }: HelpSources): Completion[] {
  const kinds = list === 'triggers' ? TRIGGER_KINDS : TASK_KINDS
  return types
    .filter(({ kind }) => kinds.has(kind))
    .map(({ type, isDeprecated }) => ({
      label: type,
      detail: isInstalled(type) ? '' : '–',
      boost: (isInstalled(type) ? 20 : 0) - (isDeprecated ? 40 : 0) + (type.includes('.core.') ? 5 : 0),
    }))
    .toSorted((one, other) => other.boost - one.boost)
    .slice(0, TYPES_SHOWN_MAX * 10)
}

async function keyOptions({
  owner,
  taskType,
  taken,
}: Extract<CompletionPlace, { type: 'key' }>): Promise<Completion[]> {
  const free = (keys: readonly string[]): Completion[] =>
    keys.filter(key => !taken.includes(key)).map(key => ({ label: key, apply: `${key}: ` }))
  if (owner === '') return free(ROOT_KEYS)
  if (/^inputs\[\d+\]$/.test(owner)) return free(INPUT_KEYS)
  const known = taskType === undefined ? undefined : await askOnce({ type: 'describe', name: taskType })
  if (!known) return /\]$|\.task$/.test(owner) ? free(TASK_KEYS) : []
  const own = known.properties
    .filter(({ name }) => !taken.includes(name))
    .map(({ name, type, isRequired, isDeprecated }): Completion => ({
      label: name,
      detail: isRequired ? `${type} *` : type,
      apply: `${name}: `,
      boost: (isRequired ? 20 : 10) - (isDeprecated ? 30 : 0),
    }))
  return [...own, ...free(TASK_KEYS.filter(key => !known.properties.some(({ name }) => name === key)))]
}

async function valueOptions({ key, taskType }: Extract<CompletionPlace, { type: 'value' }>): Promise<Completion[]> {
  if (taskType === undefined) return []
  const known = await askOnce({ type: 'describe', name: taskType })
  const type = known?.properties.find(({ name }) => name === key)?.type ?? ''
  if (type === 'boolean') return [{ label: 'true' }, { label: 'false' }]
  return choicesOfType(type).map(label => ({ label }))
}

async function hint(view: EditorView, offset: number, sources: HelpSources): Promise<Tooltip | null> {
  const text = view.state.doc.toString()
  const root = parseYamlTree(text)
  const path = pathAt(root, offset)
  const owner = path.replace(/\.?[^.[\]]+$/, '')
  const map = nodeAt(root, owner)
  const key = /[^.[\]]+$/.exec(path)?.[0]
  const entry = key === undefined ? undefined : entryAt(map, key)
  const type = entryAt(map, 'type')?.value
  if (!entry || type?.type !== 'scalar') return null
  const [description, doc] = await Promise.all([
    askOnce({ type: 'describe', name: String(type.value) }),
    sources.docOf(String(type.value)),
  ])
  if (!description) return null
  const content = key === 'type' ? ofType(description, doc) : ofProperty(description, doc, entry.key)
  return content === undefined
    ? null
    : { pos: entry.from, end: entry.keyTo, above: true, create: () => ({ dom: content }) }
}

function ofType(description: TypeDescription, doc: TypeDoc | undefined): HTMLElement {
  const outputs = description.outputs.map(({ name, type }) => `${name}: ${type}`).join('\n')
  return box(description.type, doc?.text ?? '', outputs === '' ? '' : `outputs\n${outputs}`)
}

function ofProperty(description: TypeDescription, doc: TypeDoc | undefined, key: string): HTMLElement | undefined {
  const known = description.properties.find(({ name }) => name === key)
  const text = doc?.properties.get(key)
  if (!known && text === undefined) return undefined
  return box(known?.isRequired === true ? `${key} *` : key, text ?? '', known?.type ?? '')
}

function box(title: string, text: string, type: string): HTMLElement {
  const dom = document.createElement('div')
  dom.className = 'cm-hint'
  for (const [name, content] of [
    ['cm-hint-title', title],
    ['cm-hint-text', text],
    ['cm-hint-type', type],
  ] as const) {
    if (content === '') continue
    const part = document.createElement('div')
    part.className = name
    part.textContent = content
    dom.append(part)
  }
  return dom
}
