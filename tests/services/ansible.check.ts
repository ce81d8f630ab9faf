// Ansible's own program, of this machine or of Debian's packages: what plays came to must arrive.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, findOnPath, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition } from '@batuta/plugin-sdk'
import { tasks } from '@batuta/ansible'
import { environmentOf, unpackOnce } from '../../scripts/debian-packages.mjs'

const ansible = tasks[0] as TaskDefinition

const isHere = findOnPath(['ansible-playbook'], process.env['PATH'] ?? '') !== undefined
const { PATH = '', PYTHONPATH = '' } = isHere ? process.env : environmentOf(unpackOnce('ansible', ['ansible-core']))

const PLAYBOOK = (last: string): string => `- name: greet
  hosts: localhost
  gather_facts: false
  tasks:
    - name: say
      debug:
        msg: '::{"outputs": {"greeting": "hello"}}::'
    - name: last
      ${last}
`

test('what plays came to is an output, also when one fails', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())
  const task = (last: string): Readonly<Record<string, unknown>> => ({
    inputFiles: { 'inventory.ini': 'localhost ansible_connection=local\n', 'play.yml': PLAYBOOK(last) },
    commands: ['ansible-playbook -i inventory.ini play.yml'],
    env: { PATH, PYTHONPATH },
    outputLogFile: true,
  })

  const good = await runTask(ansible, task('command: echo done') as never, run)
  const bad = await runTask(ansible, task('command: "false"') as never, run)

  assert.equal(good.state, 'SUCCESS', good.message)
  assert.deepEqual(good.outputs['vars'], { greeting: 'hello' })
  assert.deepEqual(resultsOf(good.outputs), ['greet say OK', 'greet last OK'])
  assert.ok('log' in (good.outputs['outputFiles'] as object))
  assert.equal(bad.state, 'FAILED')
  assert.deepEqual(resultsOf(bad.outputs), ['greet say OK', 'greet last FAILED'])
})

interface Play {
  readonly name: string
  readonly tasks: readonly { readonly name: string; readonly hosts: readonly { readonly status: string }[] }[]
}

function resultsOf(outputs: Readonly<Record<string, unknown>>): readonly string[] {
  const [playbook] = outputs['playbooks'] as readonly { readonly plays: readonly Play[] }[]
  return (playbook?.plays ?? []).flatMap(({ name: play, tasks: all }) =>
    all.map(({ name, hosts }) => `${play} ${name} ${hosts.map(({ status }) => status).join(' ')}`),
  )
}
