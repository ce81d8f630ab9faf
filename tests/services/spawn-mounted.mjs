// A program with a file system that nobody else sees: packages as if they were installed, and files in the place of the system's. Needs root.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf } from '../../scripts/debian-packages.mjs'

/** Undefined when it can be done, or else why not. */
export function whyNotMounted() {
  if (process.getuid?.() !== 0) return 'this server is started by root only'
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? undefined : 'no mount namespace can be made (unshare -m)'
}

/** `tree`: a folder of `unpackOnce`; `files`: what is seen in the place of which path. */
export function spawnMounted(command, { tree, files = {} }, stdio) {
  const why = whyNotMounted()
  if (why !== undefined) throw new Error(why)
  const trees = ['/usr', '/lib'].filter(path => existsSync(join(tree, path)))
  const mounts = [
    ...trees.map(path => `mount -t overlay overlay -o ro,lowerdir=${join(tree, path)}:${path} ${path}`),
    ...Object.entries(files).map(([path, own]) => `mount --bind ${own} ${path}`),
    'exec "$@"',
  ]
  return spawn('unshare', ['-m', 'sh', '-c', mounts.join(' && '), 'sh', ...command], {
    env: environmentOf(tree),
    stdio,
  })
}
