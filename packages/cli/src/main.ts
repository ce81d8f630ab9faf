// Entry of the command line. Nothing but the compile cache is imported before it is on, so that all the rest is read from it.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

if (import.meta.filename.endsWith('.js')) {
  enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'batuta'))
}
const { runProgram } = await import('./program.ts')
process.exitCode = await runProgram(process.argv.slice(2))
