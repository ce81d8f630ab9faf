import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { decodeText } from '../charset.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { encodeIon } from '../ion.ts'
import { XmlRows } from './xml-rows.ts'

export const xmlToIon = defineTask({
  type: 'io.kestra.plugin.serdes.xml.XmlToIon',
  aliases: ['io.kestra.plugin.serdes.xml.XmlReader'],
  title: 'Convert an XML file into rows.',
  description:
    'Attributes and elements become the keys of a map, elements that repeat become lists, text beside them is `content`; numbers and booleans are recognised. ' +
    'With `query` each element found is a row, and files of any size are read; without it the document is the one row.',
  properties: {
    from: fromProperty('XML'),
    charset: p.string().dynamic().default('UTF-8').group('processing').title('Character set of the file.'),
    query: p
      .string()
      .dynamic()
      .group('main')
      .title('Path of the elements that become rows, e.g. `/catalog/book`; `/catalog/book/0` is the first of them.'),
    parserConfiguration: p
      .object({ forceList: p.list(p.string()).dynamic().title('Elements that are lists also when there is one only.') })
      .group('advanced')
      .title('How elements become values.'),
  },
  outputs: fileOutputs('The file of rows.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'The books of a catalogue.',
      full: true,
      code: `id: xml_to_ion
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/catalog.xml
  - id: books
    type: io.kestra.plugin.serdes.xml.XmlToIon
    from: "{{ outputs.download.uri }}"
    query: /catalog/book
`,
    },
  ],
  async run(ctx, props) {
    const query = (await props.query.render())?.trim() ?? ''
    if (query !== '' && !/^\/[^/]+(?:\/[^/]+)*$/.test(query))
      throw new TaskError(`the query "${query}" is no path of elements such as /catalog/book`)
    const forceList = new Set((await props.parserConfiguration.render())?.forceList ?? [])
    const rows = await XmlRows.open({ path: query === '' ? undefined : query.slice(1).split('/'), forceList })
    const stream = decodeText(await ctx.files.open(await props.from.render()), await props.charset.render())
    let size = 0
    const lines = async function* (): AsyncGenerator<string> {
      for await (const chunk of stream) {
        ctx.signal.throwIfAborted()
        const found = rows.feed(chunk)
        size += found.length
        if (found.length > 0) yield found.map(lineOf).join('')
      }
      const last = rows.end()
      size += last.length
      yield last.map(lineOf).join('')
    }
    const uri = await ctx.files.put(lines(), { extension: '.ion' })
    ctx.metrics.counter('records', size)
    return { uri, size }
  },
})

function lineOf(value: Value): string {
  return `${encodeIon(value)}\n`
}
