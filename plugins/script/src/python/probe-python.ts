import type { RunContext } from '@batuta/plugin-sdk'
import { tmpdir } from 'node:os'

export interface Python {
  /** Absolute path of the interpreter behind whatever shim the name leads to. */
  readonly executable: string
  /** e.g. `3.11.7` */
  readonly version: string
}

export interface Place {
  readonly name: string
  readonly path: string
}

const PROBE = 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])'
const PLACES_MAX = 50
const known = new Map<string, Promise<Python | undefined>>()

/** Asked once for each name and path: a shim costs as much as the interpreter itself. */
export function probePython(ctx: RunContext, place: Place): Promise<Python | undefined> {
  const key = `${place.name}\0${place.path}`
  const found = known.get(key)
  if (found !== undefined) return found
  if (known.size >= PLACES_MAX) known.clear()
  const asked = ask(ctx, place)
  known.set(key, asked)
  asked.catch(() => known.delete(key))
  return asked
}

async function ask(ctx: RunContext, { name, path }: Place): Promise<Python | undefined> {
  const lines: string[] = []
  const { exitCode } = await ctx.runCommand(
    {
      argv: [name, '-c', PROBE],
      env: new Map([['PATH', path]]),
      cwd: tmpdir(),
      isAside: true,
      onLine: ({ stream, text }) => {
        if (stream === 'stdout') lines.push(text)
      },
    },
    { type: 'io.kestra.plugin.core.runner.Process' },
  )
  const [executable, version] = lines
  return exitCode === 0 && executable !== undefined && version !== undefined ? { executable, version } : undefined
}
