// Gets a Docker engine without touching the system: Debian's packages, unpacked into a temporary folder, where they stay for the next time.
// Beside it a tree for an image, of Debian's packages as well: a shell with its tools, and Python. Needs root, apt and dpkg.
// Usage: node scripts/with-node.mjs scripts/get-dockerd.mjs   prints the folder of the programs and that of the tree.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOM = join(tmpdir(), 'batuta-dockerd')
const ENGINE = ['docker.io', 'containerd', 'runc']
const IMAGE = [
  'busybox-static',
  'libc6',
  'zlib1g',
  'libexpat1',
  'libpython3.11-minimal',
  'libpython3.11-stdlib',
  'python3.11-minimal',
  'python3-distutils',
  'python3-pip',
  'python3-pkg-resources',
  'python3-setuptools',
  'python3-wheel',
]

/** @returns {{ path: string, tree: string }} What to put before PATH, and the tree of the image. */
export function getDockerd() {
  if (process.getuid?.() !== 0) throw new Error('A Docker engine is started by root only.')
  const engine = unpackOnce('engine', ENGINE)
  const tree = unpackOnce('tree', IMAGE, finishTree)
  return { path: ['usr/sbin', 'usr/bin'].map(folder => join(engine, folder)).join(':'), tree }
}

/** The tree of another image: Debian's packages with all that they need. `links` are made in `/usr/bin`. */
export function getTree(name, packages, links = {}) {
  return unpackOnce(
    name,
    () => [...closureOf(packages), 'busybox-static'],
    tree => {
      for (const [link, target] of Object.entries({ sh: '/bin/busybox', ...links })) makeLink(tree, link, target)
    },
  )
}

function makeLink(tree, link, target) {
  const folder = link === 'sh' ? 'bin' : 'usr/bin'
  rmSync(join(tree, folder, link), { force: true })
  symlinkSync(target, join(tree, folder, link))
}

/** As if nothing was installed. */
function closureOf(packages) {
  mkdirSync(ROOM, { recursive: true })
  const status = join(ROOM, 'nothing-installed')
  writeFileSync(status, '')
  const options = ['-qq', '--print-uris', '--no-install-recommends', '-o', `Dir::State::status=${status}`]
  const lines = run('apt-get', ['install', ...options, ...packages], ROOM).split('\n')
  return lines.flatMap(line => /^'\S+' ([^_\s]+)_\S+\.deb /.exec(line)?.[1] ?? [])
}

/** Into a folder that gets its name when it is whole. */
function unpackOnce(name, packages, finish = () => {}) {
  const folder = join(ROOM, name)
  if (existsSync(folder)) return folder
  const growing = `${folder}.${process.pid}`
  const debs = `${growing}.debs`
  mkdirSync(growing, { recursive: true })
  mkdirSync(debs, { recursive: true })
  try {
    run('apt-get', ['download', '-q', ...(typeof packages === 'function' ? packages() : packages)], debs)
    for (const file of readdirSync(debs)) run('dpkg', ['-x', join(debs, file), growing], debs)
    finish(growing)
    renameSync(growing, folder)
  } finally {
    rmSync(debs, { recursive: true, force: true })
    rmSync(growing, { recursive: true, force: true })
  }
  return folder
}

function finishTree(tree) {
  for (const name of ['usr/share', 'usr/lib/python3.11/test', 'usr/lib/python3.11/idlelib'])
    rmSync(join(tree, name), { recursive: true, force: true })
  for (const name of [
    'sh',
    'cat',
    'echo',
    'ls',
    'mkdir',
    'rm',
    'sleep',
    'env',
    'id',
    'touch',
    'cp',
    'ln',
    'test',
    'yes',
    'head',
    'kill',
    'dd',
  ])
    symlinkSync('busybox', join(tree, 'bin', name))
  for (const name of ['python', 'python3']) symlinkSync('python3.11', join(tree, 'usr/bin', name))
  mkdirSync(join(tree, 'tmp'), { mode: 0o1777 })
}

function run(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`)
  return stdout
}

if (import.meta.main) console.log(JSON.stringify(getDockerd(), undefined, 2))
