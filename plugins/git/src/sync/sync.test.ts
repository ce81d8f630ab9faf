import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTask } from '@batuta/plugin-sdk'
import { sync } from '../old-tasks.ts'
import { flowText, openInstance, rowsAt } from '../testing/instance.ts'
import { makeRepository } from '../testing/repositories.ts'
import { ignoring } from '../tree-files.ts'
import { namespaceSync, tenantSync } from './instance-tasks.ts'
import { syncDashboards, syncFlow, syncFlows, syncNamespaceFiles } from './sync-tasks.ts'

const AUTH = { auth: { auto: true } }

test('files become flows of the target namespace, folders namespaces below, and what is gone is deleted', async t => {
  const { url, commit } = makeRepository(t)
  commit({
    '_flows/load.yml': flowText('other', 'load'),
    '_flows/sub/deep/more.yaml': flowText('other', 'more'),
    '_flows/drafts/bad.yml': 'INVALID',
    '_flows/.kestraignore': '# not yet\ndrafts/\n',
    '_flows/README.md': 'read me',
  })
  const { flows, run } = await openInstance(t)
  flows.set('prod.old', flowText('prod', 'old')).set('prod.load', flowText('prod', 'load', 'before'))
  flows.set('else.kept', flowText('else', 'kept'))

  const task = { url, targetNamespace: 'prod', includeChildNamespaces: true, delete: true }
  const tried = await runTask(syncFlows, { ...task, dryRun: true }, run)
  const before = [...flows.keys()]
  const result = await runTask(syncFlows, task, run)

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(before, ['prod.old', 'prod.load', 'else.kept'])
  assert.deepEqual(await rowsAt(run, result.outputs['flows']), [
    { gitPath: '_flows/load.yml', syncState: 'UPDATED', flowId: 'load', namespace: 'prod', revision: 2 },
    {
      gitPath: '_flows/sub/deep/more.yaml',
      syncState: 'ADDED',
      flowId: 'more',
      namespace: 'prod.sub.deep',
      revision: 1,
    },
    { gitPath: null, syncState: 'DELETED', flowId: 'old', namespace: 'prod', revision: 1 },
  ])
  assert.equal((await rowsAt(run, tried.outputs['flows'])).length, 3)
  assert.deepEqual([...flows.keys()].sort(), ['else.kept', 'prod.load', 'prod.sub.deep.more'])
  assert.equal(flows.get('prod.load'), flowText('prod', 'load'))
})

test('a file that is no flow fails before anything is saved, or is passed over', async t => {
  const { url, commit } = makeRepository(t)
  commit({ 'f/a.yml': flowText('x', 'a'), 'f/z.yml': 'INVALID' })
  const { flows, run } = await openInstance(t)
  const task = { url, gitDirectory: 'f', targetNamespace: 'prod' }

  const failed = await runTask(syncFlows, task, run)
  const before = flows.size
  const passed = await runTask(syncFlows, { ...task, ignoreInvalidFlows: true }, run)
  const missing = await runTask(syncFlows, { ...task, gitDirectory: 'ghost' }, run)
  const fine = await runTask(syncFlows, { ...task, gitDirectory: 'ghost', failOnMissingDirectory: false }, run)
  const outside = await runTask(syncFlows, { ...task, gitDirectory: '../..' }, run)
  const branch = await runTask(syncFlows, { ...task, branch: 'ghost' }, run)

  assert.match(failed.message ?? '', /the file "z\.yml" holds no valid flow: The flow is not valid: no id/)
  assert.equal(before, 0)
  assert.equal(passed.state, 'SUCCESS', passed.message)
  assert.deepEqual([...flows.keys()], ['prod.a'])
  assert.match(missing.message ?? '', /has no folder "ghost"/)
  assert.equal(fine.state, 'SUCCESS', fine.message)
  assert.match(outside.message ?? '', /does not lie inside/)
  assert.match(branch.message ?? '', /has no branch "ghost"/)
})

test('one file becomes one flow', async t => {
  const { url, commit } = makeRepository(t)
  commit({ 'a/one.yml': flowText('x', 'one') })
  const { flows, run } = await openInstance(t)

  const result = await runTask(syncFlow, { url, ...AUTH, flowPath: 'a/one.yml', targetNamespace: 'prod' }, run)

  assert.deepEqual(result.outputs, { flowId: 'one', namespace: 'prod', revision: 1 })
  assert.ok(flows.has('prod.one'))
})

test('files become those of a namespace', async t => {
  const { url, commit } = makeRepository(t)
  commit({ '_files/a.py': 'print(1)', '_files/sub/b.sql': 'select 1', '_files/same.txt': 'same' })
  const { files, run } = await openInstance(t)
  files.set('test:same.txt', 'same').set('test:a.py', 'old').set('test:gone [1].txt', 'x').set('other:kept', 'y')

  const result = await runTask(syncNamespaceFiles, { url, delete: true }, run)

  assert.equal(result.state, 'SUCCESS', result.message)
  const rows = await rowsAt(run, result.outputs['files'])
  assert.deepEqual(
    rows.map(row => [row['kestraPath'], row['syncState']]),
    [
      ['/a.py', 'UPDATED'],
      ['/same.txt', 'UNCHANGED'],
      ['/sub/b.sql', 'ADDED'],
      ['/gone [1].txt', 'DELETED'],
    ],
  )
  assert.deepEqual([...files.keys()].sort(), ['other:kept', 'test:a.py', 'test:same.txt', 'test:sub/b.sql'])
  assert.equal(files.get('test:a.py'), 'print(1)')
})

test('files become dashboards', async t => {
  const { url, commit } = makeRepository(t)
  commit({ '_dashboards/load.yml': 'id: load\ntitle: Load\n' })
  const { boards, run } = await openInstance(t)
  boards.set('old', 'id: old\ntitle: Old\n')

  const kept = await runTask(syncDashboards, { url }, run)
  const both = [...boards.keys()]
  const result = await runTask(syncDashboards, { url, delete: true }, run)

  assert.equal(kept.state, 'SUCCESS', kept.message)
  assert.deepEqual(both, ['old', 'load'])
  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual([...boards.keys()], ['load'])
})

test('all namespaces go to a repository and come back', async t => {
  const { url, commit, files: stored } = makeRepository(t)
  commit({
    'README.md': 'read me',
    'all/gone/flows/x.yml': flowText('gone', 'x'),
    'all/system/flows/s.yml': flowText('system', 's'),
  })
  const here = await openInstance(t)
  here.flows.set('a.b.one', flowText('a.b', 'one')).set('a.two', flowText('a', 'two'))
  here.files.set('a:x/y.py', 'print(1)')
  here.boards.set('load', 'id: load\ntitle: Load\n')
  const task = { url, ...AUTH, branch: 'main', gitDirectory: 'all' }

  const pushed = await runTask(tenantSync, task, here.run)
  const there = await openInstance(t)
  there.flows.set('a.mine', flowText('a', 'mine')).set('system.mine', flowText('system', 'mine'))
  const pulled = await runTask(tenantSync, { ...task, sourceOfTruth: 'GIT' }, there.run)

  assert.equal(pushed.state, 'SUCCESS', pushed.message)
  assert.match(String(pushed.outputs['commitId']), /^[0-9a-f]{40}$/)
  assert.deepEqual(Object.keys(stored()).sort(), [
    ...['README.md', 'all/_global/dashboards/load.yml', 'all/a.b/flows/one.yml', 'all/a/files/x/y.py'],
    ...['all/a/flows/two.yml', 'all/system/flows/s.yml'],
  ])
  assert.equal(pulled.state, 'SUCCESS', pulled.message)
  assert.deepEqual([...there.flows.keys()].sort(), ['a.b.one', 'a.two', 'system.mine', 'system.s'])
  assert.deepEqual([...there.files], [['a:x/y.py', 'print(1)']])
  assert.deepEqual([...there.boards.keys()], ['load'])
})

test('one namespace is made like a folder, unless that would delete what must not go', async t => {
  const { url, commit } = makeRepository(t)
  commit({ 'a/flows/one.yml': flowText('a', 'one'), 'b/flows/two.yml': flowText('b', 'two') })
  const { flows, run } = await openInstance(t)
  flows.set('a.extra', flowText('a', 'extra')).set('b.extra', flowText('b', 'extra'))
  const task = { url, branch: 'main', namespace: 'a', sourceOfTruth: 'GIT' }

  const failed = await runTask(namespaceSync, { ...task, whenMissingInSource: 'FAIL' }, run)
  const result = await runTask(namespaceSync, task, run)

  assert.match(failed.message ?? '', /the repository has no a\.extra/)
  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual([...flows.keys()].sort(), ['a.one', 'b.extra'])
})

test('the old way takes flows with their namespaces and files of the own one', async t => {
  const { url, commit } = makeRepository(t)
  commit({ 'dir/_flows/one.yml': flowText('any', 'one'), 'dir/a.py': 'print(1)' })
  const { flows, files, run } = await openInstance(t)

  const result = await runTask(sync, { url, gitDirectory: 'dir', namespaceFilesDirectory: 'from-git/' }, run)

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual([...flows.keys()], ['any.one'])
  assert.deepEqual([...files], [['test:from-git/a.py', 'print(1)']])
})

test('files are passed over as git passes them over', () => {
  const isIgnored = ignoring('*.md\n!keep.md\n/top.yml\nsub/*.yml\nbuild/\n\n# c\n')

  const paths = [
    'a.md',
    'x/b.md',
    'x/keep.md',
    'top.yml',
    'x/top.yml',
    'sub/a.yml',
    'sub/x/a.yml',
    'x/build/a',
    'a.yml',
  ]
  assert.deepEqual(paths.filter(isIgnored), ['a.md', 'x/b.md', 'top.yml', 'sub/a.yml', 'x/build/a'])
})
