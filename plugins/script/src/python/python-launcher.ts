// Runs a script with `true`, `false` and `null` defined, so that rendered JSON is valid Python. A prelude in the script itself would
// shift the line numbers of every traceback and forbid `from __future__ import …`.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { RunContext } from '@batuta/plugin-sdk'
import { exists } from '../kestra-library.ts'

const LAUNCHER = `import builtins, os, sys
builtins.true, builtins.false, builtins.null = True, False, None
sys.argv = sys.argv[1:]
sys.path[0] = os.path.dirname(sys.argv[0])
__file__ = sys.argv[0]
with open(__file__, "rb") as _file:
    _code = compile(_file.read(), __file__, "exec", dont_inherit=True)
del _file, os, sys, builtins
exec(globals().pop("_code"))
`

export async function writeLauncher(ctx: RunContext): Promise<string> {
  const version = createHash('sha256').update(LAUNCHER).digest('hex').slice(0, 12)
  const path = join(ctx.cacheDir, 'libraries', `launch-${version}.py`)
  if (await exists(path)) return path
  await mkdir(join(ctx.cacheDir, 'libraries'), { recursive: true })
  const growing = `${path}.${randomUUID()}`
  await writeFile(growing, LAUNCHER)
  await rename(growing, path)
  return path
}
