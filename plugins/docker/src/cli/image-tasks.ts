// Tasks on images: fetch, send, name, list.
import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import { connectionProperties, withEngine } from '../engine/connection.ts'
import { EngineRefusal, objectOf, type DockerEngine } from '../engine/docker-engine.ts'
import { nameInPath, pullImage, pushImage, splitImage } from '../engine/images.ts'
import { flowExample } from './flow-example.ts'

const PULL = 'io.kestra.plugin.docker.cli.Pull'
const PUSH = 'io.kestra.plugin.docker.cli.Push'
const TAG = 'io.kestra.plugin.docker.cli.Tag'
const IMAGE_LS = 'io.kestra.plugin.docker.cli.ImageLs'

export const pull = defineTask({
  type: PULL,
  aliases: ['io.kestra.plugin.docker.Pull'],
  title: 'Pull an image from a registry.',
  properties: {
    ...connectionProperties,
    image: p
      .string()
      .dynamic()
      .required()
      .group('main')
      .title('The image, e.g. alpine:3 or registry.example/team/tool:1.'),
  },
  examples: [flowExample('Pull an image.', PULL, 'image: alpine:3')],
  async run(ctx, props): Promise<void> {
    const image = await props.image.render()
    await withEngine(ctx, props, ({ engine, logins }) => pullImage(ctx, engine, { image, login: logins.for(image) }))
  },
})

export const push = defineTask({
  type: PUSH,
  aliases: ['io.kestra.plugin.docker.Push'],
  title: 'Push images to a registry.',
  properties: {
    ...connectionProperties,
    tags: p.list(p.string()).dynamic().required().group('main').title('The images, with their registry and tag.'),
  },
  examples: [
    flowExample(
      'Push an image.',
      PUSH,
      'tags:\n  - registry.example/team/tool:1\ncredentials:\n  registry: registry.example\n  username: ci\n  password: "{{ secret(\'REGISTRY_PASSWORD\') }}"',
    ),
  ],
  async run(ctx, props): Promise<void> {
    const tags = await props.tags.render()
    await withEngine(ctx, props, async ({ engine, logins }) => {
      for (const image of tags) await pushImage(ctx, engine, { image, login: logins.for(image) })
    })
  },
})

export const tag = defineTask({
  type: TAG,
  aliases: ['io.kestra.plugin.docker.Tag'],
  title: 'Give an image another name.',
  properties: {
    ...connectionProperties,
    sourceImage: p.string().dynamic().required().group('main').title('The image, by name or id.'),
    targetImage: p.string().dynamic().required().group('main').title('Its new name, with a tag.'),
  },
  examples: [
    flowExample('Name an image for a registry.', TAG, 'sourceImage: tool:1\ntargetImage: registry.example/team/tool:1'),
  ],
  async run(ctx, props): Promise<void> {
    const source = await props.sourceImage.render()
    const target = await props.targetImage.render()
    await withEngine(ctx, props, ({ engine }) => tagImage(engine, source, target))
  },
})

export async function tagImage(engine: DockerEngine, source: string, target: string): Promise<void> {
  const { name: repo, tag: label } = splitImage(target)
  if (repo.includes('@')) throw new TaskError(`"${target}" is no name for an image: a digest cannot be given`)
  try {
    const path = `/images/${nameInPath(source)}/tag`
    const { body } = await engine.send({ method: 'POST', path, query: { repo, tag: label } })
    body.resume()
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error.code !== 404) throw error
    throw new TaskError(
      `the image "${source}" is not on the Docker engine at ${engine.address.text}: pull or build it first`,
    )
  }
}

export const imageLs = defineTask({
  type: IMAGE_LS,
  aliases: ['io.kestra.plugin.docker.ImageLs'],
  title: 'List the images of an engine.',
  properties: {
    ...connectionProperties,
    showAll: p.boolean().dynamic().default(false).group('processing').title('Layers between, too.'),
    imageNameFilter: p.string().dynamic().group('processing').title('A name, or a pattern such as team/*:latest.'),
    labelFilter: p.map(p.string()).dynamic().group('processing').title('Labels that the images must have.'),
  },
  outputs: [
    {
      name: 'images',
      type: 'ImageEntry{id, repoTags, repoDigests, size, created, labels}[]',
      description: 'The images.',
    },
    { name: 'count', type: 'int', description: 'How many they are.' },
  ],
  examples: [flowExample('Images of a team.', IMAGE_LS, 'labelFilter:\n  team: data')],
  async run(ctx, props) {
    const reference = await props.imageNameFilter.render()
    const labels = await props.labelFilter.render()
    const filters = {
      ...(reference === undefined ? {} : { reference: [reference] }),
      ...(labels === undefined
        ? {}
        : { label: Array.from(labels, ([name, value]) => (value === '' ? name : `${name}=${value}`)) }),
    }
    const query = { all: await props.showAll.render(), filters }
    return await withEngine(ctx, props, async ({ engine }) => {
      const found = await engine.ask({ method: 'GET', path: '/images/json', query })
      const images = Array.isArray(found) ? found.map(each => entryOf(objectOf(each))) : []
      return { images, count: images.length }
    })
  },
})

function entryOf(image: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { Id, RepoTags, RepoDigests, Size, Created, Labels } = image
  return {
    id: Id,
    repoTags: RepoTags ?? [],
    repoDigests: RepoDigests ?? [],
    size: Size,
    created: Created,
    labels: Labels ?? {},
  }
}
