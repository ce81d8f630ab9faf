// batuta blueprint …: flows and dashboards to begin with.
import { connect } from '../connect.ts'
import type { ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson } from '../print.ts'
import { readPages, type PageOptions } from '../read-pages.ts'
import { field, show, showTable } from '../show.ts'

interface KindOptions extends GlobalOptions {
  readonly kind: string
}

export async function blueprintList(
  [text]: readonly string[],
  options: KindOptions & PageOptions & { readonly query?: string },
): Promise<ExitCode> {
  const { kind, query: q = text } = options
  const { blueprints } = connect(options)
  const found = await readPages<unknown>(options, async (page, size) =>
    blueprints.list({ params: { kind }, query: { page, size, ...(q !== undefined && { q }) } }),
  )
  return showTable(options, found, [
    ['ID', row => field(row, 'id')],
    ['TITLE', row => field(row, 'title')],
    ['TAGS', row => field(row, 'tags')],
  ])
}

export async function blueprintGet(
  part: 'get' | 'source' | 'graph',
  [id = '']: readonly string[],
  options: KindOptions,
): Promise<ExitCode> {
  const { blueprints } = connect(options)
  const params = { kind: options.kind, id }
  if (part === 'source') {
    const source = await blueprints.source({ params })
    return show(options, { source }, source.trimEnd())
  }
  printJson(part === 'get' ? await blueprints.get({ params }) : await blueprints.graph({ params }))
  return 0
}
