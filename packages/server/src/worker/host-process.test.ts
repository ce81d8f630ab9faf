import assert from 'node:assert/strict'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { encodeValue } from '@batuta/core'
import { HOST_LIMITS, SCRIPT_SETTINGS, type HostJob } from '@batuta/plugin-sdk'
import { HostProcess } from './host-process.ts'

const MAIN = fileURLToPath(new URL('../../../host/src/main.ts', import.meta.url))
const SCRIPTS = new URL('../../../../plugins/script/src/index.ts', import.meta.url).href
const SHELL = 'io.kestra.plugin.scripts.shell.Commands'

test('a host that is stopped while a script floods it leaves no process behind', async t => {
  const root = await mkdtemp(join(tmpdir(), 'batuta-stop-'))
  t.after(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

  const { promise: isStopped, resolve: stopped } = Promise.withResolvers<unknown>()
  const host: HostProcess = new HostProcess({
    script: MAIN,
    execArgv: ['--max-old-space-size=128'],
    init: {
      type: 'init',
      filesDir: join(root, 'files'),
      workDir: join(root, 'work'),
      cacheDir: join(root, 'cache'),
      modules: { [SHELL]: SCRIPTS },
      limits: HOST_LIMITS,
      scripts: { ...SCRIPT_SETTINGS, isolation: 'process', hidden: [root] },
    },
    // Nobody takes the log: when the first of it comes, there is more on its way, and of that a part is here.
    onMessage: message => {
      if (message.type === 'log' && message.lines.length > 1) stopped(host.stop())
    },
    onExit: () => {},
  })
  host.send({ type: 'run', job: jobOf(1) })

  await isStopped

  assert.deepEqual(await processesBelow(root), [])
})

function jobOf(run: number): HostJob {
  return {
    key: { executionId: 'e1', run, epoch: 1 },
    taskRunId: `e1-${run}`,
    taskId: 'flood',
    type: SHELL,
    dialect: 1,
    attempt: 0,
    properties: encodeValue({ commands: ['setsid sleep 300 & yes'] }),
    context: encodeValue({
      flow: { id: 'flow', namespace: 'test', tenantId: 'main', revision: 1 },
      execution: { id: 'e1' },
      inputs: {},
      outputs: {},
    }),
    flow: { tenant: 'main', namespace: 'test', id: 'flow' },
    filesPrefix: 'kestra:///test/flow/executions/e1/tasks/flood/e1/',
  }
}

async function processesBelow(folder: string): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const folders = await Promise.all(ids.map(id => readlink(`/proc/${id}/cwd`).catch(() => '')))
  return ids.filter((_, at) => folders[at]?.startsWith(folder) === true)
}
