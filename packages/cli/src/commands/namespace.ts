// batuta namespace …: what is said about namespaces: their descriptions, variables, plugin defaults.
import { writeFile } from 'node:fs/promises'
import { fromPlain, isList, isMap, parseYaml, toPlain, writeYaml, type Value } from '@batuta/core'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { readPages, type PageOptions } from '../read-pages.ts'
import { readText } from '../read-text.ts'
import { field, show, showTable } from '../show.ts'
import { labelsOf } from './execution-act.ts'

export async function namespaceList(
  [text]: readonly string[],
  options: GlobalOptions & PageOptions & { readonly query?: string; readonly existing?: boolean },
): Promise<ExitCode> {
  const { query: q = text, existing } = options
  const client = connect(options)
  const found = await readPages(options, async (page, size) =>
    client.namespaces.search({
      query: { page, size, ...(q !== undefined && { q }), ...(existing === true && { existing }) },
    }),
  )
  return showTable(options, found, [
    ['NAMESPACE', ({ id }) => id],
    ['FLOWS', ({ flows }) => (flows === undefined ? '' : String(flows))],
    ['DESCRIPTION', ({ description }) => description],
  ])
}

export async function namespaceNames(
  [text = '']: readonly string[],
  options: GlobalOptions & { readonly query?: string },
): Promise<ExitCode> {
  const names = await connect(options).namespaces.autocomplete({ body: { q: options.query ?? text } })
  return show(options, names, ...names)
}

export async function namespaceGet([id = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const found = await connect(options).namespaces.get({ params: { id } })
  if (options.json) printJson(found)
  else process.stdout.write(yamlOf(found))
  return EXIT.ok
}

export interface NamespaceSaveOptions extends GlobalOptions {
  readonly description?: string
  readonly variable: readonly string[]
  readonly variablesFile?: string
}

export async function namespaceSave(
  verb: 'create' | 'update',
  [id = '']: readonly string[],
  options: NamespaceSaveOptions,
): Promise<ExitCode> {
  const { namespaces } = connect(options)
  const variables = await variablesOf(options)
  const { description } = options
  const said = { ...(description !== undefined && { description }), ...(variables !== undefined && { variables }) }
  // What is not told stays as it is.
  const body = verb === 'create' ? { id, ...said } : { ...(await namespaces.get({ params: { id } })), ...said }
  const saved =
    verb === 'create'
      ? await namespaces.create({ body: { ...body, id } })
      : await namespaces.update({ params: { id }, body })
  return show(options, saved, `${verb}d ${id}`)
}

async function variablesOf({
  variable,
  variablesFile,
}: NamespaceSaveOptions): Promise<Record<string, unknown> | undefined> {
  if (variablesFile === undefined && variable.length === 0) return undefined
  const fromFile = variablesFile === undefined ? {} : plainMap(await readYamlFile(variablesFile), variablesFile)
  return { ...fromFile, ...Object.fromEntries(labelsOf(variable).map(({ key, value }) => [key, value])) }
}

async function readYamlFile(file: string): Promise<Value> {
  const { value, problem } = parseYaml(await readText(file))
  if (value === undefined) throw new CommandError(EXIT.usage, `"${file}" is no YAML: ${problem ?? ''}`)
  return value
}

function plainMap(value: Value, file: string): Record<string, unknown> {
  const plain: unknown = toPlain(value)
  if (!isMap(value) || typeof plain !== 'object' || plain === null)
    throw new CommandError(EXIT.usage, `"${file}" holds no map of variables`)
  return Object.fromEntries(Object.entries(plain))
}

export async function namespaceDelete([id = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  await connect(options).namespaces.delete({ params: { id } })
  return show(options, { deleted: id }, `deleted what was said about ${id}; its flows stay`)
}

export async function inheritedVariables([id = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const found = await connect(options).namespaces.inheritedVariables({ params: { id } })
  if (options.json) printJson(found)
  else process.stdout.write(yamlOf(found))
  return EXIT.ok
}

export async function pluginDefaults(
  [id = '']: readonly string[],
  options: GlobalOptions & { readonly outputFile?: string },
): Promise<ExitCode> {
  const { pluginDefaults: defaults = [] } = await connect(options).namespaces.get({ params: { id } })
  const { outputFile } = options
  if (outputFile !== undefined) {
    await writeFile(outputFile, yamlOf({ pluginDefaults: defaults }))
    return show(options, { file: outputFile }, `wrote ${outputFile}`)
  }
  if (options.json) printJson(defaults)
  else process.stdout.write(yamlOf(defaults))
  return EXIT.ok
}

/** Replaces them: a list, or a map with the list as `pluginDefaults`. */
export async function importPluginDefaults(
  [id = '', file = '-']: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const value = await readYamlFile(file)
  const plain: unknown = toPlain(value)
  const list: unknown = isList(value) ? plain : field(plain, 'pluginDefaults')
  if (!Array.isArray(list)) throw new CommandError(EXIT.usage, `"${file}" holds no list of plugin defaults`)
  const { namespaces } = connect(options)
  const params = { id }
  const defaults = list.map((item: unknown) => Object.fromEntries(Object.entries(item ?? {})))
  await namespaces.update({ params, body: { ...(await namespaces.get({ params })), pluginDefaults: defaults } })
  if (options.json) printJson(defaults)
  else printLine(`saved ${defaults.length} plugin defaults of ${id}`)
  return EXIT.ok
}

function yamlOf(document: unknown): string {
  return writeYaml(fromPlain(JSON.parse(JSON.stringify(document))))
}
