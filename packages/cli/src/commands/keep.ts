// Dashboards, apps and suites of flow tests are kept as YAML under a name: listing, reading, saving and deleting them is the same for all.
import { writeFile } from 'node:fs/promises'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { flowNameOf } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { readPages, type PageOptions } from '../read-pages.ts'
import { readText } from '../read-text.ts'
import { field, moment, show, showTable, textOf, type Column } from '../show.ts'

export type KeptKind = 'dashboard' | 'app' | 'suite'

export interface KeptListOptions extends GlobalOptions, PageOptions {
  readonly namespace?: string
  readonly query?: string
}

const COLUMNS: Readonly<Record<KeptKind, readonly Column<unknown>[]>> = {
  dashboard: [
    ['ID', row => field(row, 'id')],
    ['TITLE', row => field(row, 'title')],
    ['UPDATED', row => moment(field(row, 'updated'))],
  ],
  app: [
    ['UID', row => field(row, 'uid')],
    ['NAME', row => field(row, 'name')],
    ['FLOW', row => `${textOf(field(row, 'namespace'))}.${textOf(field(row, 'flowId'))}`],
    ['ENABLED', row => field(row, 'enabled')],
    ['UPDATED', row => moment(field(row, 'updated'))],
  ],
  suite: [
    ['NAMESPACE', row => field(row, 'namespace')],
    ['ID', row => field(row, 'id')],
    ['FLOW', row => field(row, 'flowId')],
    ['CASES', row => (Array.isArray(field(row, 'testCases')) ? String(countOf(field(row, 'testCases'))) : '')],
    ['DISABLED', row => field(row, 'disabled')],
  ],
}

function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}

export async function keptList(kind: KeptKind, [text]: readonly string[], options: KeptListOptions): Promise<ExitCode> {
  const { dashboards, apps, tests } = connect(options)
  const { namespace, query: q = text } = options
  const query = { ...(q !== undefined && { q }), ...(namespace !== undefined && { namespace }) }
  const search = {
    dashboard: async (page: number, size: number) =>
      dashboards.search({ query: { page, size, ...(q !== undefined && { q }) } }),
    app: async (page: number, size: number) => apps.search({ query: { page, size, ...query } }),
    suite: async (page: number, size: number) =>
      tests.search({
        query: { page, size, includeChildNamespaces: true, ...(namespace !== undefined && { namespace }) },
      }),
  }
  return showTable(options, await readPages<unknown>(options, search[kind]), COLUMNS[kind])
}

/** The source, as it could be saved again. */
export async function keptGet(kind: KeptKind, args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const { dashboards, apps, tests } = connect(options)
  const [id = ''] = args
  const get = {
    dashboard: async () => dashboards.get({ params: { id } }),
    app: async () => apps.get({ params: { uid: id } }),
    suite: async () => tests.get({ params: flowNameOf(args) }),
  }
  const found: unknown = await get[kind]()
  return show(options, found, textOf(field(found, 'sourceCode') ?? field(found, 'source')).trimEnd())
}

export interface KeptSaveOptions extends GlobalOptions {
  readonly file?: string
}

/** The file is the option, the last argument, or the standard input. */
export async function keptCreate(
  kind: KeptKind,
  [told]: readonly string[],
  options: KeptSaveOptions,
): Promise<ExitCode> {
  const { dashboards, apps, tests } = connect(options)
  const body = await readText(options.file ?? told ?? '-')
  const create = {
    dashboard: async () => dashboards.create({ body }),
    app: async () => apps.create({ body }),
    suite: async () => tests.create({ body }),
  }
  return showSaved(kind, await create[kind](), options)
}

export async function keptUpdate(kind: KeptKind, args: readonly string[], options: KeptSaveOptions): Promise<ExitCode> {
  const { dashboards, apps, tests } = connect(options)
  const isLast = options.file === undefined && args.length > 1
  const names = isLast ? args.slice(0, -1) : args
  const body = await readText(options.file ?? (isLast ? (args.at(-1) ?? '-') : '-'))
  const [id = ''] = names
  const update = {
    dashboard: async () => dashboards.update({ params: { id }, body }),
    app: async () => apps.update({ params: { uid: id }, body }),
    suite: async () => tests.update({ params: flowNameOf(names), body }),
  }
  return showSaved(kind, await update[kind](), options)
}

function showSaved(kind: KeptKind, saved: unknown, options: GlobalOptions): ExitCode {
  const name = kind === 'suite' ? `${textOf(field(saved, 'namespace'))}.${textOf(field(saved, 'id'))}` : undefined
  return show(options, saved, `saved ${name ?? textOf(field(saved, 'uid') ?? field(saved, 'id'))}`)
}

export async function keptDelete(kind: KeptKind, args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const { dashboards, apps, tests } = connect(options)
  const [id = ''] = args
  const remove = {
    dashboard: async () => dashboards.delete({ params: { id } }),
    app: async () => apps.delete({ params: { uid: id } }),
    suite: async () => tests.delete({ params: flowNameOf(args) }),
  }
  await remove[kind]()
  return show(options, { deleted: args }, `deleted ${args.join('.')}`)
}

export async function keptValidate(
  kind: KeptKind,
  [told]: readonly string[],
  options: KeptSaveOptions,
): Promise<ExitCode> {
  const { dashboards, apps, tests } = connect(options)
  const body = await readText(options.file ?? told ?? '-')
  const validate = {
    dashboard: async () => dashboards.validate({ body }),
    app: async () => apps.validate({ body }),
    suite: async () => tests.validate({ body }),
  }
  const verdict: unknown = await validate[kind]()
  const constraints = field(verdict, 'constraints')
  const isValid = constraints === undefined || constraints === null
  if (options.json) printJson(verdict)
  else printLine(isValid ? '✓ valid' : `✗ ${textOf(constraints)}`)
  return isValid ? EXIT.ok : EXIT.failed
}

export async function appSwitch(
  verb: 'enable' | 'disable',
  uids: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const { apps } = connect(options)
  for (const uid of uids)
    await (verb === 'enable' ? apps.enable({ params: { uid } }) : apps.disable({ params: { uid } }))
  return show(options, { count: uids.length }, `${verb}d ${uids.join(', ')}`)
}

export async function appDeleteMany(uids: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const { count } = await connect(options).apps.deleteMany({ body: { uids: [...uids] } })
  return show(options, { count }, `deleted ${count} apps`)
}

export async function appExport(
  told: readonly string[],
  options: GlobalOptions & { readonly outputFile: string },
): Promise<ExitCode> {
  const { apps } = connect(options)
  const all = async (): Promise<readonly string[]> =>
    (await readPages({}, async (page, size) => apps.search({ query: { page, size } }))).map(({ uid }) => uid)
  const uids = told.length > 0 ? told : await all()
  const file = options.outputFile
  await writeFile(file, Buffer.from(await apps.export({ body: { uids: [...uids] } })))
  return show(options, { file, count: uids.length }, `wrote ${uids.length} apps to ${file}`)
}

export async function appTags(options: GlobalOptions): Promise<ExitCode> {
  printJson(await connect(options).apps.tags())
  return EXIT.ok
}

export async function dashboardChart(
  [id = '', chartId = '']: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  printJson(await connect(options).dashboards.chart({ params: { id, chartId }, body: {} }))
  return EXIT.ok
}
