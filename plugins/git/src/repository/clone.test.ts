import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { git, LOGIN, makeRepository, serveRepository } from '../testing/repositories.ts'
import { clone } from './clone.ts'

async function open(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}

async function cloned(t: TestContext, properties: ValueMap, options?: TestOptions): Promise<TestResult> {
  return await runTask(clone, properties, await open(t, options))
}

function directoryOf({ state, message, outputs }: TestResult): string {
  assert.equal(state, 'SUCCESS', message)
  return String(outputs['directory'])
}

test('the newest commit lies in the working directory, beside what is there', async t => {
  const repository = makeRepository(t)
  repository.commit({ 'a.txt': 'one' })
  const newest = repository.commit({ 'a.txt': 'two', 'sub/b.txt': 'b' })
  repository.commit({ 'c.txt': 'c' }, 'other')
  const run = await open(t)
  writeFileSync(join(await run.ctx.workingDir.path(), 'mine.txt'), 'mine')

  const folder = directoryOf(await runTask(clone, { url: repository.url }, run))

  assert.deepEqual(readdirSync(folder).sort(), ['.batuta', '.git', 'a.txt', 'mine.txt', 'sub'])
  assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'two')
  assert.equal(git(folder, 'rev-parse', 'HEAD').trim(), newest)
  assert.equal(git(folder, 'rev-list', '--count', 'HEAD').trim(), '1')
  assert.match(git(folder, 'branch', '--all'), /remotes\/origin\/other/)
  assert.doesNotMatch(git(folder, 'status', '--short'), /batuta/)
  assert.deepEqual(readdirSync(join(folder, '.batuta')), [])
})

test('a branch, a tag or a commit may be asked for, and more of the past', async t => {
  const repository = makeRepository(t)
  const first = repository.commit({ 'a.txt': 'one' })
  git(repository.path, 'tag', 'v1', first)
  repository.commit({ 'a.txt': 'two' })
  repository.commit({ 'a.txt': 'side' }, 'side/branch')
  const { url } = repository
  const text = (result: TestResult): string => readFileSync(join(directoryOf(result), 'a.txt'), 'utf8')

  const branch = await cloned(t, {
    url,
    branch: 'side/branch',
    directory: 'sub/dir',
    depth: 0,
    cloneAllBranches: false,
  })

  assert.equal(text(branch), 'side')
  assert.match(directoryOf(branch), /\/sub\/dir$/)
  assert.equal(git(directoryOf(branch), 'branch', '--show-current').trim(), 'side/branch')
  assert.equal(git(directoryOf(branch), 'rev-list', '--count', 'HEAD').trim(), '3')
  assert.doesNotMatch(git(directoryOf(branch), 'branch', '--all'), /origin\/main/)
  assert.equal(text(await cloned(t, { url, tag: 'v1' })), 'one')
  assert.equal(text(await cloned(t, { url, commit: first })), 'one')
})

test('over HTTP a login is sent, and kept nowhere', async t => {
  const repository = makeRepository(t)
  repository.commit({ 'a.txt': 'one' })
  const { url } = await serveRepository(t, repository)

  const good = await cloned(t, { url, ...LOGIN })
  const inAddress = await cloned(t, { url: url.replace('//', '//ada:tok%20en@') })
  const bad = await cloned(t, { url, username: 'ada', password: 'S3CRET' })

  for (const result of [good, inAddress]) {
    const config = readFileSync(join(directoryOf(result), '.git', 'config'), 'utf8')
    assert.match(config, /url = http:\/\/127\.0\.0\.1/)
    assert.doesNotMatch(config, /tok/)
  }
  assert.match(
    bad.message ?? '',
    /git ls-remote failed for http:\/\/127.*Authentication failed.*check username and password/,
  )
  assert.doesNotMatch(bad.message ?? '', /S3CRET/)
})

test('what cannot be cloned says why', async t => {
  const repository = makeRepository(t)
  const { url } = repository
  const empty = await cloned(t, { url })
  repository.commit({ 'a.txt': 'one' })
  const message = async (properties: ValueMap, options?: TestOptions): Promise<string> =>
    (await cloned(t, properties, options)).message ?? 'it worked'

  assert.match(empty.message ?? '', /is empty/)
  assert.match(await message({}), /"url" is missing/)
  assert.match(await message({ url, branch: 'ghost' }), /has no branch "ghost"/)
  assert.match(await message({ url, branch: '--upload-pack=x' }), /must be a name that git takes/)
  assert.match(await message({ url, tag: 'ghost' }), /git fetch failed/)
  assert.match(await message({ url, commit: 'main' }), /must be a hash/)
  assert.match(await message({ url, directory: '../up' }), /must be relative/)
  assert.match(await message({ url: `${url}x` }), /git ls-remote failed.*not/s)
  assert.match(await message({ url: 'ext::sh -c id' }), /must be https/)
  assert.match(await message({ url: '/etc' }), /must be https/)
  assert.match(await message({ url: 'http://127.0.0.1:1/x.git' }), /git ls-remote failed.*(?:refused|connect)/is)
})

test('what runs programs is no setting of a flow', async t => {
  const repository = makeRepository(t)
  repository.commit({ 'a.txt': 'one' })
  const { url } = repository
  const run = await open(t)
  const mark = join(run.workDir, 'mark')

  for (const name of [
    'core.sshCommand',
    'core.fsmonitor',
    'credential.helper',
    'alias.fetch',
    'http.proxy',
    'uploadpack.packObjectsHook',
  ]) {
    const { message } = await runTask(clone, { url, gitConfig: { [name]: `touch ${mark}` } }, run)
    assert.match(message ?? '', /"gitConfig" may not set/)
  }
  const fine = await runTask(
    clone,
    { url, directory: 'x', gitConfig: { 'core.autocrlf': 'true', 'http.version': 'HTTP/1.1' } },
    run,
  )

  assert.equal(fine.state, 'SUCCESS', fine.message)
  assert.equal(readFileSync(join(directoryOf(fine), 'a.txt'), 'utf8'), 'one')
  assert.ok(!existsSync(mark))
})

test('where tasks may not connect to, git does not either', async t => {
  const repository = makeRepository(t)
  repository.commit({ 'a.txt': 'one' })
  const { url, seen } = await serveRepository(t, repository)
  const closed = { mode: 'open', allow: [], deny: [], isPrivateOpen: false, isLoopbackOpen: false } as const

  const http = await cloned(t, { url, ...LOGIN }, { egress: closed })
  const named = await cloned(t, { url: url.replace('127.0.0.1', 'localhost'), ...LOGIN }, { egress: closed })
  const ssh = await cloned(t, { url: 'git@localhost:x.git' }, { egress: closed })
  const file = await cloned(t, { url: repository.url }, { egress: closed })

  for (const { message } of [http, named, ssh]) assert.match(message ?? '', /may not be called/)
  assert.match(file.message ?? '', /may not reach this machine/)
  assert.deepEqual(seen, [])
})

test('a name is looked up once: git takes the address that was judged', async t => {
  const repository = makeRepository(t)
  repository.commit({ 'a.txt': 'one' })
  const { url } = await serveRepository(t, repository)

  const result = await cloned(t, { url: url.replace('127.0.0.1', 'localhost'), ...LOGIN })

  assert.equal(result.state, 'SUCCESS', result.message)
})

test('whoever stops the task stops git', async t => {
  const stop = new AbortController()
  const run = await open(t, { signal: stop.signal })
  const { createServer } = await import('node:net')
  const server = createServer(socket => {
    socket.on('error', () => {})
    stop.abort(new Error('stopped'))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as { port: number }

  const { message } = await runTask(clone, { url: `http://127.0.0.1:${port}/x.git` }, run)

  assert.equal(message, 'stopped')
})
