import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFlow, createCatalogue } from '@batuta/core'
import { applyEdits } from '../yaml/edit-yaml.ts'
import { completionPlace, namesBelow } from './completion-place.ts'
import { quickFix } from './quick-fix.ts'

/** The place of the bar in a text. */
function at(marked: string): ReturnType<typeof completionPlace> {
  const offset = marked.indexOf('¦')
  return completionPlace(marked.replace('¦', ''), offset)
}

const HEAD = 'id: a\nnamespace: b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n'

test('a key of a task is completed from the type of the task, without those that it has', () => {
  const place = at(`${HEAD}    mess¦\n  - id: y\n    type: z\n`)

  assert.equal(place?.type, 'key')
  assert.deepEqual(place, {
    type: 'key',
    from: HEAD.length + 4,
    owner: 'tasks[0]',
    taskType: 'io.kestra.plugin.core.log.Log',
    taken: ['id', 'type'],
  })
})

test('a key at the left edge belongs to the flow', () => {
  const place = at(`${HEAD}lab¦`)

  assert.ok(place?.type === 'key')
  assert.equal(place.owner, '')
  assert.deepEqual(place.taken, ['id', 'namespace', 'tasks'])
})

test('a type knows the list that it stands in', () => {
  const trigger = at(`${HEAD}triggers:\n  - id: t\n    type: io.kes¦\n`)
  const task = at('tasks:\n  - id: x\n    type: ¦')

  assert.deepEqual([trigger?.type, trigger?.type === 'type' && trigger.list], ['type', 'triggers'])
  assert.deepEqual([task?.type, task?.type === 'type' && task.list], ['type', 'tasks'])
})

test('inside of braces names are completed, behind a pipe filters', () => {
  const name = at(`${HEAD}    message: "{{ outputs.fetch.¦ }}"`)
  const filter = at(`${HEAD}    message: "{{ inputs.a | up¦ }}"`)

  assert.deepEqual(name?.type === 'expression' && [name.path, name.isFilter], [['outputs', 'fetch'], false])
  assert.deepEqual(filter?.type === 'expression' && [filter.path, filter.isFilter], [[], true])
  assert.notEqual(at(`${HEAD}    message: "{{ a }} ¦"`)?.type, 'expression')
})

test('a value knows its key', () => {
  const place = at(`${HEAD}    level: WA¦`)

  assert.deepEqual(place?.type === 'value' && [place.key, place.taskType], ['level', 'io.kestra.plugin.core.log.Log'])
})

test('in a comment nothing is completed', () => {
  assert.equal(at(`${HEAD}    # mess¦`), undefined)
})

test('names are found below a path, also through keys that can be any', () => {
  const shape = { outputs: { each: { '*': { uri: 'string', rows: ['any'] } } }, labels: ['team', 'tier'] }

  assert.deepEqual(namesBelow(shape, ['outputs', 'each', 'first']), [
    { name: 'uri', detail: 'string' },
    { name: 'rows', detail: 'list' },
  ])
  assert.deepEqual(
    namesBelow(shape, ['labels']).map(({ name }) => name),
    ['team', 'tier'],
  )
  assert.deepEqual(namesBelow(shape, ['outputs', 'none']), [])
})

test('what the language suggests is put in the place of the wrong word', () => {
  const wrong =
    'id: a\nnamespace: b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Lgo\n    mesage: "{{ inptus.a }}"\n  - id: y\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n    levl: WARN\n'
  const { diagnostics } = checkFlow(wrong, { catalogue: createCatalogue() })

  const lines = wrong.split('\n')
  const fixed = diagnostics.map(found => {
    const offset =
      lines.slice(0, (found.line ?? 1) - 1).join('\n').length + (found.line === 1 ? 0 : 1) + (found.column ?? 1) - 1
    const fix = quickFix(found, wrong, offset)
    return fix && applyEdits(wrong, [fix]).split('\n')[(found.line ?? 1) - 1]?.trim()
  })
  assert.ok(
    ['type: io.kestra.plugin.core.log.Log', 'level: WARN'].every(line => fixed.includes(line)),
    JSON.stringify({ diagnostics, fixed }, undefined, 1),
  )
})
