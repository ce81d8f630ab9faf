// Tasks that end and remove.
import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import { connectionProperties, withEngine } from '../engine/connection.ts'
import { EngineRefusal, objectOf, type DockerEngine, type EngineRequest } from '../engine/docker-engine.ts'
import { nameInPath } from '../engine/images.ts'
import { flowExample } from './flow-example.ts'

const STOP = 'io.kestra.plugin.docker.cli.Stop'
const RM = 'io.kestra.plugin.docker.cli.Rm'
const PRUNE = 'io.kestra.plugin.docker.cli.Prune'

export const stop = defineTask({
  type: STOP,
  aliases: ['io.kestra.plugin.docker.Stop'],
  title: 'Stop a container.',
  properties: {
    ...connectionProperties,
    containerId: p.string().dynamic().group('connection').title('The container, by id or name.'),
    kill: p.boolean().dynamic().default(false).group('advanced').title('Without asking it first.'),
    delete: p.boolean().dynamic().default(true).group('advanced').title('Remove it afterwards.'),
  },
  examples: [flowExample('Stop a container and keep it.', STOP, 'containerId: my-service\ndelete: false')],
  async run(ctx, props): Promise<void> {
    const container = await props.containerId.render()
    if (container === undefined) throw new TaskError('property "containerId" is required: the container to stop')
    const action = (await props.kill.render()) ? 'kill' : 'stop'
    const isDeleted = await props.delete.render()
    await withEngine(ctx, props, async ({ engine }) => {
      const path = `/containers/${encodeURIComponent(container)}`
      // Stopped already is stopped: 304 of a stop, 409 of a kill.
      await sendFor(engine, `the container "${container}"`, {
        method: 'POST',
        path: `${path}/${action}`,
        accepts: [304, 409],
      })
      if (isDeleted) await sendFor(engine, `the container "${container}"`, { method: 'DELETE', path, accepts: [404] })
    })
  },
})

export const rm = defineTask({
  type: RM,
  aliases: ['io.kestra.plugin.docker.Rm'],
  title: 'Remove containers and images.',
  properties: {
    ...connectionProperties,
    containerIds: p.list(p.string()).dynamic().group('connection').title('Containers, by id or name.'),
    imageIds: p.list(p.string()).dynamic().group('advanced').title('Images, by id or name.'),
    removeVolumes: p
      .boolean()
      .dynamic()
      .default(false)
      .group('destination')
      .title('The unnamed volumes of the containers, too.'),
    force: p.boolean().dynamic().default(false).group('reliability').title('Also what runs or is in use.'),
  },
  examples: [flowExample('Remove a container.', RM, 'containerIds:\n  - my-service\nforce: true')],
  async run(ctx, props): Promise<void> {
    const containers = (await props.containerIds.render()) ?? []
    const images = (await props.imageIds.render()) ?? []
    if (containers.length + images.length === 0)
      throw new TaskError('nothing to remove: name `containerIds` or `imageIds`')
    const [force, v] = [await props.force.render(), await props.removeVolumes.render()]
    await withEngine(ctx, props, async ({ engine }) => {
      for (const id of containers) {
        const path = `/containers/${encodeURIComponent(id)}`
        await sendFor(engine, `the container "${id}"`, { method: 'DELETE', path, query: { force, v } })
        ctx.logger.info(`removed the container ${id}`)
      }
      for (const id of images) {
        const path = `/images/${nameInPath(id)}`
        await sendFor(engine, `the image "${id}"`, { method: 'DELETE', path, query: { force } })
        ctx.logger.info(`removed the image ${id}`)
      }
    })
  },
})

async function sendFor(engine: DockerEngine, what: string, request: EngineRequest): Promise<void> {
  try {
    const { body } = await engine.send(request)
    body.resume()
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error.code !== 404) throw error
    throw new TaskError(`${what} is not on the Docker engine at ${engine.address.text}`)
  }
}

/** What can be pruned, and which filters the engine knows for it. */
const PRUNES = {
  BUILD: { path: '/build/prune', filters: ['until'], made: 'CachesDeleted' },
  CONTAINERS: { path: '/containers/prune', filters: ['until', 'label'], made: 'ContainersDeleted' },
  IMAGES: { path: '/images/prune', filters: ['until', 'label', 'dangling'], made: 'ImagesDeleted' },
  NETWORKS: { path: '/networks/prune', filters: ['until', 'label'], made: 'NetworksDeleted' },
  VOLUMES: { path: '/volumes/prune', filters: ['label'], made: 'VolumesDeleted' },
} as const

type PruneType = keyof typeof PRUNES

const PRUNE_TYPES: readonly PruneType[] = ['BUILD', 'CONTAINERS', 'IMAGES', 'NETWORKS', 'VOLUMES']

export const prune = defineTask({
  type: PRUNE,
  aliases: ['io.kestra.plugin.docker.Prune'],
  title: 'Remove what nobody uses.',
  properties: {
    ...connectionProperties,
    pruneType: p
      .enum(...PRUNE_TYPES)
      .dynamic()
      .required()
      .title('What to remove.'),
    dangling: p.boolean().dynamic().default(false).title('Of images, only those without a name.'),
    until: p.string().dynamic().title('Only what was made before: a moment, or a duration such as 24h.'),
    labelFilters: p.list(p.string()).dynamic().title('Only what has these labels: `name` or `name=value`.'),
  },
  examples: [flowExample('Images that are older than a week.', PRUNE, 'pruneType: IMAGES\nuntil: 168h')],
  async run(ctx, props): Promise<void> {
    const type = await props.pruneType.render()
    const { path, filters: known, made } = PRUNES[type]
    const given = {
      until: await props.until.render(),
      label: await props.labelFilters.render(),
      dangling: type === 'IMAGES' ? String(await props.dangling.render()) : undefined,
    }
    const filters = filtersOf(type, { given, known })
    await withEngine(ctx, props, async ({ engine }) => {
      const answer = objectOf(await engine.ask({ method: 'POST', path, query: { filters } }))
      const removed = answer[made]
      const count = Array.isArray(removed) ? removed.length : 0
      ctx.logger.info(`removed ${count} of ${type.toLowerCase()}, ${Number(answer['SpaceReclaimed'] ?? 0)} bytes`)
    })
  },
})

interface Filters {
  readonly given: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly known: readonly string[]
}

/** A filter that the engine does not know must not let it remove more than was meant. */
function filtersOf(type: PruneType, { given, known }: Filters): Readonly<Record<string, readonly string[]>> {
  const filters: Record<string, readonly string[]> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value.length === 0) continue
    if (!known.includes(name))
      throw new TaskError(`the filter "${name}" is unknown for pruneType ${type}: leave it out`)
    filters[name] = typeof value === 'string' ? [value] : value
  }
  return filters
}
