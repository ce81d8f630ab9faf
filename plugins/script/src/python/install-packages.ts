import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { findOnPath, PRIVATE_FOLDER, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, ValueMap } from '@batuta/plugin-sdk'
import { exists } from '../kestra-library.ts'
import type { Python } from './probe-python.ts'

export interface Installation {
  readonly python: Python
  readonly dependencies: readonly string[]
  /** Whether later runs may use what is installed now. */
  readonly isKept: boolean
  readonly manager: 'UV' | 'PIP'
  readonly env: ReadonlyMap<string, string>
  /** Where the script runs in a container, its packages are installed by one of the same image. */
  readonly container?: { readonly image: string; readonly runner: ValueMap | undefined }
}

/** Installations that run now, so that tasks that need the same one wait instead of doing it again. */
const running = new Map<string, Promise<void>>()

/** A folder for PYTHONPATH that holds the packages. */
export async function installPackages(ctx: RunContext, installation: Installation): Promise<string> {
  const startedMs = performance.now()
  if (!installation.isKept) {
    const folder = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/site-packages`)
    await install(ctx, installation, folder)
    return folder
  }
  const folder = join(ctx.cacheDir, 'python', nameOf(installation))
  if (exists(folder)) {
    ctx.metrics.counter('deps.cache.download.duration', performance.now() - startedMs)
    return folder
  }
  // Whoever installs the same now may be killed; then it is our turn.
  while (running.has(folder) && !exists(folder)) await running.get(folder)?.catch(() => undefined)
  if (!exists(folder)) {
    const installing = installOnce(ctx, installation, folder).finally(() => running.delete(folder))
    running.set(folder, installing)
    await installing
  }
  ctx.metrics.counter('deps.cache.upload.duration', performance.now() - startedMs)
  return folder
}

const NAME_START_MAX = 60

function nameOf({ python, dependencies, container }: Installation): string {
  const minor = container?.image ?? python.version.split('.').slice(0, 2).join('.')
  const requirements = [...new Set(dependencies.map(line => line.trim()))].sort()
  const hash = createHash('sha256').update(JSON.stringify([minor, process.arch, requirements]))
  const start = minor.replace(/[^\w.-]+/g, '-').slice(-NAME_START_MAX)
  return `${start}-${hash.digest('hex').slice(0, 32)}`
}

/** Into a folder of its own that gets its name when it is whole: whoever comes first wins, and nobody finds half of it. */
async function installOnce(ctx: RunContext, installation: Installation, folder: string): Promise<void> {
  const growing = `${folder}.${randomUUID()}`
  try {
    await install(ctx, installation, growing)
    await rename(growing, folder)
  } catch (error) {
    await rm(growing, { recursive: true, force: true })
    if (!exists(folder)) throw error
  }
}

const TAIL_LINES = 20

async function install(ctx: RunContext, installation: Installation, folder: string): Promise<void> {
  const { dependencies, env, container } = installation
  // A container is given its working folder only, and gives it back.
  const cwd = container === undefined ? dirname(folder) : folder
  await mkdir(cwd, { recursive: true })
  const argv = await installCommand(installation, folder)
  ctx.logger.debug(`installing ${dependencies.join(', ')} with ${argv[0]}`)
  const tail: string[] = []
  const { exitCode } = await ctx.runCommand(
    {
      argv,
      env,
      cwd,
      writes: [dirname(folder)],
      ...(container === undefined ? {} : { containerImage: container.image }),
      isAside: true,
      onLine: async ({ text }) => {
        tail.push(text)
        if (tail.length > TAIL_LINES) tail.shift()
        ctx.logger.debug(text)
        await ctx.logger.ready()
      },
    },
    container === undefined ? { type: 'io.kestra.plugin.core.runner.Process' } : container.runner,
  )
  ctx.signal.throwIfAborted()
  if (exitCode !== 0) {
    throw new TaskError(`the dependencies ${dependencies.join(', ')} cannot be installed:\n${tail.join('\n')}`)
  }
}

/** Requirements follow `--`, so that none is taken for an option. */
async function installCommand(
  { python, dependencies, manager, env, container }: Installation,
  folder: string,
): Promise<readonly [string, ...string[]]> {
  const requirements = dependencies.map(line => line.trim()).filter(line => line !== '')
  const uv =
    manager === 'UV' && container === undefined
      ? findOnPath(['uv'], env.get('PATH') ?? process.env['PATH'] ?? '')
      : undefined
  if (uv !== undefined) {
    return [uv.path, 'pip', 'install', '--python', python.executable, '--target', folder, '--', ...requirements]
  }
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--target', folder, '--']
  return [python.executable, ...pip, ...requirements]
}
