import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { installPlugin, listInstalled, uninstallPlugin } from './install-plugin.ts'
import { compareVersions } from './installed.ts'
import { openPluginShelf, type PluginShelf } from './plugin-shelf.ts'

const TYPE = 'com.example.test.Greet'

interface Place {
  readonly dataDir: string
  readonly pack: (version: string, more?: PackOptions) => string
  readonly shelf: () => { readonly shelf: PluginShelf; readonly notices: string[] }
}

interface PackOptions {
  readonly type?: string
  readonly files?: Readonly<Record<string, string>>
  readonly batuta?: object
}

function openPlace(t: TestContext): Place {
  const root = mkdtempSync(join(tmpdir(), 'batuta-plugins-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const dataDir = join(root, 'data')
  let count = 0
  return {
    dataDir,
    pack: (version, { type = TYPE, files = {}, batuta = { entry: 'src/index.ts' } } = {}) => {
      const folder = join(root, `pack-${++count}`)
      mkdirSync(join(folder, 'package', 'src'), { recursive: true })
      const scripts = { preinstall: `touch ${join(root, 'ran')}`, install: `touch ${join(root, 'ran')}` }
      const described = { name: '@example/greet', version, type: 'module', scripts, batuta }
      const all = { 'package.json': JSON.stringify(described), 'src/index.ts': sourceOf(type, version), ...files }
      for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, 'package', name), text)
      const tarball = join(root, `greet-${count}.tgz`)
      execFileSync('tar', ['-czf', tarball, '-C', folder, 'package'])
      assert.equal(existsSync(join(root, 'ran')), false)
      return tarball
    },
    shelf: () => {
      const notices: string[] = []
      return {
        shelf: openPluginShelf(join(root, 'own'), join(dataDir, 'plugins'), text => void notices.push(text)),
        notices,
      }
    },
  }
}

function sourceOf(type: string, version: string): string {
  return `import { defineTask, p } from '@batuta/plugin-sdk'
export const tasks = [defineTask({
  type: '${type}',
  title: 'Greet.',
  properties: { name: p.string().dynamic().required().title('Who.') },
  run: async (ctx, props) => ({ text: 'v${version} ' + (await props.name.render()) }),
})]
`
}

test('a packed plugin is unpacked without its scripts, described, locked and known, as long as its files stay the same', async t => {
  const { dataDir, pack, shelf } = openPlace(t)

  const report = await installPlugin(pack('1.0.0'), { dataDir })

  assert.deepEqual(
    [report.name, report.version, report.types, report.shadowed],
    ['@example/greet', '1.0.0', [TYPE], []],
  )
  assert.match(report.integrity, /^sha512-/)
  const [entry] = listInstalled({ dataDir })
  assert.deepEqual([entry?.integrity, entry?.isIntact], [report.integrity, true])
  const { shelf: now, notices } = shelf()
  const type = now.catalogue.resolve(TYPE)
  assert.deepEqual([type?.implemented, type?.kind, notices], [true, 'task', []])
  assert.match(
    now.manifests.modules[TYPE] ?? '',
    /@example%2Bgreet@1\.0\.0\/src\/index\.ts\?v=|@example\+greet@1\.0\.0\/src\/index\.ts\?v=/,
  )

  writeFileSync(join(report.folder, 'src', 'index.ts'), 'export const tasks = []')
  const changed = shelf()

  assert.equal(changed.shelf.catalogue.resolve(TYPE), undefined)
  assert.match(changed.notices[0] ?? '', /its files are not those that were installed/)
  assert.equal(listInstalled({ dataDir })[0]?.isIntact, false)
})

test('several versions stand side by side, and the newest counts', async t => {
  const { dataDir, pack, shelf } = openPlace(t)

  for (const version of ['1.10.0', '1.9.0']) await installPlugin(pack(version), { dataDir })

  const { modules } = shelf().shelf.manifests
  assert.equal(modules[TYPE], modules[`${TYPE}@1.10.0`])
  assert.equal(new Set(Object.values(modules)).size, 2)
})

test('what is no plugin is refused with the reason, and leaves nothing', async t => {
  const { dataDir, pack, shelf } = openPlace(t)
  const refused: readonly (readonly [PackOptions, RegExp])[] = [
    [{ batuta: {} }, /is no plugin: its package.json has no batuta.entry/],
    [{ batuta: { entry: '../x.ts' } }, /is not in the package/],
    [{ files: { 'src/index.ts': 'export const tasks = []' } }, /defines nothing/],
    [{ files: { 'src/index.ts': 'throw new Error("no")' } }, /said: no/],
  ]

  for (const [options, reason] of refused)
    await assert.rejects(installPlugin(pack('1.0.0', options), { dataDir }), reason)
  await assert.rejects(installPlugin('Not A Name', { dataDir }), /neither a package \(name@version\) nor a file/)
  await assert.rejects(installPlugin('./nowhere.tgz', { dataDir }), /There is no file/)

  assert.deepEqual(listInstalled({ dataDir }), [])
  assert.deepEqual(shelf().shelf.manifests.plugins, [])
})

test('a package that grows beyond all measure, or holds links, is refused before it is unpacked', async t => {
  const { dataDir, pack } = openPlace(t)
  const root = join(dataDir, '..')
  const link = pack('1.0.0')
  mkdirSync(join(root, 'package'))
  symlinkSync('/etc', join(root, 'package', 'way-out'))
  const withLink = join(root, 'link.tgz')
  execFileSync('tar', ['-czf', withLink, '-C', root, 'package'])
  const broken = join(root, 'broken.tgz')
  writeFileSync(broken, readFileSync(link).subarray(0, 100))
  const bomb = join(root, 'bomb.tgz')
  writeFileSync(bomb, gzipSync(Buffer.alloc(65 * 2 ** 20)))
  const words = join(root, 'words.tgz')
  writeFileSync(words, 'no package at all')

  await assert.rejects(installPlugin(withLink, { dataDir }), /has "package\/way-out", which is a link or a device/)
  await assert.rejects(installPlugin(bomb, { dataDir }), /unpacks to more than 67108864 bytes/)
  await assert.rejects(installPlugin(broken, { dataDir }), /is damaged, or no packed package/)
  await assert.rejects(installPlugin(words, { dataDir }), /is damaged, or no packed package/)

  assert.deepEqual(readdirSync(join(dataDir, 'plugins')), [])
})

test('versions are compared by their numbers, and what comes before a version is older', () => {
  const sorted = ['1.0.0', '0.9.9', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.10', '1.0.9', '10.0.0'].sort(compareVersions)

  assert.deepEqual(sorted, ['0.9.9', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0', '1.0.9', '1.0.10', '10.0.0'])
})

test('a shelf that is watched takes what comes, and lets go what goes; the same version stays the same', async t => {
  const { dataDir, pack, shelf } = openPlace(t)
  const { shelf: now, notices } = shelf()
  now.watch(() => {})
  t.after(() => now.stop())
  const told = async (text: RegExp): Promise<void> => {
    while (!notices.some(notice => text.test(notice))) await new Promise(resolve => setTimeout(resolve, 5))
  }
  const first = pack('1.0.0')
  const other = pack('1.0.0', { files: { 'src/more.ts': 'export {}' } })

  const report = await installPlugin(first, { dataDir })
  await told(/are here now: @example\/greet@1\.0\.0/)
  const before = now.catalogue.resolve(TYPE)?.implemented
  const again = await installPlugin(first, { dataDir })
  await assert.rejects(installPlugin(other, { dataDir }), /was installed with other content .* uninstall it first/)
  const gone = uninstallPlugin('@example/greet', { dataDir })
  await told(/are not here any more: @example\/greet@1\.0\.0/)

  assert.deepEqual(again, report)
  assert.deepEqual([before, gone], [true, ['@example/greet@1.0.0']])
  assert.equal(now.catalogue.resolve(TYPE), undefined)
})
