// Programs for tests that the system does not have: Debian's packages, fetched once and unpacked into a cache without being installed. Needs apt and
// dpkg; what apt has not been told of yet is looked up again by root only.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const CACHE = process.env.BATUTA_SERVICES_CACHE ?? join(homedir(), '.cache', 'batuta-services')
const FOLDERS = ['usr/sbin', 'usr/bin', 'sbin', 'bin']
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].flatMap(name => [`usr/lib/${name}`, `lib/${name}`])
const FETCH_MAX_MS = 15 * 60_000

/**
 * The folder that holds the packages and what they need, as far as it is not installed; `needs` says otherwise: `all`, which makes the tree of an
 * image, or `none`. `finish` may change the folder before it is taken.
 */
export function unpackOnce(name, packages, { needs = 'missing', finish = () => {} } = {}) {
  const asked = createHash('sha256').update(JSON.stringify([needs, ...packages]))
  const folder = join(CACHE, 'debian', `${name}-${asked.digest('hex').slice(0, 12)}`)
  if (existsSync(folder)) return folder
  const growing = `${folder}.${process.pid}`
  const debs = `${growing}.debs`
  mkdirSync(growing, { recursive: true })
  mkdirSync(debs, { recursive: true })
  try {
    fetchPackages(packages, { needs, debs })
    for (const file of readdirSync(debs).filter(file => file.endsWith('.deb')))
      run('dpkg', ['-x', join(debs, file), growing], debs)
    finish(growing)
    renameSync(growing, folder)
  } catch (cause) {
    throw new Error(`${packages.join(', ')}: not here, and cannot be fetched: ${cause.message}`, { cause })
  } finally {
    rmSync(debs, { recursive: true, force: true })
    rmSync(growing, { recursive: true, force: true })
  }
  return folder
}

/** With the programs and libraries of a folder of `unpackOnce`. */
export function environmentOf(folder) {
  const libraries = LIBRARIES.map(path => join(folder, path)).filter(path => existsSync(path))
  return {
    ...process.env,
    PATH: [...FOLDERS.map(path => join(folder, path)), process.env.PATH].join(':'),
    LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':'),
    PYTHONPATH: [join(folder, 'usr/lib/python3/dist-packages'), process.env.PYTHONPATH ?? ''].filter(Boolean).join(':'),
  }
}

function fetchPackages(packages, { needs, debs }) {
  const fetch = () => {
    const names = needs === 'none' ? packages : closureOf(packages, { isWhole: needs === 'all', debs })
    run('apt-get', ['download', '-q', ...names], debs)
  }
  try {
    fetch()
  } catch (error) {
    if (process.getuid?.() !== 0) throw error
    run('apt-get', ['update', '-q'], debs)
    fetch()
  }
}

function closureOf(packages, { isWhole, debs }) {
  const status = join(debs, 'nothing-installed')
  if (isWhole) writeFileSync(status, '')
  const options = ['-qq', '--print-uris', '--reinstall', '--no-install-recommends']
  const as = isWhole ? ['-o', `Dir::State::status=${status}`] : []
  const lines = run('apt-get', ['install', ...options, ...as, ...packages], debs).split('\n')
  const names = lines.flatMap(line => /^'\S+' ([^_\s]+)_\S+\.deb /.exec(line)?.[1] ?? [])
  if (names.length === 0) throw new Error(`apt-get names no package for ${packages.join(', ')}`)
  return names
}

function run(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: FETCH_MAX_MS,
  })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`)
  return stdout
}
