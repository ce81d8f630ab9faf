// Entry of the command line. Nothing but the compile cache is imported before it is on, so that all the rest is read from it.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

if (import.meta.filename.endsWith('.js')) {
  enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'batuta'))
}
const { runProgram } = await import('./program.ts')
// Whoever reads may stop reading: `batuta flow list | head` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
const exitCode = await runProgram(process.argv.slice(2))
// A server that did not get far enough to be stopped must not hold the process.
if (exitCode === 0) process.exitCode = exitCode
else process.exit(exitCode)
