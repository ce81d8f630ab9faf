// Runs a script with `true`, `false` and `null` defined, so that rendered JSON is valid Python. A prelude in the script itself would
// shift the line numbers of every traceback and forbid `from __future__ import …`.
// With `--serve FILE …` the launcher runs that file first: in a fork that is to run a script, the file's `serve` returns, with the script's
// path in `sys.argv`. So a warm script stands on the same frames as a cold one, and the interpreter ends it in the same way.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { RunContext } from '@batuta/plugin-sdk'
import { exists } from '../kestra-library.ts'

const LAUNCHER = `import builtins, os, sys
builtins.true, builtins.false, builtins.null = True, False, None
if sys.argv[1] == "--serve":
    with open(sys.argv[2], "rb") as _file:
        exec(compile(_file.read(), sys.argv[2], "exec", dont_inherit=True), {"__name__": "batuta_serve"})
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
  if (exists(path)) return path
  await mkdir(join(ctx.cacheDir, 'libraries'), { recursive: true })
  const growing = `${path}.${randomUUID()}`
  await writeFile(growing, LAUNCHER)
  await rename(growing, path)
  return path
}
