// Gets a Docker engine without touching the system: Debian's packages, unpacked into a cache, where they stay for the next time.
// Beside it a tree for an image, of Debian's packages as well: a shell with its tools, and Python. Needs root, apt and dpkg.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf, unpackOnce } from './debian-packages.mjs'

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

/** @returns {{ environment: NodeJS.ProcessEnv, tree: string }} In which its programs run, and the tree of the image. */
export function getDockerd() {
  if (process.getuid?.() !== 0) throw new Error('A Docker engine is started by root only.')
  const engine = unpackOnce('engine', ENGINE)
  return { environment: environmentOf(engine), tree: unpackOnce('tree', IMAGE, { needs: 'none', finish: finishTree }) }
}

/** The tree of another image: Debian's packages with all that they need. `links` are made in `/usr/bin`. */
export function getTree(name, packages, links = {}) {
  return unpackOnce(`tree-${name}`, [...packages, 'busybox-static'], {
    needs: 'all',
    finish: tree => {
      for (const [link, target] of Object.entries({ sh: '/bin/busybox', ...links })) makeLink(tree, link, target)
    },
  })
}

function makeLink(tree, link, target) {
  const folder = link === 'sh' ? 'bin' : 'usr/bin'
  rmSync(join(tree, folder, link), { force: true })
  symlinkSync(target, join(tree, folder, link))
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
