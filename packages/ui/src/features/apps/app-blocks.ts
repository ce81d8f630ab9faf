// What an app is made of, for its form: stages, and in each the blocks that stand below one another. Changes are the smallest ones of the text.
import { addTask, moveTask, removeTask, type TextEdit } from '../editor/yaml/edit-yaml.ts'
import { setAt } from '../editor/yaml/set-at.ts'
import { parseYamlTree, plainOf } from '../editor/yaml/yaml-tree.ts'

export const STAGES = ['OPEN', 'RUNNING', 'PAUSE', 'SUCCESS', 'FAILURE'] as const
export type Stage = (typeof STAGES)[number]

export const STYLES: readonly string[] = ['DEFAULT', 'SUCCESS', 'INFO', 'WARNING', 'DANGER', 'ERROR']
export const SIZES: readonly string[] = ['DEFAULT', 'SMALL', 'LARGE']
export const LEVELS: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']

export type BlockField = 'content' | 'text' | 'url' | 'style' | 'size' | 'level'

/** What each kind of block says of itself. */
export const BLOCKS = {
  markdown: ['content'],
  alert: ['content', 'style'],
  form: [],
  submit: ['text', 'style', 'size'],
  approval: ['text', 'style', 'size'],
  cancel: ['text', 'style', 'size'],
  link: ['text', 'url', 'style', 'size'],
  redirect: ['url'],
  loading: [],
  inputs: [],
  outputs: [],
  logs: ['level'],
} as const satisfies Readonly<Record<string, readonly BlockField[]>>

export type BlockKind = keyof typeof BLOCKS
export const BLOCK_KINDS: readonly BlockKind[] = [
  'markdown',
  'alert',
  'form',
  'submit',
  'approval',
  'cancel',
  'link',
  'redirect',
  'loading',
  'inputs',
  'outputs',
  'logs',
]

/** By the ends of Kestra's names. */
const KESTRA: Readonly<Record<string, BlockKind>> = {
  Markdown: 'markdown',
  Alert: 'alert',
  Button: 'link',
  RedirectTo: 'redirect',
  Loading: 'loading',
  CreateExecutionForm: 'form',
  CreateExecutionButton: 'submit',
  CancelExecutionButton: 'cancel',
  ResumeExecutionForm: 'approval',
  ResumeExecutionButton: 'approval',
  Inputs: 'inputs',
  Outputs: 'outputs',
  Logs: 'logs',
}

export interface Block {
  /** Where it stands in the text. */
  readonly path: string
  /** As it is written. */
  readonly type: string
  /** Undefined for one that the form does not know. */
  readonly kind: BlockKind | undefined
  readonly values: Readonly<Partial<Record<BlockField, string>>>
}

export interface AppForm {
  readonly displayName: string
  readonly description: string
  readonly access: string
  readonly tags: readonly string[]
  readonly theme: Readonly<Record<'page' | 'text' | 'accent', string>>
  /** Undefined where nothing is said of the stage: it looks as usual. */
  blocksOf(stage: Stage): readonly Block[] | undefined
}

export function readApp(text: string): AppForm {
  const app = mapOf(plainOf(parseYamlTree(text)))
  const theme = mapOf(app['theme'])
  const layout = listOf(app['layout'])
  return {
    displayName: textOf(app['displayName'] ?? app['name']),
    description: textOf(app['description']),
    access: textOf(app['access']) || 'PRIVATE',
    tags: listOf(app['tags']).map(textOf),
    theme: { page: textOf(theme['page']), text: textOf(theme['text']), accent: textOf(theme['accent']) },
    blocksOf: stage => {
      const at = layout.findIndex(one => mapOf(one)['on'] === stage)
      if (at < 0) return undefined
      return listOf(mapOf(layout[at])['blocks']).map((block, index) =>
        readBlock(block, `layout[${at}].blocks[${index}]`),
      )
    },
  }
}

function readBlock(block: unknown, path: string): Block {
  const fields = mapOf(block)
  const type = textOf(fields['type'])
  const kind = BLOCK_KINDS.find(name => name === type) ?? KESTRA[type.slice(type.lastIndexOf('.') + 1)]
  const names: readonly BlockField[] = kind === undefined ? [] : BLOCKS[kind]
  return {
    path,
    type,
    kind,
    values: Object.fromEntries(
      names.flatMap(name => (fields[name] === undefined ? [] : [[name, textOf(fields[name])]])),
    ),
  }
}

/** What one begins with. */
const FIRST: Readonly<Partial<Record<BlockKind, string>>> = {
  markdown: 'content: |\n  ## A heading\n\n  What there is to know.',
  alert: 'content: Done.\nstyle: SUCCESS',
  submit: 'text: Submit\nstyle: SUCCESS',
  approval: 'text: Send\nstyle: SUCCESS',
  cancel: 'text: Cancel',
  link: 'text: Read more\nurl: https://example.com',
  redirect: 'url: https://example.com',
  logs: 'level: INFO',
}

/** Behind all blocks of the stage; a stage that nothing was said of gets its place. */
export function addBlock(text: string, stage: Stage, kind: BlockKind): readonly TextEdit[] {
  const first = FIRST[kind]
  const block = first === undefined ? `type: ${kind}` : `type: ${kind}\n${first}`
  const layout = listOf(mapOf(plainOf(parseYamlTree(text)))['layout'])
  const at = layout.findIndex(one => mapOf(one)['on'] === stage)
  if (at >= 0) return addTask(text, `layout[${at}].blocks`, listOf(mapOf(layout[at])['blocks']).length, block)
  const lines = block.split('\n').map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`))
  return addTask(text, 'layout', layout.length, `on: ${stage}\nblocks:\n${lines.join('\n')}`)
}

export function removeBlock(text: string, { path }: Block): readonly TextEdit[] {
  return removeTask(text, path)
}

export function moveBlock(text: string, { path }: Block, by: -1 | 1): readonly TextEdit[] {
  return moveTask(text, path, by)
}

/** Empty is as usual: it is not written. */
export function setBlock(text: string, { path }: Block, field: BlockField, value: string): readonly TextEdit[] {
  return setAt(text, `${path}.${field}`, value === '' ? undefined : value)
}

type Plain = Readonly<Record<string, unknown>>

function mapOf(value: unknown): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
