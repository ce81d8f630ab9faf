import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseFlow, createCatalogue } from '@batuta/core'
import { diffLines } from '../../../lib/diff-lines.ts'
import {
  addTask,
  applyEdits,
  duplicateTask,
  moveTask,
  removeTask,
  setProperty,
  taskText,
  wrapTask,
  type TextEdit,
} from './edit-yaml.ts'
import { taskAt, parseYamlTree, plainOf, tasksIn } from './yaml-tree.ts'

const GOLDEN = join(import.meta.dirname, 'golden')
const FLOW = readFileSync(join(GOLDEN, 'flow.txt'), 'utf8')
const LOG = 'id: fresh\ntype: io.kestra.plugin.core.log.Log\nmessage: hello'
const IDS = ['fetch', 'both', 'geo', 'fraud', 'load']

/** What an edit changes, line by line; everything else is the same to the letter. `UPDATE_GOLDEN=1` writes the file anew. */
const EDITS: Readonly<Record<string, readonly TextEdit[]>> = {
  'a property in its quotes': setProperty(FLOW, 'tasks[0]', 'format', 'other "{{ x }}"'),
  'a plain property': setProperty(FLOW, 'tasks[2]', 'message', 'all good'),
  'a text that needs quotes': setProperty(FLOW, 'tasks[2]', 'message', '{{ outputs.fetch.value }}'),
  'a text of several lines': setProperty(FLOW, 'tasks[2]', 'message', 'a\nb\n'),
  'a block stays a block': setProperty(FLOW, 'tasks[1].tasks[0]', 'message', 'three\nfour\n\nfive\n'),
  'a new property': setProperty(FLOW, 'tasks[2]', 'timeout', 'PT5M'),
  'a new property before the tasks of a group': setProperty(FLOW, 'tasks[1]', 'concurrent', 2),
  'a property of a map in one line': setProperty(FLOW, 'tasks[2].retry', 'maxAttempts', 3),
  'a map in one line is written anew': setProperty(FLOW, 'tasks[2]', 'retry', {
    type: 'random',
    of: ['a', { b: 'c: d' }],
  }),
  'a property that goes': setProperty(FLOW, 'tasks[0]', 'format', undefined),
  'a block that goes': setProperty(FLOW, 'tasks[1].tasks[0]', 'message', undefined),
  'a property of the flow': setProperty(FLOW, '', 'description', 'yes'),
  'a task at the front': addTask(FLOW, 'tasks', 0, LOG),
  'a task in between': addTask(FLOW, 'tasks', 2, LOG),
  'a task at the end': addTask(FLOW, 'tasks', 3, LOG),
  'a task in a group': addTask(FLOW, 'tasks[1].tasks', 1, LOG),
  'the first task for errors': addTask(FLOW, 'errors', 0, LOG),
  'the first task of a branch': addTask(FLOW, 'tasks[1].errors', 0, LOG),
  'a task goes with its comment': removeTask(FLOW, 'tasks[1]'),
  'the last task goes': removeTask(FLOW, 'tasks[2]'),
  'the only item of a list takes the list along': removeTask(FLOW, 'triggers[0]'),
  'a task moves down with its comment': moveTask(FLOW, 'tasks[0]', 1),
  'a task moves up': moveTask(FLOW, 'tasks[1].tasks[1]', -1),
  'a copy has ids of its own': duplicateTask(FLOW, 'tasks[1]', IDS),
  'a group around a task': wrapTask(FLOW, 'tasks[0]', 'If', 'maybe'),
  'a group around a group': wrapTask(FLOW, 'tasks[1]', 'ForEach', 'each'),
}

for (const [name, edits] of Object.entries(EDITS)) {
  test(`${name}: the rest of the text stays as it is`, () => {
    const after = applyEdits(FLOW, edits)

    const file = join(GOLDEN, `${name.replace(/\W+/g, '-').toLowerCase()}.diff`)
    const shown = diffLines(FLOW, after)
      .filter(({ type }) => type !== 'same')
      .map(change =>
        change.type === 'removed'
          ? `-${change.left} ${change.text}`
          : change.type === 'added'
            ? `+${change.right} ${change.text}`
            : '',
      )
      .join('\n')
    if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(file)) writeFileSync(file, `${shown}\n`)
    assert.equal(`${shown}\n`, readFileSync(file, 'utf8'))
  })

  test(`${name}: what comes out is YAML that says what was meant`, () => {
    const after = applyEdits(FLOW, edits)

    const { diagnostics } = parseFlow(after, { catalogue: createCatalogue() })
    const broken = diagnostics.filter(({ severity, code }) => severity === 'error' && code.startsWith('yaml'))
    assert.deepEqual(broken, [], after)
    const ids = tasksIn(parseYamlTree(after)).map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length, ids.join(' '))
  })
}

test('a value that is set is read back', () => {
  const values = [
    'x',
    '{{ a }}',
    "it's",
    'a: b',
    '#c',
    ' x ',
    '',
    '- x',
    'true',
    '12',
    'a\nb',
    'a\nb\n',
    '\ta',
    'ünï',
    7,
    true,
    null,
    '[x',
    '2020-01-01',
    'a\\b',
    '*',
    '!t',
  ]
  for (const path of ['tasks[0]', 'tasks[1].tasks[0]', 'tasks[2]', 'tasks[2].retry'])
    for (const value of values) {
      if (path.endsWith('retry') && typeof value === 'string' && value.includes('\n')) continue
      for (const key of ['format', 'message', 'fresh']) {
        const after = applyEdits(FLOW, setProperty(FLOW, path, key, value))

        const read: unknown = plainOf(parseYamlTree(after))
        assert.deepEqual(at(read, `${path}.${key}`), value, after)
      }
    }
})

test('the text of a task is given without its indentation', () => {
  assert.equal(
    taskText(FLOW, 'tasks[1].tasks[0]'),
    'id: geo\ntype: io.kestra.plugin.core.log.Log\nmessage: |\n  one\n  two',
  )
})

test('a flow without tasks gets its first one', () => {
  assert.equal(
    applyEdits('id: a\nnamespace: b\n', addTask('id: a\nnamespace: b\n', 'tasks', 0, 'id: x\ntype: y')),
    'id: a\nnamespace: b\ntasks:\n  - id: x\n    type: y\n',
  )
  assert.equal(
    applyEdits('id: a\ntasks: []\n', addTask('id: a\ntasks: []\n', 'tasks', 0, 'id: x\ntype: y')),
    'id: a\ntasks:\n  - id: x\n    type: y\n',
  )
})

function at(value: unknown, path: string): unknown {
  let node = value
  for (const step of path.split(/[.[\]]+/).filter(Boolean)) {
    node =
      typeof node === 'object' && node !== null ? Object.entries(node).find(([key]) => key === step)?.[1] : undefined
  }
  return node
}

test('behind the comment of a line stands the task of that line', () => {
  const text = 'tasks:\n  - id: a # one\n    type: x.Y\n    m: 1 # two\n  - { id: b, type: x.Y } # three\n# none\n'
  const idAt = (words: string): string | undefined => taskAt(parseYamlTree(text), text.indexOf(words) + 2, text)?.id

  assert.deepEqual(['# one', '# two', '# three', '# none', 'tasks'].map(idAt), ['a', 'a', 'b', undefined, undefined])
})

test('a task goes into a list in brackets beside those that are there', () => {
  const flow = 'id: a\nnamespace: b\ntasks: [{ id: one, type: x }, { id: two, type: y }] # short\n'

  const [front, end] = [addTask(flow, 'tasks', 0, LOG), addTask(flow, 'tasks', 2, LOG)].map(edits =>
    applyEdits(flow, edits),
  )

  const fresh = '{ id: fresh, type: io.kestra.plugin.core.log.Log, message: hello }'
  assert.equal(front?.split('\n')[2], `tasks: [${fresh}, { id: one, type: x }, { id: two, type: y }] # short`)
  assert.equal(end?.split('\n')[2], `tasks: [{ id: one, type: x }, { id: two, type: y }, ${fresh}] # short`)
})
