// Repositories over SSH, against OpenSSH's own server.
import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '@batuta/git'
import { makeRepository } from '../e2e/repository.ts'
import { until } from '../e2e/until.ts'

const SSHD = '/usr/sbin/sshd'
const clone = tasks.find(({ type }) => type.endsWith('.Clone')) as TaskDefinition

let home: string
let server: ChildProcess
let url: string

function keyAt(name: string, passphrase = ''): string {
  const path = join(home, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path])
  return path
}

before(async () => {
  assert.ok(existsSync(SSHD), 'sshd is missing: apt-get install openssh-server')
  home = mkdtempSync(join(tmpdir(), 'batuta-ssh-'))
  chmodSync(home, 0o755)
  makeRepository(home)
  const [host, own, locked] = [keyAt('host'), keyAt('own'), keyAt('locked', 'open sesame')]
  keyAt('stranger')
  const keys = [own, locked].map(path => readFileSync(`${path}.pub`, 'utf8')).join('')
  writeFileSync(join(home, 'authorized'), keys)
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const port = await freePort()
  const config = [
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${host}`, `AuthorizedKeysFile ${join(home, 'authorized')}`],
    ...['PasswordAuthentication no', 'StrictModes no', 'UsePAM no', 'PidFile none', 'PermitRootLogin yes'],
  ]
  writeFileSync(join(home, 'sshd_config'), `${config.join('\n')}\n`)
  server = spawn(SSHD, ['-D', '-f', join(home, 'sshd_config')], { stdio: 'ignore' })
  url = `ssh://${userInfo().username}@127.0.0.1:${port}${join(home, 'repository.git')}`
  await until('sshd listens', async () => {
    const { message } = await cloned({ url })
    return /Permission denied/.test(message ?? '') ? true : undefined
  })
})

after(async () => {
  const ended = new Promise(resolve => server.once('close', resolve))
  server.kill('SIGTERM')
  await ended
  rmSync(home, { recursive: true, force: true, maxRetries: 3 })
})

async function cloned(properties: ValueMap): Promise<TestResult> {
  const run = await createTestRunContext()
  try {
    return await runTask(clone, properties, run)
  } finally {
    await run.close()
  }
}

const keyOf = (name: string): string => readFileSync(join(home, name), 'utf8')

test('a key opens the repository, and one with a passphrase does as well', async () => {
  const plain = await cloned({ url, privateKey: keyOf('own') })
  const locked = await cloned({ url, privateKey: keyOf('locked'), passphrase: 'open sesame' })

  assert.equal(plain.state, 'SUCCESS', plain.message)
  assert.equal(locked.state, 'SUCCESS', locked.message)
})

test('a key that nobody knows, a wrong passphrase and no key are refused with advice', async () => {
  const stranger = await cloned({ url, privateKey: keyOf('stranger') })
  const wrong = await cloned({ url, privateKey: keyOf('locked'), passphrase: 'S3CRET' })
  const none = await cloned({ url })

  for (const { message } of [stranger, wrong, none]) {
    assert.match(
      message ?? '',
      /git ls-remote failed for ssh:.*Permission denied.*check username and password, or privateKey/s,
    )
    assert.doesNotMatch(message ?? '', /S3CRET|PRIVATE KEY/)
  }
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}
