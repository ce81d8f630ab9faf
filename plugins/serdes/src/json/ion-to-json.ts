import { DateTime, defineTask, encodeValue, isList, isMap, mapEntries, mapFrom, p, renderAll } from '@batuta/plugin-sdk'
import type { Rendered, RunContext, Value } from '@batuta/plugin-sdk'
import { encodeText } from '../charset.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { compileDateFormat } from '../date-format.ts'
import { readIonBatches } from '../ion.ts'
import type { IonOptions } from '../ion.ts'
import { getZone, toMoment } from '../moment.ts'
import type { Zone } from '../zone.ts'

const properties = {
  from: fromProperty('row'),
  charset: p.string().dynamic().default('UTF-8').group('processing').title('Character set of the new file.'),
  newLine: p
    .boolean()
    .dynamic()
    .default(true)
    .group('advanced')
    .title('Whether to write one value per line (JSON Lines); if false, one array.'),
  timeZoneId: p
    .string()
    .dynamic()
    .group('advanced')
    .title('Time zone in which moments are written, e.g. `Europe/Paris`; by default that of the machine.'),
  shouldKeepAnnotations: p
    .boolean()
    .dynamic()
    .default(false)
    .group('advanced')
    .title('Whether annotations of Ion values are kept.')
    .describe('A map gets a field `ion_annotations`; any other value becomes a map with it and the field `value`.'),
}

export const ionToJson = defineTask({
  type: 'io.kestra.plugin.serdes.json.IonToJson',
  aliases: ['io.kestra.plugin.serdes.json.JsonWriter'],
  title: 'Write rows as a JSON file.',
  properties,
  outputs: fileOutputs('The JSON file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Save the result of a query as JSON Lines.',
      full: true,
      code: `id: query_to_json
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: json
    type: io.kestra.plugin.serdes.json.IonToJson
    from: "{{ outputs.query.uri }}"
`,
    },
    { title: 'As one array.', code: 'from: "{{ outputs.query.uri }}"\nnewLine: false' },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    let size = 0
    const count = (rows: number): void => void (size += rows)
    const texts = encodeText(writeJson(ctx, options, count), options.charset)
    const uri = await ctx.files.put(texts, { extension: options.newLine ? '.jsonl' : '.json' })
    ctx.metrics.counter('records', size)
    return { uri, size }
  },
})

async function* writeJson(
  ctx: RunContext,
  options: Rendered<typeof properties>,
  count: (rows: number) => void,
): AsyncGenerator<string> {
  const { newLine } = options
  const toJson = converter(getZone(options.timeZoneId))
  const reading: IonOptions = options.shouldKeepAnnotations ? { annotate: keepAnnotations } : {}
  let isFirst = true
  if (!newLine) yield '['
  for await (const rows of readIonBatches(await ctx.files.open(options.from), reading)) {
    ctx.signal.throwIfAborted()
    count(rows.length)
    const texts = rows.map(row => encodeValue(toJson(row)))
    yield newLine ? `${texts.join('\n')}\n` : `${isFirst ? '' : ','}${texts.join(',')}`
    isFirst = false
  }
  if (!newLine) yield ']'
}

const TIMESTAMP = compileDateFormat("yyyy-MM-dd'T'HH:mm:ss")
const OFFSET = compileDateFormat('XXX')

/** Moments become texts in the zone; all else that JSON lacks, `encodeValue` turns into text itself. */
function converter(zone: Zone): (value: Value) => Value {
  const convert = (value: Value): Value => {
    if (value === null || typeof value !== 'object') return value
    if (value instanceof DateTime) return dateTimeText(value, zone)
    if (isList(value)) return value.some(needsWork) ? value.map(convert) : value
    if (!isMap(value)) return value
    for (const [, item] of mapEntries(value)) {
      if (needsWork(item)) return mapFrom(Array.from(mapEntries(value), ([key, one]) => [key, convert(one)] as const))
    }
    return value
  }
  return convert
}

/** Most rows hold no object at all, and are written as they are. */
function needsWork(value: Value): boolean {
  return value !== null && typeof value === 'object'
}

function dateTimeText(value: DateTime, zone: Zone): string {
  if (value.type !== 'instant' && value.type !== 'zoned') return value.text
  const moment = toMoment(value, zone)
  if (moment === undefined) return value.text
  const fraction = /\.\d+/.exec(value.text)?.[0] ?? ''
  return `${TIMESTAMP(moment)}${fraction}${OFFSET(moment)}`
}

function keepAnnotations(annotations: readonly string[], value: Value): Value {
  const kept = ['ion_annotations', [...annotations]] as const
  return mapFrom(isMap(value) ? [kept, ...mapEntries(value)] : [kept, ['value', value]])
}
