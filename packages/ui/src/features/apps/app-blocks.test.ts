import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEdits } from '../editor/yaml/edit-yaml.ts'
import { addBlock, moveBlock, readApp, removeBlock, setBlock, type Block, type Stage } from './app-blocks.ts'

const APP = `id: order
namespace: company.shop
flowId: take-order
# What visitors read.
displayName: Order
layout:
  - on: OPEN
    blocks:
      - type: io.kestra.plugin.ee.apps.core.blocks.Markdown # first of all
        content: Hello
      - { type: form }
      - type: submit
        text: Order
`

const blockAt = (text: string, stage: Stage, at: number): Block => {
  const block = readApp(text).blocksOf(stage)?.[at]
  assert.ok(block)
  return block
}
const kindsOf = (text: string, stage: Stage) =>
  readApp(text)
    .blocksOf(stage)
    ?.map(({ kind }) => kind)

test('an app is read as stages of blocks, by their own names and by those of Kestra', () => {
  const app = readApp(APP)

  assert.deepEqual(kindsOf(APP, 'OPEN'), ['markdown', 'form', 'submit'])
  assert.equal(app.blocksOf('PAUSE'), undefined)
  assert.equal(app.blocksOf('OPEN')?.[2]?.values.text, 'Order')
  assert.equal(app.access, 'PRIVATE')
})

test('blocks are added, also to a stage that nothing was said of; comments stay', () => {
  const more = applyEdits(APP, addBlock(APP, 'OPEN', 'alert'))
  const paused = applyEdits(more, addBlock(more, 'PAUSE', 'approval'))

  assert.deepEqual(kindsOf(paused, 'OPEN'), ['markdown', 'form', 'submit', 'alert'])
  assert.deepEqual(kindsOf(paused, 'PAUSE'), ['approval'])
  assert.match(paused, /# What visitors read\./)
  assert.match(paused, /# first of all/)
})

test('a block is moved, changed and taken away', () => {
  const moved = applyEdits(APP, moveBlock(APP, blockAt(APP, 'OPEN', 2), -1))
  const changed = applyEdits(moved, setBlock(moved, blockAt(moved, 'OPEN', 1), 'text', 'Buy'))
  const usual = applyEdits(changed, setBlock(changed, blockAt(changed, 'OPEN', 1), 'text', ''))
  const removed = applyEdits(usual, removeBlock(usual, blockAt(usual, 'OPEN', 0)))

  assert.deepEqual(kindsOf(moved, 'OPEN'), ['markdown', 'submit', 'form'])
  assert.equal(blockAt(changed, 'OPEN', 1).values.text, 'Buy')
  assert.equal(blockAt(usual, 'OPEN', 1).values.text, undefined)
  assert.deepEqual(kindsOf(removed, 'OPEN'), ['submit', 'form'])
})
