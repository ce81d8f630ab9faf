// batuta plugin …: which types of tasks, triggers and the like there are, and what they take.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import type { PlaceOptions } from '../place-options.ts'
import { printJson, printLine, remark } from '../print.ts'
import { openProgress } from '../progress.ts'
import { field, showTable, textOf } from '../show.ts'

export interface PluginListOptions extends GlobalOptions, PlaceOptions {
  readonly installed?: boolean
  readonly core?: boolean
  readonly all?: boolean
  readonly query?: string
}

/** What can run here, or with `all` what is known by name besides. */
export async function pluginList([text]: readonly string[], options: PluginListOptions): Promise<ExitCode> {
  if (options.installed) return await (await import('./plugin-packages.ts')).listPackages(options)
  const needle = (options.query ?? text ?? '').toLowerCase()
  const index = await connect(options).plugins.index()
  const found = index.filter(
    ({ cls, title = '', implemented }) =>
      (options.all === true || implemented) &&
      (!options.core || cls.startsWith('io.kestra.plugin.core.')) &&
      (cls.toLowerCase().includes(needle) || title.toLowerCase().includes(needle)),
  )
  return showTable(options, found, [
    ['TYPE', ({ cls }) => cls],
    ['KIND', ({ kind }) => kind],
    ['HERE', ({ implemented }) => implemented],
    ['TITLE', ({ title }) => title],
  ])
}

export async function pluginGet([cls = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const found = await connect(options).plugins.get({ params: { cls }, query: { all: true } })
  if (options.json) printJson(found)
  else printLine(textOf(field(found, 'markdown')).trimEnd())
  return EXIT.ok
}

export interface PluginDocOptions extends GlobalOptions {
  readonly core?: boolean
  readonly icons?: boolean
  readonly schema?: boolean
}

/** A page for each type that can run here. */
export async function pluginDocs([folder = 'docs']: readonly string[], options: PluginDocOptions): Promise<ExitCode> {
  const { plugins } = connect(options)
  const index = await plugins.index()
  const shown = index.filter(
    ({ cls, implemented }) => implemented && (!options.core || cls.startsWith('io.kestra.plugin.core.')),
  )
  await mkdir(folder, { recursive: true })
  const progress = openProgress('writing', shown.length)
  for (const { cls } of shown) {
    const page = await plugins.get({ params: { cls }, query: { all: true } })
    await writeFile(join(folder, `${cls}.md`), textOf(field(page, 'markdown')))
    if (options.schema) await writeFile(join(folder, `${cls}.json`), `${JSON.stringify(field(page, 'schema'))}\n`)
    if (options.icons)
      await writeFile(join(folder, `${cls}.svg`), Buffer.from(await plugins.iconFile({ params: { cls } })))
    progress.step(cls)
  }
  progress.end()
  if (options.json) printJson({ folder, types: shown.map(({ cls }) => cls) })
  else printLine(`wrote the pages of ${shown.length} types to ${folder}`)
  return EXIT.ok
}

/** What Kestra has as plugins of their own comes with the program here. */
export async function sayBuiltIn(names: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  if (names.length === 0) {
    remark('name a package (NAME@VERSION) or a file (.tgz); most plugins come with the program')
    return EXIT.ok
  }
  const index = await connect(options).plugins.index()
  const missing = names.filter(name => !isBuiltIn(name, index))
  if (options.json) printJson({ builtIn: names.filter(name => !missing.includes(name)), missing })
  else for (const name of names) printLine(missing.includes(name) ? `✗ ${name}` : `✓ ${name} is built in`)
  if (missing.length > 0) remark('see "batuta plugin list --all" for what is known and what can run here')
  return missing.length === 0 ? EXIT.ok : EXIT.refused
}

/** `io.kestra.plugin:plugin-script-python:LATEST` stands for the types of `io.kestra.plugin.scripts.python`. */
function isBuiltIn(
  coordinates: string,
  index: readonly { readonly cls: string; readonly implemented: boolean }[],
): boolean {
  const [, artifact = coordinates] = coordinates.split(':')
  const words = artifact
    .replace(/^plugin-/, '')
    .split('-')
    .map(word => word.replace(/s$/, ''))
  return index.some(({ cls, implemented }) => implemented && words.every(word => cls.toLowerCase().includes(word)))
}
