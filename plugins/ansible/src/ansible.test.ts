// Ansible itself is played by a script that prints as the callback does; tests/services runs the real one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { ansibleCli } from './ansible-cli.ts'

const FAKE = `#!/bin/sh
echo "PLAY [$1]"
grep log_path "$ANSIBLE_CONFIG"
echo "log" > log
echo "$ANSIBLE_CALLBACKS_ENABLED $BATUTA_OUTPUTS_MODE"
ls "$ANSIBLE_CALLBACK_PLUGINS"
echo '::{"outputs": {"greeting": "hello"}}::'
echo '::{"outputs": {"playbooks": [{"plays": [{"name": "p"}]}]}}::'
[ "$1" = bad.yml ] && exit 4
exit 0
`

test('what plays came to is an output, also of those that failed', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())
  const task = { inputFiles: { play: FAKE }, outputLogFile: true, outputsMode: 'EXPLICIT' }

  const good = await runTask(ansibleCli, { ...task, commands: ['sh ./play good.yml'] }, run)
  const bad = await runTask(ansibleCli, { ...task, commands: ['sh ./play bad.yml'] }, run)

  assert.equal(good.state, 'SUCCESS', good.message)
  assert.deepEqual(good.outputs['vars'], { greeting: 'hello' })
  assert.deepEqual(good.outputs['playbooks'], [{ plays: [{ name: 'p' }] }])
  assert.ok('log' in (good.outputs['outputFiles'] as object))
  assert.equal(bad.state, 'FAILED')
  assert.match(bad.message ?? '', /exit code 4/)
  assert.deepEqual(bad.outputs['playbooks'], [{ plays: [{ name: 'p' }] }])
  const lines = run.logs.map(({ message }) => message)
  assert.ok(lines.includes('batuta_outputs EXPLICIT') && lines.includes('batuta_outputs.py'))
})
