import { open, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { defineRealtimeTrigger, p, TaskError, type EmitEvents } from '@batuta/plugin-sdk'

const CHUNK_BYTES = 64 * 1024
const NEWLINE = 10

export const testSource = defineRealtimeTrigger({
  type: 'io.batuta.plugin.core.trigger.TestSource',
  title: 'Start the flow for every line of a file, as it grows.',
  description:
    'For tests of realtime triggers: the source is a file that lines are appended to. Once the executions of some lines are born, the ' +
    'offset behind them is written to `<path>.ack`, as an acknowledgement; it is also where the next watch begins.',
  properties: {
    path: p.string().dynamic().required().group('main').title('The file, on the local disk of the worker.'),
    batch: p.integer().default(100).title('Lines that are emitted at once, at most; no more than 500.'),
    pause: p.duration().default('PT0.1S').title('Time between two looks at the file.'),
  },
  outputs: [
    { name: 'line', type: 'string', description: 'The line, without its end.' },
    { name: 'offset', type: 'long', description: 'Where the line ends, in bytes.' },
  ],
  examples: [{ title: 'One execution per line.', code: 'path: /tmp/events.txt' }],
  async consume(ctx, props, emit, mark) {
    const path = await props.path.render()
    const pauseMs = await props.pause.render()
    const source = { path, linesMax: Math.max(1, Math.min(await props.batch.render(), 500)), emit }
    let offset = typeof mark === 'number' ? mark : 0
    while (!ctx.signal.aborted) {
      const next = await emitLines(offset, source)
      if (next === offset) await wait(pauseMs, undefined, { signal: ctx.signal })
      offset = next
    }
  },
})

interface LineSource {
  readonly path: string
  readonly linesMax: number
  readonly emit: EmitEvents
}

/** What was appended behind the offset, as far as it has whole lines; returns the offset behind them. */
async function emitLines(offset: number, { path, linesMax, emit }: LineSource): Promise<number> {
  const bytes = await readFrom(path, offset)
  const events: { readonly line: string; readonly offset: number }[] = []
  let from = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0 && events.length < linesMax; end = bytes.indexOf(NEWLINE, from)) {
    events.push({ line: bytes.toString('utf8', from, end), offset: offset + end + 1 })
    from = end + 1
  }
  if (events.length === 0 && bytes.length === CHUNK_BYTES)
    throw new TaskError(`a line of "${path}" is longer than ${CHUNK_BYTES} bytes`)
  if (events.length === 0) return offset
  await emit(events, offset + from)
  await writeFile(`${path}.ack`, String(offset + from))
  return offset + from
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => undefined)
  if (!file) return Buffer.alloc(0)
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(CHUNK_BYTES), position: offset })
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
