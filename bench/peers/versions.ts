// What is really installed, as the packages themselves say it.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeVersions } from '../harness/machine.ts'
import { folderOf } from './install.ts'
import type { Installation } from './peer.ts'

export function versionsOf(installation: Installation): string {
  const folder = folderOf(installation)
  switch (installation.type) {
    case 'built':
      return String(describeVersions()['batuta'])
    case 'npm':
      return npmVersions(folder, installation.packages)
    case 'pypi':
      return pypiVersion(folder, installation.packages)
    case 'go':
      return `${installation.module.split('@').at(-1)}, ${npmVersions(folder, installation.packages)}`
  }
}

function npmVersions(folder: string, packages: readonly string[]): string {
  return packages
    .map(wanted => wanted.slice(0, wanted.lastIndexOf('@')))
    .map(name => `${name.split('/').at(-1)} ${npmVersion(folder, name)}`)
    .join(', ')
}

function npmVersion(folder: string, name: string): string {
  const file = join(folder, 'node_modules', name, 'package.json')
  if (!existsSync(file)) return '(not installed)'
  const { version }: { version?: string } = JSON.parse(readFileSync(file, 'utf8'))
  return version ?? 'unknown'
}

function pypiVersion(folder: string, packages: readonly string[]): string {
  const python = join(folder, 'venv', 'bin', 'python')
  return packages
    .map(wanted => wanted.split('==', 1)[0] ?? wanted)
    .map(name => {
      const script = `import importlib.metadata as m; print(m.version("${name}"))`
      const { status, stdout } = spawnSync(python, ['-c', script], { encoding: 'utf8' })
      return `${name} ${status === 0 ? stdout.trim() : '(not installed)'}`
    })
    .join(', ')
}
