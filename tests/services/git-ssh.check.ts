// Repositories over SSH, against OpenSSH's own server.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '@batuta/git'
import { makeRepository } from '../e2e/repository.ts'
import { startSshd, USER, type Sshd } from './file-servers.mjs'

const clone = tasks.find(({ type }) => type.endsWith('.Clone')) as TaskDefinition

let server: Sshd
let url: string

before(async () => {
  server = await startSshd()
  const repository = makeRepository(server.home).replace('file://', '')
  // git serves nobody a repository of somebody else.
  execFileSync('chown', ['-R', '--reference', server.home, repository])
  url = `ssh://${USER}@127.0.0.1:${server.port}${repository}`
})

after(() => server.stop())

async function cloned(properties: ValueMap): Promise<TestResult> {
  const run = await createTestRunContext()
  try {
    return await runTask(clone, properties, run)
  } finally {
    await run.close()
  }
}

test('a key opens the repository, and one with a passphrase does as well', async () => {
  const plain = await cloned({ url, privateKey: server.privateKey })
  const locked = await cloned({ url, privateKey: server.lockedKey, passphrase: 'locked' })

  assert.equal(plain.state, 'SUCCESS', plain.message)
  assert.equal(locked.state, 'SUCCESS', locked.message)
})

test('a key that nobody knows, a wrong passphrase and no key are refused with advice', async () => {
  const stranger = await cloned({ url, privateKey: server.strangerKey })
  const wrong = await cloned({ url, privateKey: server.lockedKey, passphrase: 'S3CRET' })
  const none = await cloned({ url })

  for (const { message } of [stranger, wrong, none]) {
    assert.match(
      message ?? '',
      /git ls-remote failed for ssh:.*Permission denied.*check username and password, or privateKey/s,
    )
    assert.doesNotMatch(message ?? '', /S3CRET|PRIVATE KEY/)
  }
})
