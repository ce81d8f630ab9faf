import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Tree, type TreeCursor } from '@lezer/common'
import { parser } from '@lezer/yaml'
import { isWhole } from './first-error.ts'
import { parseAfter } from './parse-after.ts'
import { applyEdits, type TextEdit } from './edit-yaml.ts'
import { parseYamlTree, plainOf, readInSteps } from './yaml-tree.ts'

const TASKS = 200
const FLOW = `id: long\nnamespace: company\ntasks:\n${Array.from({ length: TASKS }, (_task, index) => taskAt(index)).join('')}`

function taskAt(index: number): string {
  return `  - id: task_${index}\n    type: x.Log\n    # What it is for.\n    message: "{{ flow.id }} ${index}"\n    retry: { type: constant, interval: PT1S }\n`
}

test('a letter in a long flow, whose tasks end with the text, leaves most of its tree as it was', () => {
  for (const words of ['task_1\n', `task_${TASKS / 2}\n`, `task_${TASKS - 2}\n`]) {
    const before = parseAfter(undefined, FLOW)

    const after = parseAfter({ text: FLOW, syntax: before }, insertAt(FLOW, FLOW.indexOf(words), 'x'))

    const known = new Set(treesIn(before))
    const shared = treesIn(after).filter(tree => known.has(tree)).length
    assert.ok(shared > known.size / 2, `${words.trim()}: ${shared} of ${known.size} were used again`)
  }
})

test('a text has the same tree, however it was written', () => {
  const steps: readonly TextEdit[] = [
    edit('task_20\n', '  # a line of its own\n'),
    // The block above ends elsewhere by what stands behind a comment.
    edit('    # What it is for.\n    message: "{{ flow.id }} 30', '    more:\n'),
    edit('task_50\n', 'k: |\n      a\n      b\n'),
    edit('"{{ flow.id }} 60', '"'),
    edit('  - id: task_70', '- '),
    edit('task_80\n', '\n'),
    edit('{ type: constant, interval: PT1S }\n  - id: task_91', '['),
    { from: FLOW.length - 1, to: FLOW.length, insert: '' },
    { from: FLOW.length, to: FLOW.length, insert: '    text: |' },
    { from: FLOW.length, to: FLOW.length, insert: 'triggers: []\n' },
  ]
  for (const [index, first] of steps.entries()) {
    const broken = applyEdits(FLOW, [first])
    const other = steps[(index + 1) % steps.length]
    const texts = [
      FLOW,
      broken,
      insertAt(broken, 60, 'x'),
      FLOW,
      applyEdits(FLOW, other ? [first, other] : [first]),
      FLOW,
    ]

    let before: { readonly text: string; readonly syntax: Tree } | undefined
    for (const text of texts) {
      const syntax = parseAfter(before, text)

      assert.equal(shapeOf(syntax), shapeOf(parser.parse(text)), `step ${index}`)
      before = { text, syntax }
    }
  }
})

test('a text that is read in many steps has the same tree, and nothing of it is read again', () => {
  const text = `${FLOW}description: read in steps\n`
  let steps = 0
  for (const _step of readInSteps(text)) steps++
  const tree = parseYamlTree(text)

  assert.ok(steps > TASKS, `${steps} steps`)
  assert.deepEqual(plainOf(tree), plainOf(parseYamlTree(`${text} `)))
  assert.equal(readInSteps(text).next().done, true)
  assert.equal(parseYamlTree(text), tree)
})

test('an error is found wherever it stands', () => {
  for (const text of ['a: [1\nb: 2\n', `${FLOW}"`, FLOW.replace('"{{ flow.id }} 100"', '"{{ flow.id }} 100')])
    assert.ok(!isWhole(parser.parse(text)))
  assert.ok(isWhole(parser.parse(FLOW)))
})

function edit(words: string, insert: string): TextEdit {
  const at = FLOW.indexOf(words)
  assert.ok(at > 0, words)
  return { from: at, to: at, insert }
}

function insertAt(text: string, at: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at)
}

function treesIn(tree: Tree): readonly Tree[] {
  return [tree, ...tree.children.flatMap(child => (child instanceof Tree ? treesIn(child) : []))]
}

/** Which block a comment belongs to says nothing. */
function shapeOf(tree: Tree): string {
  const parts: string[] = []
  const walk = (cursor: TreeCursor): void => {
    do {
      if (cursor.name === 'Comment') continue
      parts.push(`${cursor.name} ${cursor.from}-${cursor.to} (`)
      if (cursor.firstChild()) {
        walk(cursor)
        cursor.parent()
      }
      parts.push(')')
    } while (cursor.nextSibling())
  }
  walk(tree.cursor())
  return parts.join('')
}
