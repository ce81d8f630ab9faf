// Brings `node_modules` up to what `package-lock.json` says, and does nothing when it is there already.
// What npm installed is read from npm's own note (`node_modules/.package-lock.json`), so an installation by hand counts as well.
// Runs on any Node >= 20, with nothing installed.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, isNodeNewEnough } from './node-path.mjs'
import { packedNodeOf, trimPackedNode } from './trim-node.mjs'

const LOCK = join(ROOT, 'package-lock.json')
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json')
const QUIET = ['--no-fund', '--no-audit', '--loglevel=error']

/** `runtime` is what the server needs, `full` adds what the tests need. Neither takes away what the other brought. */
export async function ensureInstalled(level, say) {
  const missing = findMissing(level)
  if (missing.length === 0) return
  say(
    missing.length === 1 ? `installing ${missing[0]} …` : `installing ${missing.length} packages (${missing[0]}, …) …`,
  )
  const installed = Object.values(readPackages(INSTALLED))
  const dev = level === 'full' || installed.some(item => item.dev) ? '--include=dev' : '--omit=dev'
  // `ci` empties node_modules first: right for a fresh clone, wrong under a server that is running.
  if (installed.length > 0) await runNpm(['install', '--no-save', dev, ...QUIET])
  else await installCleanly(dev, say)
  trimPackedNode(ROOT, hasOwnNode())
  const left = findMissing(level, { withOptional: false })
  if (left.length > 0) throw new Error(`npm ended well, yet these packages are missing: ${left.join(', ')}`)
}

/** npm refuses a lock that some other npm would complete by itself; a newcomer should not have to know. */
async function installCleanly(dev, say) {
  try {
    await runNpm(['ci', dev, ...QUIET])
  } catch (error) {
    say(`${error.message}; trying again without insisting on the lock`)
    await runNpm(['install', '--no-save', dev, ...QUIET])
  }
}

/** Names of the packages that the level needs on this machine and that are not there in the locked version. */
export function findMissing(level, { withOptional = true } = {}) {
  const wanted = readPackages(LOCK)
  const installed = readPackages(INSTALLED)
  return Object.entries(wanted)
    .filter(
      ([path, item]) => path.startsWith('node_modules/') && isNeeded(item, level) && (withOptional || !item.optional),
    )
    .filter(([path, item]) => !isInstalled(installed[path], item) || isNodeGone(path))
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
}

/** The packed one may be what runs this. */
function hasOwnNode() {
  return isNodeNewEnough() && !process.execPath.startsWith(packedNodeOf(ROOT))
}

/** It was not needed by whatever Node the machine had when it was installed. */
function isNodeGone(path) {
  return !isNodeNewEnough() && join(ROOT, path) === packedNodeOf(ROOT) && !existsSync(join(ROOT, path, 'bin'))
}

function readPackages(file) {
  if (!existsSync(file)) return {}
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
}

function isNeeded(item, level) {
  if (level === 'runtime' && (item.dev || item.devOptional)) return false
  // An optional package may be left out for the machine's sake; the ones the project cannot do without are checked where they are used.
  return (
    !item.optional ||
    (item.os !== undefined && !item.libc && fits(item.os, process.platform) && fits(item.cpu, process.arch))
  )
}

function fits(list, value) {
  if (list === undefined) return true
  return [list].flat().includes(value)
}

function isInstalled(present, wanted) {
  if (present === undefined) return false
  return wanted.link ? present.link === true : present.version === wanted.version
}

function runNpm(args) {
  const isUnderNpm = process.env.npm_execpath?.endsWith('.js')
  const [command, first] = isUnderNpm ? [process.execPath, [process.env.npm_execpath]] : ['npm', []]
  // npm's own lines go to stderr: stdout of `npm start` carries the address and nothing else.
  const child = spawn(command, [...first, ...args], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, 'inherit'],
    shell: !isUnderNpm && process.platform === 'win32',
  })
  return new Promise((resolve, reject) => {
    child.on('error', cause => reject(new Error(`npm could not be started: ${cause.message}`, { cause })))
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args[0]} ended with ${signal ?? `code ${code}`}`)),
    )
  })
}
