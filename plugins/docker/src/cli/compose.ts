import { stat, writeFile } from 'node:fs/promises'
import {
  defineTask,
  findOnPath,
  isStorageUri,
  p,
  quoteForShell,
  runScript,
  SCRIPT_OUTPUTS,
  scriptProperties,
  TaskError,
} from '@batuta/plugin-sdk'
import type { LazyProperties, Session } from '@batuta/plugin-sdk'
import { flowExample } from './flow-example.ts'

const COMPOSE = 'io.kestra.plugin.docker.cli.Compose'
const IMAGE = 'docker:27.5.1-cli'

const properties = {
  ...scriptProperties,
  containerImage: scriptProperties.containerImage.default(IMAGE),
  composeFile: p
    .string()
    .dynamic()
    .storageUri()
    .group('source')
    .title('The compose file: a file of internal storage, one among the files of the task, or its text.'),
  composeFiles: p
    .list(p.string())
    .dynamic()
    .storageUri()
    .group('source')
    .title('Several of them, one laid over the other.'),
  composeArgs: p
    .list(p.string())
    .dynamic()
    .required()
    .group('main')
    .title('What comes after `docker compose`, e.g. up, --wait.'),
} as const

export const compose = defineTask({
  type: COMPOSE,
  aliases: ['io.kestra.plugin.docker.Compose'],
  title: 'Run docker compose.',
  description:
    'The `docker` command with its compose plugin runs where scripts run: as a process of the worker, or in a container that can reach an engine.',
  properties,
  outputs: SCRIPT_OUTPUTS,
  examples: [
    flowExample(
      'Start services and wait until they are well.',
      COMPOSE,
      'composeFile: |\n  services:\n    cache:\n      image: redis:8\ncomposeArgs:\n  - up\n  - --detach\n  - --wait',
    ),
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      expectDocker(session)
      const files = await openFiles(session, props)
      const args = await props.composeArgs.render(session.scope)
      const words = ['docker', 'compose', ...files.flatMap(file => ['-f', file]), ...args]
      return [words.map(quoteForShell).join(' ')]
    }),
})

function expectDocker({ isContained, hasBeforeCommands, env }: Session): void {
  if (isContained || hasBeforeCommands) return
  if (findOnPath(['docker'], env.get('PATH') ?? process.env['PATH'] ?? '') !== undefined) return
  throw new TaskError(
    '"docker" is not on the PATH of this worker: install the docker command with its compose plugin, set PATH in `env`, or run the task in a ' +
      'container that has it',
  )
}

async function openFiles(
  session: Session,
  props: Pick<LazyProperties<typeof properties>, 'composeFile' | 'composeFiles'>,
): Promise<readonly string[]> {
  const one = await props.composeFile.render(session.scope)
  const several = (await props.composeFiles.render(session.scope)) ?? []
  const written = [...(one === undefined ? [] : [one]), ...several]
  return await Promise.all(written.map((text, at) => openFile(session, text, at)))
}

/** Its name in the working directory. */
async function openFile({ ctx, ownFiles }: Session, written: string, at: number): Promise<string> {
  const text = written.trim()
  const isText = text.includes('\n') || text.startsWith('{')
  if (!isText && !isStorageUri(text)) {
    const found = await stat(await ctx.workingDir.resolve(text)).catch(() => undefined)
    if (found?.isFile() === true) return text
    throw new TaskError(`there is no compose file "${text}" among the files of the task: add it to \`inputFiles\``)
  }
  const name = `batuta-compose-${at}.yaml`
  const path = await ctx.workingDir.resolve(name)
  ownFiles.push(path)
  if (isText) await writeFile(path, written)
  else await ctx.files.copyTo(text, path)
  return name
}
