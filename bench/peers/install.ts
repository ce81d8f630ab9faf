// Installs a peer from its registry into the ignored work folder, once: a mark with what was installed is written last.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../harness/server-process.ts'
import type { Installation } from './peer.ts'

export const WORK: string = join(ROOT, 'bench', '.work', 'peers')
/** Node of the project, for peers that are packages of npm. */
export const NODE: string = process.execPath
const NPM_PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
const INSTALL_TIMEOUT_MS = 1_500_000
const LOG_KEPT_CHARS = 1_500

export function folderOf(installation: Installation): string {
  return installation.type === 'built' ? ROOT : join(WORK, installation.folder)
}

/** Returns the folder; throws with the end of the installer's output when it does not work. */
export async function install(installation: Installation, say: (line: string) => void): Promise<string> {
  const folder = folderOf(installation)
  if (installation.type === 'built') return folder
  const mark = join(folder, 'installed.json')
  const wanted = JSON.stringify(installation)
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder
  mkdirSync(folder, { recursive: true })
  say(`installing ${installation.packages.join(' ')}`)
  switch (installation.type) {
    case 'npm':
      await installFromNpm(folder, installation)
      break
    case 'pypi':
      await installFromPypi(folder, installation.packages)
      break
    case 'go':
      await buildFromGo(folder, installation.module)
      await installFromNpm(folder, installation)
      break
  }
  writeFileSync(mark, wanted)
  return folder
}

/** Scripts of packages do not run: what a peer needs must be in its packages. */
async function installFromNpm(
  folder: string,
  { packages, overrides }: { readonly packages: readonly string[]; readonly overrides?: object },
): Promise<void> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...(overrides && { overrides }) }))
  const flags = ['--no-audit', '--no-fund', '--save-exact', '--ignore-scripts', '--prefer-offline']
  await runInstaller(folder, 'npm', ['install', ...flags, ...packages])
}

async function installFromPypi(folder: string, packages: readonly string[]): Promise<void> {
  if (!existsSync(join(folder, 'venv', 'bin', 'pip'))) await runInstaller(folder, 'python3', ['-m', 'venv', 'venv'])
  const pip = join(folder, 'venv', 'bin', 'pip')
  await runInstaller(folder, pip, ['install', '--disable-pip-version-check', '--prefer-binary', ...packages])
}

/** The module's own program, built with the Go that is here, from the module proxy and from nowhere else. */
async function buildFromGo(folder: string, module: string): Promise<void> {
  const cache = { GOBIN: join(folder, 'bin'), GOMODCACHE: join(folder, 'mod'), GOCACHE: join(folder, 'cache') }
  await runInstaller(folder, 'go', ['install', module], {
    ...cache,
    GOFLAGS: '-modcacherw',
    GOTOOLCHAIN: 'local',
    GOPROXY: proxyOnly(),
  })
}

/** Without `direct`, which would ask the repositories themselves. */
function proxyOnly(): string {
  const { stdout } = spawnSync('go', ['env', 'GOPROXY'], { encoding: 'utf8' })
  return stdout.trim().replace(/[,|]direct$/, '')
}

async function runInstaller(
  folder: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const log = join(folder, 'install.log')
  const output = openSync(log, 'w')
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', output, output],
    timeout: INSTALL_TIMEOUT_MS,
    env: { ...process.env, PATH: NPM_PATH, ...env },
  })
  const ended = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (ended !== 0)
    throw new Error(`${command} ended with ${ended}: ${readFileSync(log, 'utf8').slice(-LOG_KEPT_CHARS)}`)
}
