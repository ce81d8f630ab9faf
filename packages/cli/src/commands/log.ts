// batuta log …: lines of many executions, and what is done with the log of one.
import { writeFile } from 'node:fs/promises'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { flowNameOf } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { parseLevel } from '../log-level.ts'
import { printJson, printLine } from '../print.ts'
import { filterQuery } from '../query-filters.ts'
import { show } from '../show.ts'
import { logLine } from '../view/log-line.ts'

const ROWS_USUAL = 100

export interface LogSearchOptions extends GlobalOptions {
  readonly namespace?: string
  readonly flow?: string
  readonly query?: string
  readonly level?: string
  readonly minLevel?: string
  readonly startDate?: string
  readonly endDate?: string
  readonly size?: string
  readonly page?: string
  readonly filter: readonly string[]
}

export async function logSearch([text]: readonly string[], options: LogSearchOptions): Promise<ExitCode> {
  const { namespace, flow, query: q = text, startDate, endDate, size, page, filter } = options
  const level = options.level ?? options.minLevel
  const { results } = await connect(options).logs.search({
    query: {
      size: Number(size ?? ROWS_USUAL),
      page: Number(page ?? 1),
      sort: ['timestamp:desc'],
      ...(namespace !== undefined && { namespace }),
      ...(flow !== undefined && { flowId: flow }),
      ...(q !== undefined && { q }),
      ...(level !== undefined && { minLevel: parseLevel(level) }),
      ...(startDate !== undefined && { startDate }),
      ...(endDate !== undefined && { endDate }),
      ...filterQuery(filter),
    },
  })
  if (options.json) printJson(results)
  else for (const log of results) printLine(`${log.namespace}.${log.flowId}  ${logLine(log)}`)
  return EXIT.ok
}

export interface OfRunOptions extends GlobalOptions {
  readonly level?: string
  readonly minLevel?: string
  readonly taskId?: string
  readonly taskRunId?: string
  readonly outputFile?: string
}

export async function logDownload([executionId = '']: readonly string[], options: OfRunOptions): Promise<ExitCode> {
  const text = await connect(options).logs.download({ params: { executionId }, query: ofRun(options) })
  const { outputFile } = options
  if (outputFile === undefined) process.stdout.write(text)
  else await writeFile(outputFile, text)
  return outputFile === undefined ? EXIT.ok : show(options, { file: outputFile }, `wrote ${outputFile}`)
}

export async function logDelete([executionId = '']: readonly string[], options: OfRunOptions): Promise<ExitCode> {
  await connect(options).logs.delete({ params: { executionId }, query: ofRun(options) })
  return show(options, { executionId }, `deleted the log of ${executionId}`)
}

export async function logDeleteOfFlow(
  args: readonly string[],
  options: GlobalOptions & { readonly trigger?: string; readonly triggerId?: string },
): Promise<ExitCode> {
  const { namespace, id } = flowNameOf(args)
  const triggerId = options.trigger ?? options.triggerId ?? ''
  await connect(options).logs.deleteOfTrigger({ params: { namespace, flowId: id }, query: { triggerId } })
  return show(options, { namespace, flowId: id, triggerId }, `deleted the log of ${triggerId} of ${namespace}.${id}`)
}

function ofRun({ level, minLevel = level, taskId, taskRunId }: OfRunOptions): {
  readonly minLevel?: ReturnType<typeof parseLevel>
  readonly taskId?: string
  readonly taskRunId?: string
} {
  return {
    ...(minLevel !== undefined && { minLevel: parseLevel(minLevel) }),
    ...(taskId !== undefined && { taskId }),
    ...(taskRunId !== undefined && { taskRunId }),
  }
}
