// Inputs as they are written on the command line: `-i name=value`, `-i name=@file` for the content of a file, `-i @file` for a whole map.
import { openAsBlob } from 'node:fs'
import { access, constants, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { isMap, jsonText, mapEntries, parseYaml, printValue, type Value } from '@batuta/core'
import { CommandError, EXIT } from './exit-code.ts'

/** The form that the server takes; undefined where there is no input. A later value of the same name wins. */
export async function readInputs(given: readonly string[]): Promise<FormData | undefined> {
  if (given.length === 0) return undefined
  const form = new FormData()
  for (const item of given) {
    if (item.startsWith('@')) await addMap(form, item.slice(1))
    else await addInput(form, item)
  }
  return form
}

async function addInput(form: FormData, item: string): Promise<void> {
  const at = item.indexOf('=')
  if (at < 1)
    throw new CommandError(EXIT.usage, `"${item}" is no input: write -i NAME=VALUE, -i NAME=@FILE or -i @FILE`)
  const [name, value] = [item.slice(0, at), item.slice(at + 1)]
  if (!value.startsWith('@')) return form.set(name, value)
  // `@@` is a value that begins with an @.
  if (value.startsWith('@@')) return form.set(name, value.slice(1))
  const file = value.slice(1)
  await access(file, constants.R_OK).catch(unreadable(file))
  form.set(name, await openAsBlob(file), basename(file))
}

async function addMap(form: FormData, file: string): Promise<void> {
  const { value, problem } = parseYaml(await readFile(file, 'utf8').catch(unreadable(file)))
  if (problem !== undefined || value === undefined || !isMap(value)) {
    throw new CommandError(EXIT.usage, `"${file}" holds no map of inputs${problem === undefined ? '' : `: ${problem}`}`)
  }
  for (const [name, input] of mapEntries(value)) form.set(String(name), textOf(input))
}

/** Lists and maps travel as JSON. */
function textOf(value: Value): string {
  return typeof value === 'object' && value !== null ? jsonText(value) : printValue(value)
}

function unreadable(file: string): (cause: unknown) => never {
  return cause => {
    throw new CommandError(
      EXIT.usage,
      `"${file}" cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  }
}
