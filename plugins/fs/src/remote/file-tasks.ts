// The tasks of a family of remote files, from what tells it from the others: its properties, and how a connection is opened.
import { TaskError, definePollingTrigger, defineTask, mapFrom, p } from '@batuta/plugin-sdk'
import type {
  Example,
  OutputDescription,
  RunContext,
  Shape,
  TaskDefinition,
  TaskOutputs,
  TriggerDefinition,
} from '@batuta/plugin-sdk'
import { Asked } from './asked.ts'
import { actionProperty, pollFiles, statefulProperties } from './file-trigger.ts'
import type { FilePoll, FoundFile } from './file-trigger.ts'
import { ACTIONS, SORTS, dispose, findFiles, moveFile, shownFile, sortFiles } from './remote-files.ts'
import type { RemoteFile, RemoteFiles } from './remote-files.ts'
import { checksumProperties, nameOf, sourcesOf, store, upload } from './transfer.ts'

export interface Family {
  /** `io.kestra.plugin.fs.sftp` */
  readonly prefix: string
  readonly title: string
  readonly connection: Shape
  /** The connection of an example, as lines of YAML. */
  readonly example: string
  /** What the paths of examples begin with, where that is not the root. */
  readonly exampleRoot?: string
  /** Files that are there are kept unless the author says otherwise, which only `Upload` is told, and `Uploads` takes all. */
  readonly isCautious?: boolean
  /** What an author must know beside. */
  readonly description?: string
  open(ctx: RunContext, asked: Asked): Promise<RemoteFiles>
}

const regExp = p.string().dynamic().group('advanced').title('A regular expression that the whole path must match.')
const recursive = p
  .boolean()
  .dynamic()
  .default(false)
  .group('advanced')
  .title('Whether folders inside are looked through, too.')
const maxFiles = p.integer().dynamic().default(25).group('execution').title('How many files are taken at most.')
const moveDirectory = p.string().dynamic().group('advanced').title('The folder to which files are moved.')
const sort = p
  .enum(...SORTS)
  .dynamic()
  .default('NONE')
  .group('processing')
  .title('The order of the files.')
const from = p.string().dynamic().required().group('main').title('The path of the file or folder.')
const overwrites = (byDefault: boolean): Shape => ({
  overwrite: p
    .boolean()
    .dynamic()
    .default(byDefault)
    .group('advanced')
    .title('Whether a file that is there is replaced.'),
})

const FILE =
  'File{path, name, fileType, symbolicLink, size, userId, groupId, permissions, flags, accessDate, updatedDate}'
const FILES_MAX = 25
const moved: readonly OutputDescription[] = [
  { name: 'from', type: 'uri', description: 'Where the file was.' },
  { name: 'to', type: 'uri', description: 'Where it is now.' },
]

export function fileTasks(family: Family): readonly TaskDefinition[] {
  return [
    ...[listTask(family), downloadTask(family), downloadsTask(family), uploadTask(family), uploadsTask(family)],
    ...[moveTask(family), deleteTask(family)],
  ]
}

/** Opens the connection, and closes it whatever happens. */
async function withRemote<T>(
  family: Family,
  ctx: RunContext,
  asked: Asked,
  use: (remote: RemoteFiles) => Promise<T>,
): Promise<T> {
  const remote = await family.open(ctx, asked)
  try {
    return await use(remote)
  } finally {
    await remote.close()
  }
}

function task(
  family: Family,
  name: string,
  body: Pick<TaskDefinition, 'title' | 'outputs'> & {
    readonly properties: Shape
    /** Properties of the task, as lines of YAML. */
    readonly example: string
    run(remote: RemoteFiles, asked: Asked, ctx: RunContext): Promise<TaskOutputs>
  },
): TaskDefinition {
  const { title, outputs, properties, example } = body
  return defineTask<Shape>({
    type: `${family.prefix}.${name}`,
    title,
    ...(family.description === undefined ? {} : { description: family.description }),
    properties: { ...family.connection, ...properties },
    ...(outputs === undefined ? {} : { outputs }),
    examples: [exampleOf(family, name, example)],
    run: async (ctx, props) => {
      const asked = new Asked(props)
      return await withRemote(family, ctx, asked, remote => body.run(remote, asked, ctx))
    },
  })
}

function exampleOf(family: Family, name: string, lines: string): Example {
  const { prefix, example } = family
  const code = `id: ${prefix.split('.').at(-1)}_${name.toLowerCase()}
namespace: company.team
tasks:
  - id: files
    type: ${prefix}.${name}
${`${example}\n${rooted(family, lines)}`.replace(/^/gm, '    ')}
`
  return { full: true, title: `${name} as a flow.`, code }
}

function rooted({ exampleRoot = '' }: Family, lines: string): string {
  return lines.replace(/: (?=\/)/g, `: ${exampleRoot}`)
}

async function found(remote: RemoteFiles, asked: Asked, path: string): Promise<RemoteFile[]> {
  return await findFiles(remote, path, {
    isRecursive: await asked.flag('recursive'),
    regExp: await asked.text('regExp'),
  })
}

function listTask(family: Family): TaskDefinition {
  return task(family, 'List', {
    title: `List files ${family.title}.`,
    properties: { from, regExp, recursive, maxFiles, sort },
    outputs: [{ name: 'files', type: `${FILE}[]`, description: 'The files.' }],
    example: "from: /reports/\nregExp: '.*\\.csv'",
    run: async (remote, asked, ctx) => {
      const files = sortFiles(
        await found(remote, asked, await asked.needed('from')),
        await asked.oneOf('sort', SORTS, 'NONE'),
      )
      const most = (await asked.number('maxFiles')) ?? FILES_MAX
      if (files.length > most)
        ctx.logger.warn(`there are ${files.length} files; ${most} of them are given (\`maxFiles\`)`)
      return { files: files.slice(0, most).map(file => shownFile(file, file.path)) }
    },
  })
}

function downloadTask(family: Family): TaskDefinition {
  return task(family, 'Download', {
    title: `Download a file ${family.title}.`,
    properties: { from, ...checksumProperties },
    outputs: [
      { name: 'from', type: 'uri', description: 'Where the file is.' },
      { name: 'to', type: 'uri', description: 'The file in internal storage.' },
      { name: 'checksum', type: 'string', description: 'Its checksum.' },
    ],
    example: 'from: /reports/today.csv',
    run: async (remote, asked, ctx) => {
      const path = await asked.needed('from')
      const file = await remote.find(path)
      if (file?.type !== 'FILE') throw new TaskError(`there is no file "${path}" at ${remote.uriOf('/')}`)
      const { uri, checksum } = await store(ctx, await remote.read(path), path, asked)
      return { from: remote.uriOf(path), to: uri, checksum }
    },
  })
}

function downloadsTask(family: Family): TaskDefinition {
  return task(family, 'Downloads', {
    title: `Download the files of a folder ${family.title}.`,
    properties: {
      ...{ from, regExp, recursive, maxFiles, moveDirectory },
      action: p
        .enum(...ACTIONS)
        .dynamic()
        .title('What becomes of the files: they are moved, deleted, or left.'),
    },
    outputs: [
      { name: 'files', type: `${FILE}[]`, description: 'The files; `path` is where they are in internal storage.' },
      { name: 'outputFiles', type: 'map<uri>', description: 'The files in internal storage, by their names.' },
    ],
    example: 'from: /reports/\naction: MOVE\nmoveDirectory: /done/',
    run: async (remote, asked, ctx) => {
      const all = await found(remote, asked, await asked.needed('from'))
      const most = (await asked.number('maxFiles')) ?? FILES_MAX
      if (all.length > most)
        ctx.logger.warn(`there are ${all.length} files; ${most} of them are downloaded (\`maxFiles\`)`)
      const ending = {
        action: await asked.oneOf('action', ACTIONS, 'NONE'),
        moveDirectory: await asked.text('moveDirectory'),
      }
      if (ending.action === 'MOVE' && ending.moveDirectory === undefined)
        throw new TaskError('`action: MOVE` needs `moveDirectory`')
      const files: Readonly<Record<string, unknown>>[] = []
      const outputFiles = new Map<string, string>()
      for (const file of all.slice(0, most)) {
        const { uri } = await store(ctx, await remote.read(file.path), file.name)
        files.push(shownFile(file, uri))
        outputFiles.set(outputFiles.has(file.name) ? file.path : file.name, uri)
      }
      // All of them are here before the first of them goes there.
      for (const { path } of all.slice(0, most)) await dispose(remote, path, ending)
      return { files, outputFiles: mapFrom(outputFiles) }
    },
  })
}

function uploadTask(family: Family): TaskDefinition {
  return task(family, 'Upload', {
    title: `Upload a file ${family.title}.`,
    properties: {
      from: p.string().dynamic().required().group('main').title('URI of the file in internal storage.'),
      to: p.string().dynamic().group('destination').title('The path; one that ends with a slash is a folder.'),
      ...overwrites(family.isCautious !== true),
    },
    outputs: moved,
    example: 'from: "{{ inputs.file }}"\nto: /reports/today.csv',
    run: async (remote, asked, ctx) => {
      const uri = await asked.needed('from')
      const to = (await asked.text('to')) ?? `/${nameOf(uri)}`
      const path = await upload(ctx, remote, { from: uri, to, overwrite: await asked.flag('overwrite') })
      return { from: uri, to: remote.uriOf(path) }
    },
  })
}

const choosing: Shape = {
  regExp: p.string().dynamic().group('processing').title('A regular expression that the whole name must match.'),
  ...overwrites(true),
}

function uploadsTask(family: Family): TaskDefinition {
  return task(family, 'Uploads', {
    title: `Upload several files ${family.title}.`,
    properties: {
      from: p.any().dynamic().required().group('main').title('The files: a list of URIs, or a map from names to URIs.'),
      to: p.string().dynamic().required().group('main').title('The folder.'),
      maxFiles,
      ...(family.isCautious === true ? {} : choosing),
    },
    outputs: [{ name: 'files', type: 'uri[]', description: 'Where the files are now.' }],
    example: 'from:\n  - "{{ inputs.one }}"\n  - "{{ inputs.two }}"\nto: /reports/',
    run: async (remote, asked, ctx) => {
      const expression = await asked.text('regExp')
      const pattern = expression === undefined ? undefined : new RegExp(`^(?:${expression})$`, 'u')
      const sources = sourcesOf(await asked.given('from')).filter(({ name }) => pattern?.test(name) !== false)
      const most = (await asked.number('maxFiles')) ?? FILES_MAX
      if (sources.length > most)
        ctx.logger.warn(`there are ${sources.length} files; ${most} of them are uploaded (\`maxFiles\`)`)
      const folder = (await asked.needed('to')).replace(/\/*$/, '/')
      const files: string[] = []
      for (const { name, uri } of sources.slice(0, most)) {
        const to = `${folder}${name}`
        const overwrite = family.isCautious === true ? undefined : await asked.flag('overwrite')
        files.push(remote.uriOf(await upload(ctx, remote, { from: uri, to, overwrite })))
      }
      return { files }
    },
  })
}

function moveTask(family: Family): TaskDefinition {
  return task(family, 'Move', {
    title: `Move a file ${family.title}.`,
    properties: {
      from,
      to: p.string().dynamic().required().group('main').title('The new path; one that ends with a slash is a folder.'),
      ...overwrites(false),
    },
    outputs: moved,
    example: 'from: /reports/today.csv\nto: /done/',
    run: async (remote, asked) => {
      const path = await asked.needed('from')
      const to = await moveFile(remote, path, {
        to: await asked.needed('to'),
        overwrite: await asked.flag('overwrite'),
      })
      return { from: remote.uriOf(path), to: remote.uriOf(to) }
    },
  })
}

function deleteTask(family: Family): TaskDefinition {
  return task(family, 'Delete', {
    title: `Delete files ${family.title}.`,
    properties: {
      uri: p.string().dynamic().required().group('main').title('The path of the file or folder.'),
      errorOnMissing: p
        .boolean()
        .dynamic()
        .default(false)
        .group('reliability')
        .title('Whether the task fails when there is nothing to delete.'),
      ...{ recursive, regExp },
    },
    outputs: [
      { name: 'uri', type: 'uri', description: 'What was deleted.' },
      { name: 'deleted', type: 'bool', description: 'Whether there was anything.' },
      { name: 'uris', type: 'uri[]', description: 'The files that were deleted.' },
    ],
    example: 'uri: /reports/today.csv',
    run: async (remote, asked) => await deleteFiles(remote, asked, await asked.needed('uri')),
  })
}

/** A file; the files of a folder that match; or a folder with all that is in it. */
export async function deleteFiles(remote: RemoteFiles, asked: Asked, path: string): Promise<TaskOutputs> {
  const uri = remote.uriOf(path)
  const start = await remote.find(path)
  if (start === undefined) {
    if (await asked.flag('errorOnMissing'))
      throw new TaskError(`there is no file "${path}" to delete, and errorOnMissing is true`)
    return { uri, deleted: false, uris: [] }
  }
  if (start.type !== 'FOLDER' || start.isLink) {
    await remote.deleteFile(path)
    return { uri, deleted: true, uris: [uri] }
  }
  const isRecursive = await asked.flag('recursive')
  const hasPattern = (await asked.text('regExp')) !== undefined
  if (!isRecursive && !hasPattern && (await remote.list(path)).length > 0)
    throw new TaskError(
      `the folder "${path}" is not empty; set \`recursive: true\` to delete all that is in it, or \`regExp\` to choose`,
    )
  const files = await found(remote, asked, path)
  for (const file of files) await remote.deleteFile(file.path)
  if (!hasPattern) await deleteFolders(remote, path)
  const uris = files.map(file => remote.uriOf(file.path))
  if (uris.length === 0 && hasPattern && (await asked.flag('errorOnMissing')))
    throw new TaskError(`no file below "${path}" matches \`regExp\`, and errorOnMissing is true`)
  return { uri, deleted: !hasPattern || uris.length > 0, uris }
}

async function deleteFolders(remote: RemoteFiles, path: string): Promise<void> {
  for (const file of await remote.list(path)) {
    if (file.type === 'FOLDER' && !file.isLink) await deleteFolders(remote, file.path)
    else await remote.deleteFile(file.path)
  }
  await remote.deleteFolder(path)
}

export function fileTrigger(family: Family): TriggerDefinition {
  const type = `${family.prefix}.Trigger`
  return definePollingTrigger<Shape>({
    type,
    title: `Start the flow for files ${family.title}.`,
    description: [
      'Each new or changed file starts the flow once: what was seen is remembered under a key, and what was found is given again if nothing was born of it.',
      ...(family.description === undefined ? [] : [family.description]),
    ].join('\n\n'),
    properties: {
      interval: p.duration().default('PT1M').group('execution').title('Time between two looks.'),
      ...family.connection,
      ...{ from, regExp, recursive, moveDirectory, ...statefulProperties, maxFiles, sort },
      action: actionProperty.required(),
    },
    outputs: [
      {
        name: 'files',
        type: 'TriggeredFile{file, changeType}[]',
        description: 'The files; `file.path` is where they are in internal storage.',
      },
    ],
    examples: [
      {
        full: true,
        title: 'Read each file that comes.',
        code: `id: ${family.prefix.split('.').at(-1)}_files
namespace: company.team
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.files }}"
triggers:
  - id: files
    type: ${type}
${family.example.replace(/^/gm, '    ')}
${rooted(family, 'from: /in/\naction: MOVE\nmoveDirectory: /done/').replace(/^/gm, '    ')}
`,
      },
    ],
    evaluate: async (ctx, props, mark, emit) => {
      const asked = new Asked(props)
      const action = await asked.oneOf('action', ACTIONS, 'NONE')
      const poll = { ...(await pollOf(asked)), action, downloads: true, outputs: triggered }
      return await pollFiles(ctx, () => family.open(ctx, asked), poll, { mark, emit })
    },
  })
}

/** What all of these triggers ask. */
export async function pollOf(asked: Asked): Promise<Omit<FilePoll, 'action' | 'downloads' | 'outputs'>> {
  return {
    from: await asked.needed('from'),
    isRecursive: await asked.flag('recursive'),
    regExp: await asked.text('regExp'),
    moveDirectory: await asked.text('moveDirectory'),
    on: await asked.oneOf('on', ['CREATE', 'UPDATE', 'CREATE_OR_UPDATE'], 'CREATE_OR_UPDATE'),
    stateKey: await asked.text('stateKey'),
    stateTtlMs: await asked.number('stateTtl'),
    maxFiles: (await asked.number('maxFiles')) ?? FILES_MAX,
    sort: await asked.oneOf('sort', SORTS, 'NONE'),
  }
}

/** A file's own fields stand beside it, too: flows of earlier days ask `trigger.files[0].path`. */
export function triggered(files: readonly FoundFile[]): TaskOutputs {
  return {
    files: files.map(({ file, changeType, uri }) => {
      const shown = shownFile(file, uri)
      return { ...shown, file: shown, changeType }
    }),
  }
}
