// The same to many triggers, by their names or as a search finds them; and what is told of all of them.
import { writeFile } from 'node:fs/promises'
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { triggerNameOf, type TriggerName } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { parseMissed, type MissedOptions, type MissedPolicy } from '../missed-policy.ts'
import { filterQuery } from '../query-filters.ts'
import { show } from '../show.ts'

export type TriggerVerb =
  'enable' | 'disable' | 'unlock' | 'delete' | 'pause-backfill' | 'unpause-backfill' | 'delete-backfill'

/** Named as `NAMESPACE/FLOW/TRIGGER`. */
export async function triggerBulk(
  verb: TriggerVerb,
  names: readonly string[],
  options: GlobalOptions & MissedOptions,
): Promise<ExitCode> {
  const { count } = await byNames(connect(options), { verb, missed: parseMissed(options.missed) }, names.map(parseName))
  return show(options, { count }, `${verb}: ${count} triggers`)
}

function parseName(text: string): TriggerName {
  const parts = text.split('/')
  if (parts.length === 3) return triggerNameOf(parts)
  throw new CommandError(EXIT.usage, `"${text}" names no trigger: write NAMESPACE/FLOW/TRIGGER`)
}

interface Asked {
  readonly verb: TriggerVerb
  readonly missed: MissedPolicy | undefined
}

async function byNames(
  { triggers }: Client,
  { verb, missed }: Asked,
  body: TriggerName[],
): Promise<{ readonly count: number }> {
  switch (verb) {
    case 'enable':
      return await triggers.setDisabledByTriggers({
        body: { triggers: body, disabled: false, ...(missed && { missed }) },
      })
    case 'disable':
      return await triggers.setDisabledByTriggers({ body: { triggers: body, disabled: true } })
    case 'unlock':
      return await triggers.unlockByTriggers({ body })
    case 'delete':
      return await triggers.deleteByTriggers({ body })
    case 'pause-backfill':
      return await triggers.pauseBackfillsByTriggers({ body })
    case 'unpause-backfill':
      return await triggers.unpauseBackfillsByTriggers({ body })
    case 'delete-backfill':
      return await triggers.deleteBackfillsByTriggers({ body })
  }
}

export interface TriggerQueryOptions extends GlobalOptions, MissedOptions {
  readonly namespace?: string
  readonly flow?: string
  readonly query?: string
  readonly filter: readonly string[]
  readonly all?: boolean
}

export async function triggerByQuery(verb: TriggerVerb, options: TriggerQueryOptions): Promise<ExitCode> {
  const query = queryOf(options)
  if (Object.keys(query).length === 0 && !options.all)
    throw new CommandError(
      EXIT.usage,
      'this would be all triggers: narrow it with --namespace, --flow or --filter, or say --all',
    )
  const { count } = await byQuery(connect(options), { verb, missed: parseMissed(options.missed) }, query)
  return show(options, { count }, `${verb}: ${count} triggers`)
}

async function byQuery(
  { triggers }: Client,
  { verb, missed }: Asked,
  query: ReturnType<typeof queryOf>,
): Promise<{ readonly count: number }> {
  switch (verb) {
    case 'enable':
      return await triggers.setDisabledByQuery({ query: { ...query, disabled: false, ...(missed && { missed }) } })
    case 'disable':
      return await triggers.setDisabledByQuery({ query: { ...query, disabled: true } })
    case 'unlock':
      return await triggers.unlockByQuery({ query })
    case 'delete':
      return await triggers.deleteByQuery({ query })
    case 'pause-backfill':
      return await triggers.pauseBackfillsByQuery({ query })
    case 'unpause-backfill':
      return await triggers.unpauseBackfillsByQuery({ query })
    case 'delete-backfill':
      return await triggers.deleteBackfillsByQuery({ query })
  }
}

function queryOf({ namespace, flow, query, filter }: TriggerQueryOptions): {
  readonly namespace?: string
  readonly flowId?: string
  readonly q?: string
} {
  return {
    ...(namespace !== undefined && { namespace }),
    ...(flow !== undefined && { flowId: flow }),
    ...(query !== undefined && { q: query }),
    ...filterQuery(filter),
  }
}

/** Forgets where it stands: it goes on as a new one. */
export async function triggerDelete(args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const params = triggerNameOf(args)
  await connect(options).triggers.delete({ params })
  return show(options, { deleted: params }, `deleted the state of ${params.triggerId}`)
}

export async function triggerExport(
  options: TriggerQueryOptions & { readonly outputFile?: string },
): Promise<ExitCode> {
  const rows = await connect(options).triggers.export({ query: queryOf(options) })
  const { outputFile } = options
  if (outputFile === undefined) process.stdout.write(rows)
  else await writeFile(outputFile, rows)
  return outputFile === undefined ? EXIT.ok : show(options, { file: outputFile }, `wrote ${outputFile}`)
}
