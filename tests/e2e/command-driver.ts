// Runs lines of the command line one after the other in one process, so that many can be tried in the time of one start: a message with the
// arguments is answered by what was printed and how it ended. The program is the real one, only its two streams are listened to.
import { runProgram } from '../../packages/cli/src/program.ts'

process.on('message', (args: string[]) => void answer(args))

async function answer(args: readonly string[]): Promise<void> {
  const printed = { stdout: '', stderr: '' }
  const real = { stdout: process.stdout.write, stderr: process.stderr.write }
  const decoder = new TextDecoder()
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = (chunk: string | Uint8Array): boolean => {
      printed[name] += typeof chunk === 'string' ? chunk : decoder.decode(chunk)
      return true
    }
  const exitCode = await runProgram(args).catch((error: unknown) => {
    printed.stderr += error instanceof Error ? String(error.stack) : String(error)
    return 'thrown'
  })
  process.stdout.write = real.stdout
  process.stderr.write = real.stderr
  process.send?.({ exitCode, ...printed })
}
