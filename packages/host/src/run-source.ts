// The look of a trigger at its source: a poll gives what it found, a watch emits until it is stopped.
import { decodeValue, encodeValue, fromPlain, isMap, type Value, type ValueMap } from '@batuta/core'
import { bindProperties, outputsOfPoll, TaskError } from '@batuta/plugin-sdk'
import type { EmitEvents, HostJob, OpenRun, SourceOfJob, TaskOutputs } from '@batuta/plugin-sdk'
import type { Definitions } from './definitions.ts'

/** What a message may hold. */
const EVENTS_MAX = 500
const EVENTS_MAX_BYTES = 256 * 1024

export interface SourceRoom {
  readonly definitions: Definitions
  readonly run: OpenRun
  ask(name: string, args: ValueMap): Promise<Value>
}

/** Undefined when there is nothing to start. */
export async function runSource(
  job: HostJob,
  source: SourceOfJob,
  { definitions, run, ask }: SourceRoom,
): Promise<TaskOutputs | undefined> {
  const definition = await definitions.getTrigger(job.type)
  const properties = decodeValue(job.properties)
  const props = bindProperties(definition.properties, isMap(properties) ? properties : {}, run.ctx)
  const mark = source.mark === undefined ? undefined : decodeValue(source.mark)
  if (definition.kind === 'polling trigger') return outputsOfPoll(await definition.evaluate(run.ctx, props, mark))
  const emit: EmitEvents = async (events, after) => {
    run.ctx.signal.throwIfAborted()
    if (events.length > EVENTS_MAX)
      throw new TaskError(`a trigger emits at most ${EVENTS_MAX} events at once, not ${events.length}`)
    const values = events.map(event => fromPlain(event))
    const bytes = encodeValue(values).length
    if (bytes > EVENTS_MAX_BYTES)
      throw new TaskError(`a trigger emits at most ${EVENTS_MAX_BYTES} bytes at once, not ${bytes}: emit fewer events`)
    await ask('trigger.emit', { events: values, mark: after ?? null })
  }
  await definition.consume(run.ctx, props, emit, mark)
  return undefined
}
