// Says whether `dist` is up to date. The last build noted every file it read; a build is stale when one of them has changed, when the
// list of entry points has, or when an output is gone. Size and time decide first, the hash only where they differ: ~600 files, ~10 ms.
// Runs on any Node >= 20, with nothing installed.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './node-path.mjs'

export const DIST = join(ROOT, 'dist')
// What decides about the builds beside the files they bundle: the programs, and the web page.
const PARTS = {
  build: ['scripts/build.mjs', 'scripts/build-stamp.mjs', 'scripts/build-manifests.ts', 'package-lock.json'],
  ui: ['scripts/build-ui.ts', 'package-lock.json'],
}

/** Name in `dist` (without `.js`) → source. Rooms that are not there yet have no entry. */
export function listEntries() {
  const fixed = {
    cli: 'packages/cli/src/main.ts',
    server: 'packages/server/src/main.ts',
    'flush-thread': 'packages/server/src/storage/sqlite/flush-thread.ts',
    host: 'packages/host/src/main.ts',
    'describe-plugin': 'packages/host/src/describe-plugin.ts',
    'describe-task-file': 'packages/host/src/describe-task-file.ts',
    'task-file-process': 'packages/host/src/task-file-process.ts',
    'plugin-sdk': 'packages/plugin-sdk/src/index.ts',
    ion: 'packages/ion/src/index.ts',
    'manager-process': 'packages/server/src/secrets/manager-process.ts',
  }
  const plugins = readdirSync(join(ROOT, 'plugins')).map(name => [
    `plugins/${name}/index`,
    `plugins/${name}/src/index.ts`,
  ])
  return Object.fromEntries(
    [...Object.entries(fixed), ...plugins].filter(([, source]) => existsSync(join(ROOT, source))),
  )
}

/** What was built last, or undefined. */
export function readStamp(part = 'build') {
  if (!existsSync(stampOf(part))) return undefined
  try {
    return JSON.parse(readFileSync(stampOf(part), 'utf8'))
  } catch {
    return undefined // a build that was cut off: build again
  }
}

export function isUpToDate() {
  return Object.keys(PARTS).every(isPartUpToDate)
}

export function isPartUpToDate(part) {
  const stamp = readStamp(part)
  if (stamp === undefined || JSON.stringify(stamp.entries) !== JSON.stringify(listEntries())) return false
  return stamp.outputs.every(name => existsSync(join(DIST, name))) && Object.entries(stamp.inputs).every(isUnchanged)
}

/** Written last, so that a build which was cut off counts as none. */
export function writeStamp({ part = 'build', inputs, outputs }) {
  const files = [...new Set([...inputs, ...PARTS[part]])].filter(file => existsSync(join(ROOT, file)))
  const stamp = {
    entries: listEntries(),
    outputs,
    inputs: Object.fromEntries(files.map(file => [file, describe(file)])),
  }
  writeFileSync(`${stampOf(part)}.new`, JSON.stringify(stamp))
  renameSync(`${stampOf(part)}.new`, stampOf(part))
}

function stampOf(part) {
  return join(DIST, `${part}.json`)
}

function describe(file) {
  const { size, mtimeMs } = statSync(join(ROOT, file))
  return [size, mtimeMs, hashOf(file)]
}

function isUnchanged([file, [size, mtimeMs, hash]]) {
  const now = statSync(join(ROOT, file), { throwIfNoEntry: false })
  if (now === undefined || now.size !== size) return false
  return now.mtimeMs === mtimeMs || hashOf(file) === hash
}

function hashOf(file) {
  return createHash('sha256')
    .update(readFileSync(join(ROOT, file)))
    .digest('base64url')
}
