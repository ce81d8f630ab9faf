import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runTask } from '@batuta/plugin-sdk'
import { push } from '../old-tasks.ts'
import { flowText, openInstance, rowsAt } from '../testing/instance.ts'
import { LOGIN, makeRepository, serveRepository } from '../testing/repositories.ts'
import { pushDashboards, pushExecutionFiles, pushFlows, pushNamespaceFiles } from './push-tasks.ts'

test('flows go to a branch that is made for them, over HTTP, by whoever is named', async t => {
  const repository = makeRepository(t)
  repository.commit({ 'README.md': 'read me' })
  const { url } = await serveRepository(t, repository)
  const { flows, run } = await openInstance(t)
  flows.set('dev.one', flowText('dev', 'one')).set('dev.sub.deep.two', flowText('dev.sub.deep', 'two'))

  const result = await runTask(
    pushFlows,
    {
      ...{ url, ...LOGIN, branch: 'flows/dev', sourceNamespace: 'dev', targetNamespace: 'prod' },
      ...{ includeChildNamespaces: true, commitMessage: 'by {{ flow.id }}', authorName: 'Bob', authorEmail: 'bob@x' },
    },
    run,
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(repository.files('flows/dev'), {
    'README.md': 'read me',
    '_flows/one.yml': flowText('prod', 'one'),
    '_flows/sub/deep/two.yml': flowText('prod.sub.deep', 'two'),
  })
  assert.equal(repository.log('flows/dev'), 'Bob <bob@x> by flow')
  assert.equal(result.outputs['commitURL'], `${url.replace(/\.git$/, '')}/commit/${String(result.outputs['commitId'])}`)
  assert.deepEqual((await rowsAt(run, result.outputs['flows']))[0], {
    ...{ file: '_flows/one.yml', additions: '+7', deletions: '-0', changes: '7' },
  })
})

test('what is gone here goes there, once; a pattern pushes some and deletes none of the others', async t => {
  const { url, commit, files } = makeRepository(t)
  commit({ '_flows/old.yml': 'old', '_flows/two.yml': 'two', '_flows/note.txt': 'n', '_flows/sub/x.yml': 'x' })
  const { flows, run } = await openInstance(t)
  flows.set('test.one', flowText('test', 'one')).set('test.two', flowText('test', 'two'))

  const tried = await runTask(pushFlows, { url, dryRun: true }, run)
  const before = Object.keys(files())
  const some = await runTask(pushFlows, { url, flows: 'o*' }, run)
  const all = await runTask(pushFlows, { url }, run)
  const again = await runTask(pushFlows, { url }, run)

  assert.equal((await rowsAt(run, tried.outputs['flows'])).length, 3)
  assert.equal(tried.outputs['commitId'], undefined)
  assert.equal(before.length, 4)
  assert.equal(some.state, 'SUCCESS', some.message)
  assert.equal(all.state, 'SUCCESS', all.message)
  assert.deepEqual(Object.keys(files()), ['_flows/note.txt', '_flows/one.yml', '_flows/sub/x.yml', '_flows/two.yml'])
  assert.equal(again.state, 'SUCCESS', again.message)
  assert.equal(again.outputs['commitId'], undefined)
})

test('an empty repository gets its first commit', async t => {
  const { url, files } = makeRepository(t)
  const { files: own, run } = await openInstance(t)
  own.set('test:a/b.py', 'print(1)').set('test:c.sql', 'select 1')

  const result = await runTask(pushNamespaceFiles, { url, files: ['*.py'] }, run)
  const missing = await runTask(pushNamespaceFiles, { url, files: '*.exe', errorOnMissing: true }, run)

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(files(), { '_files/a/b.py': 'print(1)' })
  assert.match(missing.message ?? '', /has no file that matches/)
})

test('files of an execution and dashboards go to their folders', async t => {
  const { url, commit, files } = makeRepository(t)
  commit({ '_dashboards/old.yml': 'x', '_outputs/old.csv': 'x' })
  const { boards, run } = await openInstance(t)
  boards.set('load', 'id: load\n')
  const uri = await run.ctx.files.put('a,b\n')
  writeFileSync(join(await run.ctx.workingDir.path(), 'local.txt'), 'local')

  const reports = { files: ['*.txt'], filesMap: { 'report.csv': '{{ "" }}' + uri } }
  const some = await runTask(pushExecutionFiles, { url, ...reports }, run)
  const all = await runTask(pushDashboards, { url }, run)
  const none = await runTask(pushExecutionFiles, { url, files: 'ghost*', errorOnMissing: true }, run)

  assert.equal(some.state, 'SUCCESS', some.message)
  assert.equal(all.state, 'SUCCESS', all.message)
  assert.deepEqual(files(), {
    ...{ '_dashboards/load.yml': 'id: load\n', '_outputs/local.txt': 'local', '_outputs/report.csv': 'a,b\n' },
  })
  assert.match(none.message ?? '', /there is no file to push/)
})

test('whoever pushed meanwhile keeps what he pushed', async t => {
  const repository = makeRepository(t)
  repository.commit({ 'a.txt': 'one' })
  const { flows, run } = await openInstance(t)
  flows.set('test.one', flowText('test', 'one'))
  // The first push is refused as that of one who came too late.
  const hook = join(repository.path, 'hooks', 'update')
  mkdirSync(join(repository.path, 'hooks'), { recursive: true })
  writeFileSync(hook, `#!/bin/sh\nrm "$0"\necho 'fetch first' >&2\nexit 1\n`)
  chmodSync(hook, 0o755)

  const result = await runTask(pushFlows, { url: repository.url }, run)

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.ok('_flows/one.yml' in repository.files())
  assert.ok(run.logs.some(({ message }) => message.startsWith('somebody else pushed meanwhile')))
})

test('a push that is refused says why', async t => {
  const repository = makeRepository(t)
  repository.commit({ 'a.txt': 'one' })
  const { flows, run } = await openInstance(t)
  flows.set('test.one', flowText('test', 'one'))
  const hook = join(repository.path, 'hooks', 'pre-receive')
  mkdirSync(join(repository.path, 'hooks'), { recursive: true })
  writeFileSync(hook, `#!/bin/sh\necho 'this branch is protected' >&2\nexit 1\n`)
  chmodSync(hook, 0o755)

  const result = await runTask(pushFlows, { url: repository.url }, run)

  assert.match(result.message ?? '', /git push failed for file:.*this branch is protected/s)
})

test('the old way pushes flows, files of the namespace and more', async t => {
  const { url, commit, files } = makeRepository(t)
  commit({ 'kept.txt': 'kept' })
  const { flows, files: own, run } = await openInstance(t)
  flows.set('test.one', flowText('test', 'one'))
  own.set('test:a.py', 'print(1)')

  const result = await runTask(
    push,
    {
      ...{ url, branch: 'main', commitMessage: 'old', inputFiles: { 'note.txt': 'n', 'skip.bin': 'x' } },
      ...{ namespaceFiles: { enabled: true }, addFilesPattern: ['*.py', '*.txt', '*.yml'] },
    },
    run,
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(Object.keys(files()), ['_flows/one.yml', 'a.py', 'kept.txt', 'note.txt'])
})
