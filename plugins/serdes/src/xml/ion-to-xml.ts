import { DateTime, defineTask, isList, isMap, mapEntries, p, plainText, renderAll } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { encodeText } from '../charset.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { compileDateFormat } from '../date-format.ts'
import { escapeXml } from '../excel/workbook-xml.ts'
import { readIonBatches } from '../ion.ts'
import { getZone, toMoment } from '../moment.ts'
import type { Zone } from '../zone.ts'

export const ionToXml = defineTask({
  type: 'io.kestra.plugin.serdes.xml.IonToXml',
  aliases: ['io.kestra.plugin.serdes.xml.XmlWriter'],
  title: 'Write rows as an XML file.',
  description:
    'Each row is an element `item` inside of the root; its keys are elements, lists are elements that repeat.',
  properties: {
    from: fromProperty('row'),
    charset: p.string().dynamic().default('UTF-8').group('processing').title('Character set of the new file.'),
    rootName: p.string().dynamic().default('items').group('advanced').title('Name of the root element.'),
    timeZoneId: p
      .string()
      .dynamic()
      .group('execution')
      .title('Time zone in which moments are written, e.g. `Europe/Paris`; by default that of the machine.'),
  },
  outputs: fileOutputs('The XML file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'The result of a query as XML.',
      full: true,
      code: `id: query_to_xml
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: xml
    type: io.kestra.plugin.serdes.xml.IonToXml
    from: "{{ outputs.query.uri }}"
    rootName: orders
`,
    },
  ],
  async run(ctx, props) {
    const { from, charset, rootName, timeZoneId } = await renderAll(props)
    const zone = getZone(timeZoneId)
    const root = nameOf(rootName)
    let size = 0
    const texts = async function* (): AsyncGenerator<string> {
      yield `<?xml version="1.0" encoding="${escapeXml(charset)}"?>\n<${root}>\n`
      for await (const rows of readIonBatches(await ctx.files.open(from))) {
        ctx.signal.throwIfAborted()
        size += rows.length
        yield rows.map(row => `${elementOf('item', row, zone)}\n`).join('')
      }
      yield `</${root}>\n`
    }
    const uri = await ctx.files.put(encodeText(texts(), charset), { extension: '.xml' })
    ctx.metrics.counter('records', size)
    return { uri, size }
  },
})

function elementOf(key: string, value: Value, zone: Zone): string {
  const name = nameOf(key)
  if (value === null) return `<${name}/>`
  if (isList(value))
    return value
      .map(item => (isList(item) ? `<${name}>${elementOf('item', item, zone)}</${name}>` : elementOf(key, item, zone)))
      .join('')
  if (isMap(value)) {
    const inner = Array.from(mapEntries(value), ([each, item]) => elementOf(each, item, zone))
    return `<${name}>${inner.join('')}</${name}>`
  }
  return `<${name}>${escapeXml(value instanceof DateTime ? momentText(value, zone) : plainText(value))}</${name}>`
}

const MOMENT = compileDateFormat("yyyy-MM-dd'T'HH:mm:ss")
const OFFSET = compileDateFormat('XXX')

function momentText(value: DateTime, zone: Zone): string {
  const moment = value.type === 'instant' || value.type === 'zoned' ? toMoment(value, zone) : undefined
  if (moment === undefined) return value.text
  return `${MOMENT(moment)}${/\.\d+/.exec(value.text)?.[0] ?? ''}${OFFSET(moment)}`
}

/** What XML does not allow in a name becomes `_`. */
function nameOf(key: string): string {
  const name = key.replace(/[^\p{L}\p{N}_.-]/gu, '_')
  return /^[\p{L}_]/u.test(name) ? name : `_${name}`
}
