import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeValue } from '@batuta/core'
import { decodeJob, encodeJob, factsOf } from './job-text.ts'
import type { HostJob } from './protocol.ts'

const JOB: HostJob = {
  key: { executionId: 'e', run: 1, epoch: 2 },
  taskRunId: 'e-1',
  taskId: 'two\nlines',
  type: 't',
  dialect: 1,
  attempt: 0,
  properties: encodeValue({ script: 'echo "a"\n\u2028echo b' }),
  context: encodeValue({ big: 12345678901234567890n, text: 'x\r\ny' }),
  flow: { tenant: 'main', namespace: 'n', id: 'f' },
  filesPrefix: 'kestra:///n/f/',
}

test('a job is the same after its text', () => {
  assert.deepEqual(decodeJob(encodeJob(JOB)), JOB)
  assert.equal(encodeJob(JOB).split('\n').length, 3, 'encoded values have no line ends of their own')
})

test('what follows from the rest is not written down', () => {
  const { taskRunId: _taskRunId, filesPrefix: _filesPrefix, ...sent } = JOB
  const text = encodeJob({ ...sent, taskId: 'A Task' })
  assert.ok(!text.includes('filesPrefix'))
  const job = decodeJob(text)
  assert.equal(job.taskRunId, 'e-1')
  assert.equal(job.filesPrefix, 'kestra:///n/f/executions/e/tasks/a-task/e-1/')
})

test('the facts are read without the rest', () => {
  const { properties: _properties, context: _context, ...facts } = JOB
  assert.deepEqual(factsOf(encodeJob(JOB)), facts)
})

test('a job that was stored as one JSON text is read, too', () => {
  assert.deepEqual(decodeJob(JSON.stringify(JOB)), JOB)
  assert.equal(factsOf(JSON.stringify(JOB)).taskId, JOB.taskId)
})
