import { pathToFileURL } from 'node:url'
import { dirname, join, posix } from 'node:path'
import { TaskError, definePollingTrigger, defineTask, mapFrom, p } from '@batuta/plugin-sdk'
import type {
  OutputDescription,
  Property,
  RunContext,
  Shape,
  TaskDefinition,
  TaskOutputs,
  TriggerDefinition,
} from '@batuta/plugin-sdk'
import { Asked } from '../remote/asked.ts'
import { deleteFiles, pollOf } from '../remote/file-tasks.ts'
import { actionProperty, pollFiles, statefulProperties } from '../remote/file-trigger.ts'
import { ACTIONS, SORTS, dispose, findFiles, makeParents, moveFile, sortFiles } from '../remote/remote-files.ts'
import type { RemoteFile } from '../remote/remote-files.ts'
import { checksumProperties, nameOf, sourcesOf, store, upload } from '../remote/transfer.ts'
import { openLocalFiles } from './local-files.ts'
import type { LocalFiles } from './local-files.ts'

const PREFIX = 'io.kestra.plugin.fs.local'
const FILES_MAX = 25
const FILE = 'File{uri, localPath, name, parent, size, createdDate, modifiedDate, accessedDate, isDirectory}'

const from = p.string().dynamic().required().group('main').title('The path of the file or folder, on the worker.')
const to = p.string().dynamic().required().group('main').title('The new path; one that ends with a slash is a folder.')
const regExp = p.string().dynamic().group('processing').title('A regular expression that the whole path must match.')
const recursive = p
  .boolean()
  .dynamic()
  .default(false)
  .group('advanced')
  .title('Whether folders inside are looked through, too.')
const maxFiles = p.integer().dynamic().default(FILES_MAX).group('processing').title('How many files are taken at most.')
const moveDirectory = p.string().dynamic().group('destination').title('The folder to which files are moved.')
const replaces = (fallback: boolean): Property<boolean, 'present'> =>
  p.boolean().dynamic().default(fallback).group('destination').title('Whether a file that is there is replaced.')
const action = actionProperty.default('NONE')

/** As outputs show a file; `uri` is where it is in internal storage, once it is there. */
export function localFile(file: RemoteFile, uri = pathToFileURL(file.path).href): TaskOutputs {
  const at = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString())
  return {
    ...{ uri, localPath: file.path, name: file.name, parent: dirname(file.path), size: file.size },
    ...{ createdDate: at(file.createdMs), modifiedDate: at(file.modifiedMs), accessedDate: at(file.accessedMs) },
    isDirectory: file.type === 'FOLDER',
  }
}

interface LocalTask {
  readonly type: string
  readonly title: string
  readonly properties: Shape
  readonly outputs?: readonly OutputDescription[]
  readonly example: string
  run(local: LocalFiles, asked: Asked, ctx: RunContext): Promise<TaskOutputs | undefined>
}

export function localTask({ type, title, properties, outputs, example, run }: LocalTask): TaskDefinition {
  const [family, name] = type.split('.').slice(-2)
  return defineTask<Shape>({
    type,
    title,
    description: 'Only folders that the installation names may be used: `BATUTA_LOCAL_FILES_ALLOWED`.',
    properties,
    ...(outputs === undefined ? {} : { outputs }),
    examples: [
      {
        title: `${name} as a flow.`,
        full: true,
        code: `id: ${family}_${name?.toLowerCase()}
namespace: company.team
tasks:
  - id: files
    type: ${type}
${example.replace(/^/gm, '    ')}
`,
      },
    ],
    run: async (ctx, props) => await run(openLocalFiles(), new Asked(props), ctx),
  })
}

export async function foundLocal(local: LocalFiles, asked: Asked): Promise<RemoteFile[]> {
  const wanted = { isRecursive: await asked.flag('recursive'), regExp: await asked.text('regExp') }
  return await findFiles(local, await asked.needed('from'), wanted)
}

export async function firstFiles(
  files: readonly RemoteFile[],
  asked: Asked,
  ctx: RunContext,
): Promise<readonly RemoteFile[]> {
  const most = (await asked.number('maxFiles')) ?? FILES_MAX
  if (files.length > most) ctx.logger.warn(`there are ${files.length} files; ${most} of them are taken (\`maxFiles\`)`)
  return files.slice(0, most)
}

export const localTasks: readonly TaskDefinition[] = [
  localTask({
    type: `${PREFIX}.List`,
    title: 'List files of the worker.',
    properties: {
      ...{ from, regExp, recursive, maxFiles },
      sort: p
        .enum(...SORTS)
        .dynamic()
        .default('NONE')
        .group('processing')
        .title('The order of the files.'),
    },
    outputs: [
      { name: 'files', type: `${FILE}[]`, description: 'The files.' },
      { name: 'count', type: 'int', description: 'How many there are.' },
    ],
    example: 'from: /data/in',
    run: async (local, asked, ctx) => {
      const files = await firstFiles(
        sortFiles(await foundLocal(local, asked), await asked.oneOf('sort', SORTS, 'NONE')),
        asked,
        ctx,
      )
      return { files: files.map(file => localFile(file)), count: files.length }
    },
  }),
  localTask({
    type: `${PREFIX}.Download`,
    title: 'Take a file of the worker into internal storage.',
    properties: { from, ...checksumProperties },
    outputs: [
      { name: 'uri', type: 'uri', description: 'The file in internal storage.' },
      { name: 'size', type: 'long', description: 'Its size in bytes.' },
      { name: 'checksum', type: 'string', description: 'Its checksum.' },
    ],
    example: 'from: /data/in/today.csv',
    run: async (local, asked, ctx) => {
      const path = await asked.needed('from')
      const file = await local.find(path)
      if (file?.type !== 'FILE') throw new TaskError(`there is no file "${path}" on the worker`)
      const { uri, checksum } = await store(ctx, await local.read(path), path, asked)
      return { uri, size: file.size, checksum }
    },
  }),
  localTask({
    type: `${PREFIX}.Downloads`,
    title: 'Take the files of a folder of the worker into internal storage.',
    properties: { from, action, moveDirectory, regExp, recursive, maxFiles },
    outputs: [
      { name: 'files', type: `${FILE}[]`, description: 'The files; `uri` is where they are in internal storage.' },
      { name: 'outputFiles', type: 'map<uri>', description: 'The files in internal storage, by their names.' },
    ],
    example: 'from: /data/in\naction: MOVE\nmoveDirectory: /data/done',
    run: async (local, asked, ctx) => {
      const chosen = await firstFiles(await foundLocal(local, asked), asked, ctx)
      const ending = {
        action: await asked.oneOf('action', ACTIONS, 'NONE'),
        moveDirectory: await asked.text('moveDirectory'),
      }
      if (ending.action === 'MOVE' && ending.moveDirectory === undefined)
        throw new TaskError('`action: MOVE` needs `moveDirectory`')
      const files: TaskOutputs[] = []
      const outputFiles = new Map<string, string>()
      for (const file of chosen) {
        const { uri } = await store(ctx, await local.read(file.path), file.name)
        files.push(localFile(file, uri))
        outputFiles.set(outputFiles.has(file.name) ? file.path : file.name, uri)
      }
      for (const { path } of chosen) await dispose(local, path, ending)
      return { files, outputFiles: mapFrom(outputFiles) }
    },
  }),
  localTask({
    type: `${PREFIX}.Upload`,
    title: 'Write a file of internal storage to the worker.',
    properties: {
      from: p.string().dynamic().required().group('main').title('URI of the file in internal storage.'),
      to: p.string().dynamic().group('destination').title('The path; one that ends with a slash is a folder.'),
      overwrite: replaces(true),
    },
    outputs: [
      { name: 'uri', type: 'uri', description: 'Where the file is.' },
      { name: 'size', type: 'long', description: 'Its size in bytes.' },
    ],
    example: 'from: "{{ inputs.file }}"\nto: /data/out/',
    run: async (local, asked, ctx) => {
      const uri = await asked.needed('from')
      const target = (await asked.text('to')) ?? `/${nameOf(uri)}`
      const path = await upload(ctx, local, { from: uri, to: target, overwrite: await asked.flag('overwrite') })
      return { uri: local.uriOf(path), size: await ctx.files.size(uri) }
    },
  }),
  localTask({
    type: `${PREFIX}.Uploads`,
    title: 'Write several files of internal storage to the worker.',
    properties: {
      from: p.any().dynamic().required().group('main').title('The files: a list of URIs, or a map from names to URIs.'),
      to: p.string().dynamic().required().group('main').title('The folder.'),
      ...{ regExp, maxFiles, overwrite: replaces(true) },
    },
    outputs: [{ name: 'files', type: 'uri[]', description: 'Where the files are.' }],
    example: 'from:\n  - "{{ inputs.file }}"\nto: /data/out',
    run: async (local, asked, ctx) => {
      const written = await asked.text('regExp')
      const pattern = written === undefined ? undefined : new RegExp(`^(?:${written})$`, 'u')
      const folder = await asked.needed('to')
      const files: string[] = []
      const sources = sourcesOf(await asked.given('from')).filter(({ name }) => pattern?.test(name) !== false)
      for (const { name, uri } of sources.slice(0, (await asked.number('maxFiles')) ?? FILES_MAX)) {
        const target = { from: uri, to: join(folder, name), overwrite: await asked.flag('overwrite') }
        files.push(local.uriOf(await upload(ctx, local, target)))
      }
      return { files }
    },
  }),
  localTask({
    type: `${PREFIX}.Copy`,
    title: 'Copy a file of the worker.',
    properties: { from, to, overwrite: replaces(false) },
    example: 'from: /data/in/today.csv\nto: /data/copies/',
    run: async (local, asked) => {
      const options = { to: await asked.needed('to'), overwrite: await asked.flag('overwrite') }
      await copyLocal(local, await asked.needed('from'), options)
      return undefined
    },
  }),
  localTask({
    type: `${PREFIX}.Move`,
    title: 'Move a file of the worker.',
    properties: { from, to, overwrite: replaces(false) },
    example: 'from: /data/in/today.csv\nto: /data/done/',
    run: async (local, asked) => {
      const options = { to: await asked.needed('to'), overwrite: await asked.flag('overwrite') }
      await moveFile(local, await asked.needed('from'), options)
      return undefined
    },
  }),
  localTask({
    type: `${PREFIX}.Delete`,
    title: 'Delete files of the worker.',
    properties: {
      from,
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
    example: 'from: /data/done/today.csv',
    run: async (local, asked) => await deleteFiles(local, asked, await asked.needed('from')),
  }),
]

export async function copyLocal(
  local: LocalFiles,
  path: string,
  { to, overwrite }: { readonly to: string; readonly overwrite: boolean },
): Promise<string> {
  const target = to.endsWith('/') ? posix.join(to, posix.basename(path)) : to
  if ((await local.find(path))?.type !== 'FILE') throw new TaskError(`there is no file "${path}" on the worker`)
  if ((await local.find(target)) !== undefined && !overwrite)
    throw new TaskError(`"${target}" is there already; set \`overwrite: true\` to put the file in its place`)
  await makeParents(local, target)
  await local.copy(path, target)
  return target
}

export const localTrigger: TriggerDefinition = definePollingTrigger<Shape>({
  type: `${PREFIX}.Trigger`,
  title: 'Start the flow for files of the worker.',
  description:
    'Each new or changed file starts the flow once: what was seen is remembered under a key, and what was found is given again if nothing was born of it.',
  properties: {
    interval: p.duration().default('PT1M').group('execution').title('Time between two looks.'),
    ...{ from, moveDirectory, regExp, recursive, action, ...statefulProperties, maxFiles },
  },
  outputs: [
    { name: 'files', type: `${FILE}[]`, description: 'The files; `uri` is where they are in internal storage.' },
    { name: 'count', type: 'int', description: 'How many there are.' },
  ],
  examples: [
    {
      title: 'Read each file that comes.',
      full: true,
      code: `id: local_files
namespace: company.team
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.files }}"
triggers:
  - id: files
    type: ${PREFIX}.Trigger
    from: /data/in
    action: MOVE
    moveDirectory: /data/done
`,
    },
  ],
  evaluate: async (ctx, props, mark, emit) => {
    const asked = new Asked(props)
    const poll = {
      ...(await pollOf(asked)),
      action: await asked.oneOf('action', ACTIONS, 'NONE'),
      downloads: true,
      outputs: (files: readonly { readonly file: RemoteFile; readonly uri: string }[]): TaskOutputs => ({
        files: files.map(({ file, uri }) => localFile(file, uri)),
        count: files.length,
      }),
    }
    return await pollFiles(ctx, () => Promise.resolve(openLocalFiles()), poll, { mark, emit })
  },
})
