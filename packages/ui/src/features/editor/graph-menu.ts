// What can be done to a task in the drawing: each is a small change of the text.
import { paths } from '../../lib/paths.ts'
import type { MenuGroup } from '../../widgets/menu.tsx'
import type { Block } from '../topology/flow-blocks.ts'
import type { AddPlace } from '../topology/topology-canvas.tsx'
import type { CodeHandle } from './code/code-editor.tsx'
import { t } from './messages.ts'
import { snakeCase } from './new-task.ts'
import {
  duplicateTask,
  freshId,
  moveTask,
  removeTask,
  wrapTask,
  type TextEdit,
  type Wrapping,
} from './yaml/edit-yaml.ts'
import { nodeAt, parseYamlTree, tasksIn } from './yaml/yaml-tree.ts'

const WRAPPINGS: readonly Wrapping[] = ['Parallel', 'Sequential', 'If', 'ForEach']

export interface GraphTools {
  readonly code: CodeHandle | undefined
  readonly onAdd: (place: AddPlace) => void
}

export function graphMenu(block: Block, { code, onAdd }: GraphTools): readonly MenuGroup[] {
  const text = code?.text() ?? ''
  const ids = tasksIn(parseYamlTree(text)).map(({ id }) => id)
  const run =
    (change: (now: string) => readonly TextEdit[]): (() => void) =>
    () =>
      code?.edit(change(code.text()))
  const own = block.path.replace(/\.task$/, '')
  const list = own.replace(/\[\d+\]$/, '')
  const index = Number(/\[(\d+)\]$/.exec(own)?.[1] ?? 0)
  const isInList = /\[\d+\]$/.test(own)
  const last = lastIndexOf(text, list)
  return [
    addGroup(block, { list, index, onAdd }),
    {
      title: t('wrap'),
      items: WRAPPINGS.map(group => ({
        id: group,
        title: t('wrapIn', { group }),
        run: run(now => wrapTask(now, block.path, group, freshId(snakeCase(group), new Set(ids)))),
      })),
    },
    {
      items: [
        {
          id: 'up',
          title: t('moveUp'),
          icon: 'up',
          ...notAt(index > 0 && isInList),
          run: run(now => moveTask(now, block.path, -1)),
        },
        {
          id: 'down',
          title: t('moveDown'),
          icon: 'down',
          ...notAt(index < last && isInList),
          run: run(now => moveTask(now, block.path, 1)),
        },
        { id: 'duplicate', title: t('duplicate'), icon: 'copy', run: run(now => duplicateTask(now, block.path, ids)) },
        ...subflowItem(block),
        {
          id: 'delete',
          title: t('delete'),
          icon: 'trash',
          isDangerous: true,
          run: run(now => removeTask(now, block.path)),
        },
      ],
    },
  ]
}

function subflowItem({ subflow }: Block): MenuGroup['items'] {
  return subflow === undefined
    ? []
    : [{ id: 'subflow', title: t('openSubflow'), icon: 'flow' as const, to: paths.flow(subflow) }]
}

interface AddTools {
  readonly list: string
  readonly index: number
  readonly onAdd: (place: AddPlace) => void
}

function addGroup(block: Block, { list, index, onAdd }: AddTools): MenuGroup {
  const inside = block.branches.find(({ kind }) => !['error', 'finally', 'dag'].includes(kind))
  return {
    title: t('add'),
    items: [
      { id: 'before', title: t('addBefore'), run: () => onAdd({ list, index }) },
      { id: 'after', title: t('addAfter'), run: () => onAdd({ list, index: index + 1 }) },
      ...(inside
        ? [
            {
              id: 'inside',
              title: t('addInside'),
              run: () => onAdd({ list: inside.path, index: inside.blocks.length }),
            },
          ]
        : []),
      ...(block.branches.length > 0
        ? [{ id: 'errors', title: t('addErrors'), run: () => onAdd({ list: `${block.path}.errors`, index: 0 }) }]
        : []),
    ],
  }
}

function lastIndexOf(text: string, list: string): number {
  const siblings = nodeAt(parseYamlTree(text), list)
  return siblings?.type === 'list' ? siblings.items.length - 1 : 0
}

function notAt(isPossible: boolean): { readonly why?: string } {
  return isPossible ? {} : { why: t('whyEdge') }
}
