// Packages that are installed by name, for the checks of what needs them: once, into a cache beside the project.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const CACHE = process.env['BATUTA_SERVICES_CACHE'] ?? join(homedir(), '.cache', 'batuta-services')
const FOLDER = join(CACHE, 'npm')
const VERSIONS: Readonly<Record<string, string>> = {
  '@duckdb/node-api': '1.5.6-r.1',
  chdb: '3.4.0',
  hdb: '2.30.1',
  oracledb: '26.0.0',
  tedious: '20.3.9',
  'vertica-nodejs': '1.1.4',
}

/** Afterwards the package is found by plugins, as on a worker whose NODE_PATH names the folder. */
export function installClient(name: string): void {
  mkdirSync(FOLDER, { recursive: true })
  const manifest = join(FOLDER, 'package.json')
  if (!existsSync(manifest)) writeFileSync(manifest, '{"private":true}\n')
  if (!existsSync(join(FOLDER, 'node_modules', name))) {
    const wanted = `${name}@${VERSIONS[name] ?? 'latest'}`
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    execFileSync('npm', ['install', ...options, wanted], { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  process.env['NODE_PATH'] = FOLDER
}

/** For what a check itself uses of it. */
export function requireClient(name: string): unknown {
  installClient(name)
  const found: unknown = createRequire(join(FOLDER, 'x.js'))(name)
  return found
}
