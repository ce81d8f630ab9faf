import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { uploadFiles } from './upload-files.ts'

test('what was written is told by its path, and what was left alone is not', async t => {
  const run = await createTestRunContext({
    answer: (_, args) => ((args as { path: string }).path === 'in/old.txt' ? null : 'kestra:///company/team/_files/x'),
  })
  t.after(() => run.close())
  const uri = await run.ctx.files.put('one')
  const filesMap = { 'new.txt': uri, 'old.txt': 'two' }
  const written = { namespace: 'company.team', destination: '/in', conflict: 'SKIP' }

  const { outputs, message } = await runTask(uploadFiles, { ...written, filesMap }, run)
  const bad = await runTask(uploadFiles, { ...written, filesMap: 'no map' }, run)

  assert.equal(message, undefined)
  assert.deepEqual(outputs, { files: { '/in/new.txt': uri } })
  assert.match(bad.message ?? '', /"filesMap" must be a map from path to content or URI/)
})
