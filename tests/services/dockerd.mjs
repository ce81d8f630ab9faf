// A real Docker engine for tests: on a socket and in a folder of its own, with no network of its own, and with one image that was made here.
// Nothing is pulled. Needs root.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getDockerd } from '../../scripts/get-dockerd.mjs'

export const IMAGE = 'batuta-test:1'

const READY_MAX_MS = 300_000
const LOOK_AGAIN_MS = 100

/** Ends the engine when our end of the pipe closes, so that a test that is killed leaves nothing running. */
const GUARD = '"$@" </dev/null & engine=$!; read -r _; kill $engine; wait $engine'

export async function startDockerd() {
  const { environment: ofPrograms, tree } = getDockerd()
  const folder = mkdtempSync(join(tmpdir(), 'dockerd-'))
  const host = `unix://${join(folder, 'engine.sock')}`
  const environment = { ...ofPrograms, DOCKER_HOST: host }
  let child
  const start = async () => {
    child = await startProgram(folder, environment)
  }
  const end = async () => {
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.stdin.end()
    await ended
  }
  const docker = (...args) => {
    const { status, stdout, stderr } = spawnSync('docker', args, { env: environment, encoding: 'utf8' })
    if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
    return stdout.trim()
  }
  await start()
  importImage(tree, IMAGE, environment)
  return {
    host,
    environment,
    docker,
    importTree: (folder, image) => importImage(folder, image, environment),
    start,
    stop: end,
    remove: async () => {
      const ids = docker('ps', '-aq').split('\n').filter(Boolean)
      if (ids.length > 0) docker('rm', '-f', ...ids)
      await end()
      unmountBelow(folder)
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** The engine forgets one or another. */
function unmountBelow(folder) {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
  for (const mount of mounts.filter(path => path.startsWith(`${folder}/`)).reverse()) spawnSync('umount', ['-l', mount])
}

async function startProgram(folder, env) {
  const pidFile = join(folder, 'engine.pid')
  rmSync(pidFile, { force: true })
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', GUARD, 'sh', 'dockerd'],
      ...['--host', env.DOCKER_HOST, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
      ...['--pidfile', pidFile, '--bridge', 'none', '--userland-proxy=false'],
      ...['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false'],
    ],
    { env, stdio: ['pipe', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', chunk => (said = (said + String(chunk)).slice(-4_000)))
  for (let waitedMs = 0; waitedMs < READY_MAX_MS; waitedMs += LOOK_AGAIN_MS) {
    if (child.exitCode !== null) break
    if (existsSync(pidFile) && readFileSync(pidFile).length > 0 && said.includes('API listen on')) return child
    await sleep(LOOK_AGAIN_MS)
  }
  child.stdin.end()
  throw new Error(`dockerd does not start here: ${said}`)
}

function importImage(tree, image, env) {
  const command = `tar -C '${tree}' -c . | docker import - ${image}`
  const { status, stderr } = spawnSync('/bin/sh', ['-c', command], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the image cannot be made: ${stderr}`)
}
