import { DOCKER_RUNNER_TYPE, defineTaskRunner, p, TaskError } from '@batuta/plugin-sdk'
import type { CommandResult } from '@batuta/plugin-sdk'
import { connectionProperties, withEngine } from '../engine/connection.ts'
import {
  expectPrivileged,
  PULL_POLICIES,
  readPorts,
  readResources,
  resourceProperties,
} from '../engine/container-spec.ts'
import { ensureImage } from '../engine/images.ts'
import { runContainer } from '../engine/run-container.ts'

const EXAMPLE = `id: in_a_container
namespace: company.team
tasks:
  - id: run
    type: io.kestra.plugin.scripts.python.Script
    containerImage: python:3.13-slim
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.Docker
      pullPolicy: IF_NOT_PRESENT
      cpu:
        cpus: 1
      memory:
        memory: 256MB
    script: print("hello from a container")`

export const dockerRunner = defineTaskRunner({
  type: DOCKER_RUNNER_TYPE,
  aliases: ['io.kestra.plugin.scripts.runner.docker.DockerTaskRunner'],
  title: 'Run a script in a container.',
  description:
    'Each task gets a container of its own, made from `containerImage`, with the files of its working directory under the same path. ' +
    'When it has ended, or is killed, the files are taken back and the container is removed.',
  isContained: true,
  properties: {
    ...connectionProperties,
    ...resourceProperties,
    image: p.string().title('Image, in older flows; `containerImage` of the task goes before it.'),
    entryPoint: p
      .list(p.string())
      .dynamic()
      .default([''])
      .title('Entry point of the container; by default none, so that the command of the task is what runs.'),
    pullPolicy: p
      .enum(...PULL_POLICIES)
      .default('ALWAYS')
      .title('When the image is pulled.'),
    fileHandlingStrategy: p
      .enum('MOUNT', 'VOLUME')
      .default('VOLUME')
      .title(
        'How files get into the container: copied, or by mounting the folder, which engine and worker must share.',
      ),
    delete: p.boolean().default(true).title('Remove the container when it has ended.'),
    privileged: p.boolean().dynamic().default(false).title('Give the container all rights of its machine.'),
    portBindings: p.list(p.string()).dynamic().title('Ports to publish, e.g. 8080:80.'),
    wait: p.boolean().dynamic().default(true).title('Wait for the end of the container.'),
    resume: p
      .boolean()
      .dynamic()
      .default(true)
      .title('Go on with the container of the same attempt that an earlier worker had started.'),
    killGracePeriod: p
      .duration()
      .dynamic()
      .default('PT0S')
      .title('Time between the asked and the forced end on a kill.'),
  },
  examples: [{ title: 'On a script task.', full: true, code: EXAMPLE }],
  async run(ctx, props, command): Promise<CommandResult> {
    const image = command.containerImage ?? (await props.image.render())
    if (image === undefined) throw new TaskError('property "containerImage" is required to run in a container')
    const resources = await readResources(ctx, props)
    const ports = readPorts((await props.portBindings.render()) ?? [])
    const isPrivileged = (await props.privileged.render()) && expectPrivileged(ctx)
    const policy = await props.pullPolicy.render()
    return await withEngine(ctx, props, async ({ engine, logins }) => {
      await ensureImage(ctx, engine, { image, policy, logins })
      const isDeleted = await props.delete.render()
      const isAwaited = command.isAside === true || (await props.wait.render())
      const { exitCode } = await runContainer(ctx, engine, {
        image,
        entryPoint: await props.entryPoint.render(),
        argv: command.argv,
        env: command.env,
        user: resources.user,
        hostConfig: {
          ...resources.hostConfig,
          ...(isPrivileged ? { Privileged: true } : {}),
          ...(ports.PortBindings === undefined ? {} : { PortBindings: ports.PortBindings }),
        },
        ...(ports.ExposedPorts === undefined ? {} : { exposedPorts: ports.ExposedPorts }),
        folder: command.cwd,
        reads: command.reads ?? [],
        strategy: await props.fileHandlingStrategy.render(),
        isDeleted,
        isAwaited,
        isResumed: isAwaited && isDeleted && command.isAside !== true && (await props.resume.render()),
        killGraceMs: await props.killGracePeriod.render(),
        onLine: command.onLine,
      })
      return { exitCode }
    })
  },
})
