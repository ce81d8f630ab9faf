// The look of a trigger at its source: a poll gives what it found, a watch emits until it is stopped.
import { decodeValue, encodeValue, fromPlain, isMap, type Value, type ValueMap } from '@batuta/core'
import { bindProperties, outputsOfPoll, POLL_MARK, TaskError } from '@batuta/plugin-sdk'
import type {
  EmitEvents,
  EmitFound,
  HostJob,
  LazyProperties,
  OpenRun,
  PollingTriggerDefinition,
  Shape,
  SourceOfJob,
  TaskOutputs,
} from '@batuta/plugin-sdk'
import type { Definitions } from './definitions.ts'

/** What a message may hold. */
const EVENTS_MAX = 500
const EVENTS_MAX_BYTES = 256 * 1024

export interface SourceRoom {
  readonly definitions: Definitions
  readonly run: OpenRun
  ask(name: string, args: ValueMap): Promise<Value>
  /** What is emitted in the middle of a job is kept as what ends it: secrets are sealed, large values stored. */
  keep(outputs: TaskOutputs): Promise<Value>
}

/** Undefined when there is nothing to start. */
export async function runSource(job: HostJob, source: SourceOfJob, room: SourceRoom): Promise<TaskOutputs | undefined> {
  const { definitions, run, ask } = room
  const definition = await definitions.getTrigger(job.type)
  const properties = decodeValue(job.properties)
  const props = bindProperties(definition.properties, isMap(properties) ? properties : {}, run.ctx)
  const mark = source.mark === undefined ? undefined : decodeValue(source.mark)
  if (definition.kind === 'polling trigger') return await poll(definition, room, { props, mark })
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

async function poll(
  definition: PollingTriggerDefinition,
  { run, ask, keep }: SourceRoom,
  { props, mark }: { readonly props: LazyProperties<Shape>; readonly mark: Value | undefined },
): Promise<TaskOutputs | undefined> {
  let hasEmitted = false
  const emit: EmitFound = async found => {
    run.ctx.signal.throwIfAborted()
    if (hasEmitted) throw new TaskError('a poll emits once: what is left over is found by the next one')
    if (found.outputs === undefined) throw new TaskError('a poll emits outputs: return what has only a mark')
    hasEmitted = true
    await ask('trigger.emit', { events: [await keep(found.outputs)], mark: found.mark })
  }
  const outputs = outputsOfPoll(await definition.evaluate(run.ctx, props, mark, emit))
  if (hasEmitted && Object.keys(outputs ?? {}).some(name => name !== POLL_MARK))
    throw new TaskError('a poll gives outputs once: after it has emitted it returns a mark alone')
  return outputs
}
