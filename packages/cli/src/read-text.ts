import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { CommandError, EXIT } from './exit-code.ts'

/** A file of the caller's; `-` is the standard input. */
export async function readText(file: string): Promise<string> {
  if (file === '-') return await text(process.stdin)
  return await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CommandError(
      EXIT.usage,
      `"${file}" cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  })
}
