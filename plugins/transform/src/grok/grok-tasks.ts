import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TaskError, decodeValue, defineTask, isMap, linesOf, mapEntries, mapFrom, p } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Value, ValueMap } from '@batuta/plugin-sdk'
import { ionLines } from '../rows-from.ts'
import { compileGrok } from './compile-grok.ts'
import type { Grok } from './compile-grok.ts'

const FILE_BYTES_MAX = 1024 * 1024

const grokProperties = {
  pattern: p.string().dynamic().group('main').title('The pattern, e.g. `%{COMBINEDAPACHELOG}`.'),
  patterns: p.list(p.string()).dynamic().group('main').title('Several patterns; the first that matches counts.'),
  patternsDir: p
    .list(p.string())
    .dynamic()
    .group('advanced')
    .title('Folders of the working directory with files of patterns, a name and a pattern on each line.'),
  patternDefinitions: p.map(p.string()).dynamic().group('advanced').title('Patterns of your own, by name.'),
  namedCapturesOnly: p
    .boolean()
    .dynamic()
    .default(true)
    .group('processing')
    .title('Whether only parts with a name become fields.'),
  breakOnFirstMatch: p
    .boolean()
    .dynamic()
    .default(true)
    .group('processing')
    .title('Whether to stop at the first pattern that matches; otherwise the fields of all are joined.'),
  keepEmptyCaptures: p
    .boolean()
    .dynamic()
    .default(false)
    .group('processing')
    .title('Whether empty parts become fields, too.'),
}

type Parse = (text: string) => ValueMap

async function openGrok(ctx: RunContext, props: LazyProperties<typeof grokProperties>): Promise<Parse> {
  const pattern = await props.pattern.render()
  const patterns = [...(pattern === undefined ? [] : [pattern]), ...((await props.patterns.render()) ?? [])]
  if (patterns.length === 0) throw new TaskError('`pattern` or `patterns` must say what a text looks like')
  const definitions = new Map<string, string>()
  for (const folder of (await props.patternsDir.render()) ?? []) await readPatterns(ctx, folder, definitions)
  for (const [name, source] of (await props.patternDefinitions.render()) ?? []) definitions.set(name, source)
  const options = {
    definitions,
    namedCapturesOnly: await props.namedCapturesOnly.render(),
    keepEmptyCaptures: await props.keepEmptyCaptures.render(),
  }
  const groks = patterns.map(source => compileGrok(source, options))
  const isFirst = await props.breakOnFirstMatch.render()
  return text => parse(groks, text, isFirst)
}

function parse(groks: readonly Grok[], text: string, isFirst: boolean): ValueMap {
  const entries = new Map<string, Value>()
  for (const grok of groks) {
    const found = grok(text)
    if (found === undefined) continue
    for (const [name, value] of mapEntries(found)) entries.set(name, value)
    if (isFirst) break
  }
  return mapFrom(entries)
}

async function readPatterns(ctx: RunContext, folder: string, definitions: Map<string, string>): Promise<void> {
  const path = await ctx.workingDir.resolve(folder)
  const names = await readdir(path).catch((cause: unknown) => {
    throw new TaskError(`the folder "${folder}" of patterns is not in the working directory`, { cause })
  })
  for (const name of names.toSorted()) {
    const file = join(path, name)
    const info = await stat(file)
    if (!info.isFile() || info.size > FILE_BYTES_MAX) continue
    for (const line of (await readFile(file, 'utf8')).split('\n')) {
      const match = /^(\w+)\s+(\S.*)$/.exec(line.trimEnd())
      if (match?.[1] !== undefined && match[2] !== undefined) definitions.set(match[1], match[2])
    }
  }
}

export const grokItems = defineTask({
  type: 'io.kestra.plugin.transform.grok.TransformItems',
  title: 'Take the texts of a file apart with Grok.',
  description: 'A line is a text as it stands, or a row that is a text. What does not match becomes an empty map.',
  properties: {
    from: p.string().dynamic().required().storageUri().group('main').title('URI of the file.'),
    ...grokProperties,
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The file of rows.' },
    { name: 'processedItemsTotal', type: 'long', description: 'Number of texts read.' },
  ],
  examples: [
    {
      title: 'Rows from the log of a web server.',
      full: true,
      code: `id: grok_items
namespace: company.team
inputs:
  - id: log
    type: FILE
tasks:
  - id: requests
    type: io.kestra.plugin.transform.grok.TransformItems
    from: "{{ inputs.log }}"
    pattern: "%{COMBINEDAPACHELOG}"
`,
    },
  ],
  async run(ctx, props) {
    const grok = await openGrok(ctx, props)
    const stream = await ctx.files.open(await props.from.render())
    let processedItemsTotal = 0
    const rows = async function* (): AsyncGenerator<Value> {
      for await (const line of linesOf(stream)) {
        ctx.signal.throwIfAborted()
        if (line.trim() === '') continue
        processedItemsTotal++
        yield grok(textOfLine(line))
      }
    }
    return { uri: await ctx.files.put(ionLines(rows()), { extension: '.ion' }), processedItemsTotal }
  },
})

function textOfLine(line: string): string {
  if (!line.startsWith('"')) return line
  try {
    const value = decodeValue(line)
    return typeof value === 'string' ? value : line
  } catch {
    // A line of a log that begins with a quote.
    return line
  }
}

export const grokValue = defineTask({
  type: 'io.kestra.plugin.transform.grok.TransformValue',
  title: 'Take a text apart with Grok.',
  properties: { from: p.string().dynamic().required().group('main').title('The text.'), ...grokProperties },
  outputs: [{ name: 'value', type: 'map<any>', description: 'The fields; none where the text does not match.' }],
  examples: [
    {
      title: 'The parts of a log line.',
      full: true,
      code: `id: grok_value
namespace: company.team
tasks:
  - id: parts
    type: io.kestra.plugin.transform.grok.TransformValue
    from: 2026-01-02T03:04:05Z ERROR db took 120 ms
    pattern: "%{TIMESTAMP_ISO8601:at} %{LOGLEVEL:level} %{WORD:part} took %{NUMBER:ms:int} ms"
`,
    },
  ],
  async run(ctx, props) {
    const grok = await openGrok(ctx, props)
    const value = grok(await props.from.render())
    return { value: isMap(value) ? value : {} }
  },
})
