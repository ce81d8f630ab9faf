// batuta flow expand FILE: the flow with what it includes – `[[> path]]` – written out. Kestra took this form until 1.3.
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { printLine } from '../print.ts'

const INCLUDE = /^([ \t]*)(.*?)\[\[>\s*([^\]]+?)\s*\]\](.*)$/
const DEPTH_MAX = 20

export async function flowExpand([file = '']: readonly string[]): Promise<ExitCode> {
  printLine((await expand(file, [])).replace(/\n$/, ''))
  return EXIT.ok
}

async function expand(file: string, above: readonly string[]): Promise<string> {
  const path = resolve(file)
  if (above.includes(path) || above.length > DEPTH_MAX)
    throw new CommandError(EXIT.failed, `${file} includes itself`, above)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandError(
      EXIT.usage,
      `"${file}" cannot be read: ${cause instanceof Error ? cause.message : ''}`,
      above,
    )
  })
  const lines: string[] = []
  for (const line of text.split('\n')) {
    const match = INCLUDE.exec(line)
    if (match === null) {
      lines.push(line)
      continue
    }
    const [, indent = '', before = '', name = '', after = ''] = match
    const included = await expand(resolve(dirname(path), name), [...above, path])
    // Each line stands where the include stood, so that blocks stay blocks.
    const [first = '', ...rest] = included.replace(/\n$/, '').split('\n')
    const column = ' '.repeat(before.startsWith('- ') ? indent.length + 2 : indent.length)
    lines.push(`${indent}${before}${first}`, ...rest.map(each => (each === '' ? each : `${column}${each}`)))
    if (after.trim() !== '') lines.push(`${lines.pop() ?? ''}${after}`)
  }
  return lines.join('\n')
}
