// Which interpreter runs the script, and with which packages: `dependencies` are installed once into a folder named after the
// interpreter's version and the requirements, and found there by every later run.
import { delimiter, join } from 'node:path'
import { TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties } from '@batuta/plugin-sdk'
import { findOnPath } from '../find-on-path.ts'
import { libraryFolder } from '../kestra-library.ts'
import type { Session } from '../run-script.ts'
import { installPackages } from './install-packages.ts'
import { probePython } from './probe-python.ts'
import type { Python } from './probe-python.ts'
import type { pythonProperties } from './python-tasks.ts'

export interface PreparedPython {
  /** For a shell. */
  readonly command: string
  /** Absolute path of the interpreter; unknown where commands before the script may choose another one. */
  readonly executable: string | undefined
}

/** Fills the environment and finds the interpreter. */
export async function preparePython(
  session: Session,
  props: LazyProperties<typeof pythonProperties>,
): Promise<PreparedPython> {
  const { ctx, env, scope } = session
  const path = searchPath(env)
  const name = await findName(session, await props.pythonVersion.render(scope), path)
  setDefault(env, 'PYTHONUNBUFFERED', 'true')
  setDefault(env, 'PIP_ROOT_USER_ACTION', 'ignore')
  setDefault(env, 'PIP_DISABLE_PIP_VERSION_CHECK', '1')
  const folders = [await libraryFolder(ctx, 'python')]
  const dependencies = (await props.dependencies.render(scope)) ?? []
  if (dependencies.length > 0) {
    const python = await getPython(session, name, path)
    const isKept = await props.dependencyCacheEnabled.render(scope)
    const manager = await props.packageManager.render(scope)
    folders.unshift(await installPackages(ctx, { python, dependencies, isKept, manager, env }))
  }
  const own = env.get('PYTHONPATH')
  env.set('PYTHONPATH', [...(own === undefined ? [] : [own]), ...folders].join(delimiter))
  if (session.hasBeforeCommands) return { command: name, executable: undefined }
  // Commands before the script may activate an environment; without them the interpreter itself saves the way through a shim.
  const executable = (await probePython(ctx, { name, path }))?.executable
  return { command: executable ?? name, executable }
}

function searchPath(env: ReadonlyMap<string, string>): string {
  const path = env.get('PATH') ?? process.env['PATH'] ?? ''
  const virtual = env.get('VIRTUAL_ENV') ?? process.env['VIRTUAL_ENV']
  return virtual === undefined ? path : [join(virtual, 'bin'), path].join(delimiter)
}

async function findName({ ctx }: Session, version: string | undefined, path: string): Promise<string> {
  const wanted = version === undefined ? [] : [`python${version}`, `python${version.split('.').slice(0, 2).join('.')}`]
  const found = findOnPath([...wanted, 'python3', 'python'], path)
  if (found === undefined) {
    throw new TaskError(
      'neither python3 nor python is on the PATH of this worker; install Python, or set PATH in `env`',
    )
  }
  if (version !== undefined && !wanted.includes(found.name)) {
    ctx.logger.warn(`Python ${version} is not on this worker; the script runs with ${found.name}`)
  }
  return found.name
}

async function getPython({ ctx }: Session, name: string, path: string): Promise<Python> {
  const python = await probePython(ctx, { name, path })
  if (python === undefined) throw new TaskError(`${name} is on the PATH of this worker but does not run`)
  return python
}

function setDefault(env: Map<string, string>, name: string, value: string): void {
  if (!env.has(name)) env.set(name, value)
}
