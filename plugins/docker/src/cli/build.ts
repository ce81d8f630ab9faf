import { stat, writeFile } from 'node:fs/promises'
import { defineTask, p, scriptProperties, TaskError, writeTaskFiles } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { connectionProperties, withEngine, type Connection } from '../engine/connection.ts'
import { EngineRefusal } from '../engine/docker-engine.ts'
import { followProgress, ProgressError, pushImage } from '../engine/images.ts'
import { headerOf } from '../engine/registry-auth.ts'
import { packFolders } from '../files/pack-folder.ts'
import { readIgnored } from '../files/read-ignored.ts'
import { flowExample } from './flow-example.ts'
import { tagImage } from './image-tasks.ts'

const BUILD = 'io.kestra.plugin.docker.cli.Build'

const properties = {
  ...connectionProperties,
  dockerfile: p
    .string()
    .dynamic()
    .group('source')
    .language('dockerfile')
    .title('The text of a Dockerfile, or the name of one among the files of the task; by default Dockerfile.'),
  platforms: p
    .list(p.string())
    .dynamic()
    .group('advanced')
    .title('Platform to build for, e.g. linux/arm64; one at a time.'),
  push: p.boolean().dynamic().default(false).group('advanced').title('Push the image to its registry.'),
  pull: p.boolean().dynamic().default(true).group('advanced').title('Look for newer images to build on.'),
  tags: p.list(p.string()).dynamic().required().group('main').title('Names of the image.'),
  buildArgs: p.map(p.string()).dynamic().group('advanced').title('Values of the ARGs of the Dockerfile.'),
  labels: p.map(p.string()).dynamic().group('advanced').title('Labels of the image.'),
  target: p.string().dynamic().group('advanced').title('The stage to stop at.'),
  namespaceFiles: scriptProperties.namespaceFiles,
  inputFiles: scriptProperties.inputFiles,
} as const

type Props = LazyProperties<typeof properties>

export const build = defineTask({
  type: BUILD,
  aliases: ['io.kestra.plugin.docker.Build'],
  title: 'Build an image.',
  description:
    'What is built from is the working directory of the task: its `inputFiles` and the files of the namespace.',
  properties,
  outputs: [{ name: 'imageId', type: 'string', description: 'Id of the image.' }],
  metrics: [
    { name: 'bytes', type: 'counter', unit: 'bytes', description: 'Size of what the engine was sent to build from.' },
  ],
  examples: [
    flowExample(
      'Build an image of a script.',
      BUILD,
      'dockerfile: |\n  FROM python:3.13-slim\n  COPY main.py /\n  CMD ["python", "/main.py"]\ntags:\n  - team/tool:1\ninputFiles:\n  main.py: print("hello")',
    ),
  ],
  async run(ctx, props) {
    const folder = await ctx.workingDir.path()
    const scope = { workingDir: folder }
    await writeTaskFiles(ctx, props, scope)
    const dockerfile = await openDockerfile(ctx, await props.dockerfile.render(scope))
    const tags = await props.tags.render()
    if (tags.length === 0) throw new TaskError('property "tags" must name the image at least once')
    return await withEngine(ctx, props, async connection => {
      const imageId = await buildWith(ctx, props, { connection, dockerfile, tags })
      const { engine, logins } = connection
      for (const tag of tags.slice(1)) await tagImage(engine, imageId, tag)
      if (await props.push.render())
        for (const image of tags) await pushImage(ctx, engine, { image, login: logins.for(image) })
      return { imageId }
    })
  },
})

const OWN_FILE = '.batuta.dockerfile'

/** Its name inside the folder. */
async function openDockerfile(ctx: RunContext, written: string | undefined): Promise<string> {
  if (written === undefined) return 'Dockerfile'
  const isName = !written.includes('\n') && !/^\s*(?:FROM|ARG|#)\b/i.test(written)
  if (isName) {
    const found = await stat(await ctx.workingDir.resolve(written.trim())).catch(() => undefined)
    if (found?.isFile() === true) return written.trim()
    throw new TaskError(
      `there is no Dockerfile "${written.trim()}" among the files of the task: add it to \`inputFiles\` or \`namespaceFiles\`, or write its text`,
    )
  }
  await writeFile(await ctx.workingDir.resolve(OWN_FILE), written)
  return OWN_FILE
}

interface Opened {
  readonly connection: Connection
  readonly dockerfile: string
  readonly tags: readonly string[]
}

async function buildWith(ctx: RunContext, props: Props, { connection, dockerfile, tags }: Opened): Promise<string> {
  const { engine, logins } = connection
  const folder = await ctx.workingDir.path()
  const counted = { bytes: 0 }
  const isLeftOut = await readIgnored(folder, dockerfile)
  const archive = counting(packFolders([{ path: folder, prefix: '', isOpen: false, isLeftOut }]), counted)
  const config = Object.fromEntries(logins.all().map(({ serveraddress, ...login }) => [serveraddress, login]))
  const request = {
    method: 'POST',
    path: '/build',
    query: { ...(await queryOf(props)), dockerfile, t: tags[0] },
    headers: { 'x-registry-config': headerOf(config) },
    archive,
  } as const
  try {
    const { ID: imageId } = await followProgress(ctx, engine, request)
    if (typeof imageId !== 'string') throw new TaskError('the Docker engine did not say which image it has built')
    ctx.metrics.counter('bytes', counted.bytes)
    return imageId
  } catch (error) {
    if (!(error instanceof EngineRefusal || error instanceof ProgressError)) throw error
    throw new TaskError(`the image cannot be built: ${error.message}`)
  }
}

async function queryOf(props: Props): Promise<Readonly<Record<string, unknown>>> {
  const platforms = (await props.platforms.render()) ?? []
  if (platforms.length > 1)
    throw new TaskError(
      `an image is built for one platform at a time, not for ${platforms.join(', ')}: one task for each`,
    )
  return {
    platform: platforms[0],
    pull: (await props.pull.render()) ? true : undefined,
    buildargs: recordOf(await props.buildArgs.render()),
    labels: recordOf(await props.labels.render()),
    target: await props.target.render(),
    rm: true,
    forcerm: true,
  }
}

function recordOf(map: ReadonlyMap<string, string> | undefined): Readonly<Record<string, string>> | undefined {
  return map === undefined ? undefined : Object.fromEntries(map)
}

async function* counting(source: AsyncIterable<Buffer>, counted: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    counted.bytes += piece.length
    yield piece
  }
}
