import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import { PARTITIONS_MAX, splitByPattern, splitFile, type SplitPlan } from './split-file.ts'

export const split = defineTask({
  type: 'io.kestra.plugin.core.storage.Split',
  aliases: ['io.kestra.core.tasks.storages.Split'],
  title: 'Split a file by size, by rows or into a number of parts.',
  properties: {
    from: p.string().dynamic().required().storageUri().group('main'),
    bytes: p.bytes().dynamic().title('A new file begins after this many bytes, e.g. 10MB.'),
    partitions: p.integer().dynamic().title('Rows are dealt out to this many files.'),
    rows: p.integer().dynamic().title('Rows of each file.'),
    regexPattern: p
      .string()
      .dynamic()
      .title('Rows with the same text in its first group go to one file, others nowhere.'),
    separator: p.string().dynamic().default('\n').title('Written after each row.'),
  },
  outputs: [{ name: 'uris', type: 'uri[]', description: 'The new files, in order.' }],
  examples: [{ title: 'A thousand rows each.', code: 'from: "{{ outputs.extract.uri }}"\nrows: 1000' }],
  async run(ctx, props) {
    const from = await props.from.render()
    const [bytes, partitions, rows] = [props.bytes, props.partitions, props.rows]
    const pattern = await props.regexPattern.render()
    const plan =
      pattern === undefined
        ? planOf(await bytes.render(), await partitions.render(), await rows.render())
        : splitByPattern(pattern, 'regexPattern')
    return { uris: await splitFile(ctx, from, { plan, separator: await props.separator.render() }) }
  },
})

function planOf(bytes?: number, partitions?: number, rows?: number): SplitPlan {
  for (const [name, value] of Object.entries({ bytes, partitions, rows })) {
    if (value !== undefined && value <= 0)
      throw new TaskError(`property "${name}" must be greater than 0, not ${value}`)
  }
  if (bytes !== undefined) return { type: 'bytes', limit: bytes }
  if (partitions !== undefined) {
    if (partitions > PARTITIONS_MAX) throw new TaskError(`property "partitions" must be at most ${PARTITIONS_MAX}`)
    return { type: 'partitions', count: partitions }
  }
  if (rows !== undefined) return { type: 'rows', limit: rows }
  throw new TaskError('one of the properties "bytes", "partitions", "rows" and "regexPattern" is required')
}
