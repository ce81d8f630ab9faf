// Which interpreter runs the script, and with which packages: `dependencies` are installed once into a folder named after the
// interpreter's version and the requirements, and found there by every later run.
import { delimiter, join } from 'node:path'
import { findOnPath, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, Session } from '@batuta/plugin-sdk'
import { libraryFolder } from '../kestra-library.ts'
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
export async function preparePython(session: Session, props: PythonProps): Promise<PreparedPython> {
  const { env, scope } = session
  setDefault(env, 'PYTHONUNBUFFERED', 'true')
  setDefault(env, 'PIP_ROOT_USER_ACTION', 'ignore')
  setDefault(env, 'PIP_DISABLE_PIP_VERSION_CHECK', '1')
  const dependencies = (await props.dependencies.render(scope)) ?? []
  return session.isContained
    ? await prepareContained(session, props, dependencies)
    : await prepareHere(session, props, dependencies)
}

type PythonProps = LazyProperties<typeof pythonProperties>

/** The interpreter is the image's, and so is the one that installs packages: theirs may be of another version or system. */
async function prepareContained(
  session: Session,
  props: PythonProps,
  dependencies: readonly string[],
): Promise<PreparedPython> {
  const { ctx, env, scope, image, runner, reads } = session
  const folders = [await libraryFolder(ctx, 'python')]
  if (dependencies.length > 0) {
    if (image === undefined)
      throw new TaskError('property "containerImage" is required to install `dependencies` for it')
    const isKept = await props.dependencyCacheEnabled.render(scope)
    const python = { executable: 'python', version: image }
    const installation = { python, dependencies, isKept, manager: 'PIP', env, container: { image, runner } } as const
    folders.unshift(await installPackages(ctx, installation))
  }
  reads.push(...folders)
  addToPath(env, folders)
  return { command: 'python', executable: undefined }
}

async function prepareHere(
  session: Session,
  props: PythonProps,
  dependencies: readonly string[],
): Promise<PreparedPython> {
  const { ctx, env, scope } = session
  const path = searchPath(env)
  const name = await findName(session, await props.pythonVersion.render(scope), path)
  const folders = [await libraryFolder(ctx, 'python')]
  if (dependencies.length > 0) {
    const python = await getPython(session, name, path)
    const isKept = await props.dependencyCacheEnabled.render(scope)
    const manager = await props.packageManager.render(scope)
    folders.unshift(await installPackages(ctx, { python, dependencies, isKept, manager, env }))
  }
  addToPath(env, folders)
  if (session.hasBeforeCommands) return { command: name, executable: undefined }
  // Commands before the script may activate an environment; without them the interpreter itself saves the way through a shim.
  const executable = (await probePython(ctx, { name, path }))?.executable
  return { command: executable ?? name, executable }
}

function addToPath(env: Map<string, string>, folders: readonly string[]): void {
  const own = env.get('PYTHONPATH')
  env.set('PYTHONPATH', [...(own === undefined ? [] : [own]), ...folders].join(delimiter))
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
