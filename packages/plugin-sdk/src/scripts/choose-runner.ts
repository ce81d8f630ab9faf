// Where a script runs: what its author asks for, in the words of today (`taskRunner`) or of older flows (`runner`, `docker`).
import { isMap, mapEntries, mapFrom, mapGet } from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import type { LazyProperties } from '../lazy-properties.ts'
import type { RunContext } from '../run-context.ts'
import { TaskError } from '../task-error.ts'
import type { scriptProperties } from './script-properties.ts'

export interface ChosenRunner {
  /** Undefined for the installation's. */
  readonly runner: ValueMap | undefined
  readonly isContained: boolean
  readonly image: string | undefined
}

type RunnerProps = Pick<LazyProperties<typeof scriptProperties>, 'taskRunner' | 'runner' | 'docker' | 'containerImage'>

export const DOCKER_RUNNER_TYPE = 'io.kestra.plugin.scripts.runner.docker.Docker'
const PROCESS = 'io.kestra.plugin.core.runner.Process'

export async function chooseRunner(ctx: RunContext, props: RunnerProps): Promise<ChosenRunner> {
  const runner = await writtenRunner(props)
  const { type, isContained } = await ctx.checkRunner(runner)
  const older = olderOptions(props)
  if (older === undefined || props.taskRunner.isSet || type !== DOCKER_RUNNER_TYPE) {
    if (older !== undefined) ctx.logger.debug('`docker` is passed over: the task does not run on the Docker runner')
    return { runner, isContained, image: await props.containerImage.render() }
  }
  const { image, options } = older
  const isOwn = props.containerImage.isSet || image === undefined
  const rendered = isOwn ? await props.containerImage.render() : await ctx.renderText(image)
  return { runner: mapFrom([...options, ['type', type]]), isContained, image: rendered }
}

async function writtenRunner(props: RunnerProps): Promise<ValueMap | undefined> {
  const written = props.taskRunner.raw
  if (written !== undefined) {
    if (isMap(written)) return written
    throw new TaskError('property "taskRunner" must be a map with a type')
  }
  const older = await props.runner.render()
  if (older === undefined) return undefined
  return { type: older === 'DOCKER' ? DOCKER_RUNNER_TYPE : PROCESS }
}

interface OlderOptions {
  readonly image: string | undefined
  readonly options: readonly (readonly [string, Value])[]
}

/** `docker: { image, … }`: what is now written on the runner, and the image, which is now a property of the task. */
function olderOptions({ docker }: RunnerProps): OlderOptions | undefined {
  const written = docker.raw
  if (written === undefined) return undefined
  if (!isMap(written)) throw new TaskError('property "docker" must be a map with an image')
  const image = mapGet(written, 'image')
  return {
    image: typeof image === 'string' ? image : undefined,
    options: Array.from(mapEntries(written)).filter(([name]) => name !== 'image'),
  }
}
