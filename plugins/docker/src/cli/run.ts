import { mkdirSync } from 'node:fs'
import {
  Ending,
  defineTask,
  listenTo,
  p,
  PRIVATE_FOLDER,
  scriptProperties,
  storeFolder,
  storeOutputFiles,
  TaskError,
  writeTaskFiles,
} from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, ValueMap } from '@batuta/plugin-sdk'
import { connectionProperties, withEngine, type Connection } from '../engine/connection.ts'
import {
  expectPrivileged,
  PULL_POLICIES,
  readPorts,
  readResources,
  resourceProperties,
} from '../engine/container-spec.ts'
import { ensureImage } from '../engine/images.ts'
import { runContainer, shortId, type ContainerOptions } from '../engine/run-container.ts'
import { flowExample } from './flow-example.ts'

const RUN = 'io.kestra.plugin.docker.cli.Run'

const properties = {
  ...connectionProperties,
  ...resourceProperties,
  containerImage: p.string().dynamic().required().group('main').title('The image.'),
  entryPoint: p.list(p.string()).dynamic().group('advanced').title('Entry point; by default that of the image.'),
  portBindings: p.list(p.string()).dynamic().group('connection').title('Ports to publish, e.g. 8080:80.'),
  pullPolicy: p
    .enum(...PULL_POLICIES)
    .dynamic()
    .default('IF_NOT_PRESENT')
    .group('advanced')
    .title('When the image is pulled.'),
  privileged: p.boolean().dynamic().group('advanced').title('Give the container all rights of its machine.'),
  env: p.map(p.string()).dynamic().group('execution').title('Environment variables.'),
  warningOnStdErr: p
    .boolean()
    .dynamic()
    .deprecated('What is written to the standard error is logged as such; it changes no state unless this is true.')
    .title('End with WARNING when anything was written to the standard error.'),
  namespaceFiles: scriptProperties.namespaceFiles,
  inputFiles: scriptProperties.inputFiles,
  outputFiles: scriptProperties.outputFiles,
  commands: p
    .list(p.string())
    .dynamic()
    .default([])
    .group('main')
    .title('The command and its arguments; by default that of the image.'),
  wait: p.boolean().dynamic().default(true).group('execution').title('Wait for the end of the container.'),
} as const

type Props = LazyProperties<typeof properties>

export const run = defineTask({
  type: RUN,
  aliases: ['io.kestra.plugin.docker.Run'],
  title: 'Run a container.',
  description:
    'Where files are asked for, the container starts in a folder that holds them; else where its image says. It is removed when it has ended. ' +
    'With `wait: false` it goes on by itself, and `vars.containerId` names it for a task that stops it.',
  properties,
  outputs: [
    {
      name: 'vars',
      type: 'map<any>',
      description: 'Values that the container gave: `::{"outputs":{"name":"value"}}::`.',
    },
    { name: 'exitCode', type: 'int', description: '0 on success.' },
    { name: 'outputFiles', type: 'map<uri>', description: 'Stored files by path.' },
  ],
  examples: [
    flowExample('Run a command of an image.', RUN, 'containerImage: alpine:3\ncommands:\n  - cat\n  - /etc/os-release'),
  ],
  async run(ctx, props) {
    const files = await openFiles(ctx, props)
    const options = await optionsOf(ctx, props, files)
    return await withEngine(ctx, props, connection => runWith(ctx, props, { connection, options, files }))
  },
})

interface Files {
  readonly folder: string
  readonly outputDir: string
  readonly scope: ValueMap
}

/** Undefined where the task has none. */
async function openFiles(ctx: RunContext, props: Props): Promise<Files | undefined> {
  if (!props.inputFiles.isSet && !props.namespaceFiles.isSet && !props.outputFiles.isSet) return undefined
  const folder = await ctx.workingDir.path()
  const outputDir = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/out`)
  mkdirSync(outputDir, { recursive: true })
  const scope = { workingDir: folder, outputDir }
  await writeTaskFiles(ctx, props, scope)
  return { folder, outputDir, scope }
}

type PlainOptions = Omit<ContainerOptions, 'onLine'>

async function optionsOf(ctx: RunContext, props: Props, files: Files | undefined): Promise<PlainOptions> {
  const resources = await readResources(ctx, props)
  const ports = readPorts((await props.portBindings.render()) ?? [])
  const isPrivileged = (await props.privileged.render()) === true && expectPrivileged(ctx)
  const own = (await props.env.render(files?.scope)) ?? new Map<string, string>()
  const folders: readonly [string, string][] = files
    ? [
        ['WORKING_DIR', files.folder],
        ['OUTPUT_DIR', files.outputDir],
      ]
    : []
  const isAwaited = await props.wait.render()
  return {
    image: await props.containerImage.render(),
    entryPoint: await props.entryPoint.render(files?.scope),
    argv: await props.commands.render(files?.scope),
    env: new Map([...folders, ...own]),
    user: resources.user,
    hostConfig: {
      ...resources.hostConfig,
      ...(isPrivileged ? { Privileged: true } : {}),
      ...(ports.PortBindings === undefined ? {} : { PortBindings: ports.PortBindings }),
    },
    ...(ports.ExposedPorts === undefined ? {} : { exposedPorts: ports.ExposedPorts }),
    folder: files?.folder,
    reads: [],
    strategy: 'VOLUME',
    isDeleted: true,
    isAwaited,
    isResumed: isAwaited,
    killGraceMs: 0,
  }
}

interface Opened {
  readonly connection: Connection
  readonly options: PlainOptions
  readonly files: Files | undefined
}

async function runWith(
  ctx: RunContext,
  props: Props,
  { connection, options, files }: Opened,
): Promise<Ending | Readonly<Record<string, unknown>>> {
  const { engine, logins } = connection
  await ensureImage(ctx, engine, { image: options.image, policy: await props.pullPolicy.render(), logins })
  const { messages, counted, onLine } = listenTo(ctx)
  const { exitCode, containerId } = await runContainer(ctx, engine, { ...options, onLine })
  if (!options.isAwaited) {
    ctx.logger.info(`the container ${shortId(containerId)} goes on by itself`)
    return { exitCode, vars: { containerId }, outputFiles: {} }
  }
  ctx.signal.throwIfAborted()
  const outputs = { exitCode, vars: messages.vars, outputFiles: await storeFiles(ctx, props, files) }
  if (exitCode !== 0) throw new TaskError(`the command failed with exit code ${exitCode}`, { outputs })
  if (messages.problem !== undefined) throw new TaskError(messages.problem, { outputs })
  const isWarned = counted.stderrLines > 0 && (await props.warningOnStdErr.render()) === true
  return isWarned ? new Ending('WARNING', outputs) : outputs
}

async function storeFiles(
  ctx: RunContext,
  props: Props,
  files: Files | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (files === undefined) return {}
  const patterns = (await props.outputFiles.render(files.scope)) ?? []
  return { ...(await storeOutputFiles(ctx, patterns)), ...(await storeFolder(ctx, files.outputDir)) }
}
