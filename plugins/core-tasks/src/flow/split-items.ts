import { defineTask, isMap, mapGet, p, printValue, TaskError } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { PARTITIONS_MAX, splitByPattern, splitFile, type SplitPlan } from '../storage/split-file.ts'

/** Each is an execution, and all begin at once. */
const BATCHES_MAX = 20_000

export const splitItems = defineTask({
  type: 'io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit',
  title: 'The first of the three tasks that a ForEachItem stands for: cuts its file into batches.',
  properties: {
    items: p.string().dynamic().required().storageUri().group('main').title('The file, a row a line.'),
    batch: p.any().dynamic().title('One of `rows`, `partitions`, `bytes` and `regexPattern`; a row each unless said.'),
  },
  outputs: [{ name: 'splits', type: 'uri', description: 'A file with the URI of a batch on each line.' }],
  examples: [{ title: 'A hundred rows each.', code: 'items: "{{ outputs.extract.uri }}"\nbatch:\n  rows: 100' }],
  async run(ctx, props) {
    const items = await props.items.render()
    const batch = (await props.batch.render()) ?? {}
    if (!isMap(batch)) throw new TaskError('property "batch" must be a map')
    const part = (name: string): Value => mapGet(batch, name) ?? null
    const separator = part('separator')
    const uris = await splitFile(ctx, items, {
      plan: planOf(part),
      separator: separator === null ? '\n' : printValue(separator),
      partsMax: BATCHES_MAX,
    })
    return { splits: await ctx.files.put(uris.map(uri => `${uri}\n`).join(''), { extension: '.txt' }) }
  },
})

/** Of several the first counts. */
function planOf(part: (name: string) => Value): SplitPlan {
  const pattern = part('regexPattern')
  if (pattern !== null) return splitByPattern(printValue(pattern), 'batch.regexPattern')
  const bytes = part('bytes')
  if (bytes !== null) return { type: 'bytes', limit: bytesOf(printValue(bytes)) }
  const partitions = part('partitions')
  if (partitions !== null) {
    const count = wholeOf('partitions', partitions)
    if (count > PARTITIONS_MAX)
      throw new TaskError(`"batch.partitions" must be at most ${PARTITIONS_MAX}, not ${count}`)
    return { type: 'partitions', count }
  }
  const rows = part('rows')
  return { type: 'rows', limit: rows === null ? 1 : wholeOf('rows', rows) }
}

function wholeOf(name: string, value: Value): number {
  const text = printValue(value).trim()
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new TaskError(`"batch.${name}" must be a whole number greater than 0, not ${text.slice(0, 200)}`)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

function bytesOf(text: string): number {
  const match = /^(\d+)\s*([KMG]?B?)$/i.exec(text.trim())
  const unit = match?.[2]?.toUpperCase() ?? ''
  const size = Number(match?.[1] ?? 0) * (UNITS[unit] ?? UNITS[`${unit}B`] ?? 0)
  if (size > 0) return size
  throw new TaskError(`"batch.bytes" must be a size such as 10MB, not ${text.slice(0, 200)}`)
}
