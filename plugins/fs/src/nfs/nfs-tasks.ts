// Files of shares that are mounted on the worker: paths as those of `fs.local`, below the same folders.
import { TaskError, definePollingTrigger, p } from '@batuta/plugin-sdk'
import type { OutputDescription, Shape, TaskDefinition, TaskOutputs, TriggerDefinition } from '@batuta/plugin-sdk'
import { pathToFileURL } from 'node:url'
import { copyLocal, firstFiles, foundLocal, localTask } from '../local/local-tasks.ts'
import { openLocalFiles } from '../local/local-files.ts'
import { Asked } from '../remote/asked.ts'
import { deleteFiles, pollOf } from '../remote/file-tasks.ts'
import { pollFiles, statefulProperties } from '../remote/file-trigger.ts'
import type { FoundFile } from '../remote/file-trigger.ts'
import { SORTS, moveFile, sortFiles } from '../remote/remote-files.ts'
import type { RemoteFile } from '../remote/remote-files.ts'
import { mountOf } from './mount-of.ts'

const PREFIX = 'io.kestra.plugin.fs.nfs'
const FILES_MAX = 25
const FILE =
  'File{name, uri, localPath, isDirectory, isSymbolicLink, isHidden, size, creationTime, lastAccessTime, lastModifiedTime}'

const from = p.string().dynamic().required().group('main').title('The path of the file or folder, where it is mounted.')
const to = p
  .string()
  .dynamic()
  .required()
  .group('main')
  .title('The new path; one that ends with a slash is a folder. A file that is there is replaced.')
const regExp = p.string().dynamic().group('processing').title('A regular expression that the whole path must match.')
const maxFiles = p.integer().dynamic().default(FILES_MAX).group('processing').title('How many files are taken at most.')
const recursive = p
  .boolean()
  .dynamic()
  .default(false)
  .group('advanced')
  .title('Whether folders inside are looked through, too.')
const moved: readonly OutputDescription[] = [
  { name: 'from', type: 'uri', description: 'Where the file was.' },
  { name: 'to', type: 'uri', description: 'Where it is now.' },
]

function shown(file: RemoteFile): TaskOutputs {
  const at = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString())
  return {
    ...{ name: file.name, uri: pathToFileURL(file.path).href, localPath: file.path, size: file.size },
    ...{ isDirectory: file.type === 'FOLDER', isSymbolicLink: file.isLink, isHidden: file.name.startsWith('.') },
    ...{ creationTime: at(file.createdMs), lastAccessTime: at(file.accessedMs), lastModifiedTime: at(file.modifiedMs) },
  }
}

export const nfsTasks: readonly TaskDefinition[] = [
  localTask({
    type: `${PREFIX}.CheckMount`,
    title: 'Say whether a path of the worker is on an NFS share.',
    properties: { path: p.string().dynamic().required().group('main').title('The path.') },
    outputs: [
      { name: 'path', type: 'string', description: 'The path.' },
      { name: 'isNfsMount', type: 'bool', description: 'Whether it is on an NFS share.' },
      { name: 'fileStoreType', type: 'string', description: 'The file system that it is on, e.g. nfs4 or ext4.' },
    ],
    example: 'path: /mnt/share',
    run: async (local, asked) => {
      const path = await asked.needed('path')
      if ((await local.find(path)) === undefined) throw new TaskError(`there is no "${path}" on the worker`)
      const fileStoreType = await mountOf(path)
      return { path, isNfsMount: /^nfs\d*$/.test(fileStoreType), fileStoreType }
    },
  }),
  localTask({
    type: `${PREFIX}.List`,
    title: 'List files of a mounted share.',
    properties: {
      ...{ from, regExp, recursive, maxFiles },
      sort: p
        .enum(...SORTS)
        .dynamic()
        .default('NONE')
        .group('processing')
        .title('The order of the files.'),
    },
    outputs: [{ name: 'files', type: `${FILE}[]`, description: 'The files.' }],
    example: 'from: /mnt/share/in',
    run: async (local, asked, ctx) => {
      const sorted = sortFiles(await foundLocal(local, asked), await asked.oneOf('sort', SORTS, 'NONE'))
      return { files: (await firstFiles(sorted, asked, ctx)).map(shown) }
    },
  }),
  localTask({
    type: `${PREFIX}.Copy`,
    title: 'Copy a file of a mounted share.',
    properties: { from, to },
    outputs: moved,
    example: 'from: /mnt/share/in/today.csv\nto: /mnt/share/copies/',
    run: async (local, asked) => {
      const path = await asked.needed('from')
      const target = await copyLocal(local, path, { to: await asked.needed('to'), overwrite: true })
      return { from: local.uriOf(path), to: local.uriOf(target) }
    },
  }),
  localTask({
    type: `${PREFIX}.Move`,
    title: 'Move a file of a mounted share.',
    properties: { from, to },
    outputs: moved,
    example: 'from: /mnt/share/in/today.csv\nto: /mnt/share/done/',
    run: async (local, asked) => {
      const path = await asked.needed('from')
      const target = await moveFile(local, path, { to: await asked.needed('to'), overwrite: true })
      return { from: local.uriOf(path), to: local.uriOf(target) }
    },
  }),
  localTask({
    type: `${PREFIX}.Delete`,
    title: 'Delete files of a mounted share.',
    properties: {
      uri: p.string().dynamic().required().group('main').title('The path of the file or folder.'),
      errorOnMissing: p
        .boolean()
        .dynamic()
        .default(true)
        .group('reliability')
        .title('Whether the task fails when there is nothing to delete.'),
      ...{ recursive, regExp },
    },
    outputs: [
      { name: 'uri', type: 'uri', description: 'What was deleted.' },
      { name: 'deleted', type: 'bool', description: 'Whether there was anything.' },
      { name: 'uris', type: 'uri[]', description: 'The files that were deleted.' },
    ],
    example: 'uri: /mnt/share/done/today.csv',
    run: async (local, asked) => await deleteFiles(local, asked, await asked.needed('uri')),
  }),
]

export const nfsTrigger: TriggerDefinition = definePollingTrigger<Shape>({
  type: `${PREFIX}.Trigger`,
  title: 'Start the flow for files of a mounted share.',
  description: 'Each new or changed file starts the flow once, and stays where it is.',
  properties: {
    interval: p.duration().default('PT1M').group('execution').title('Time between two looks.'),
    ...{ from, regExp, recursive, ...statefulProperties, maxFiles },
  },
  outputs: [{ name: 'files', type: 'TriggeredFile{file, changeType}[]', description: 'The files.' }],
  examples: [
    {
      title: 'Copy each file that comes.',
      full: true,
      code: `id: nfs_files
namespace: company.team
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ trigger.files | jq('.[].file.localPath') }}"
    tasks:
      - id: copy
        type: ${PREFIX}.Copy
        from: "{{ taskrun.value }}"
        to: /mnt/share/copies/
triggers:
  - id: files
    type: ${PREFIX}.Trigger
    from: /mnt/share/in
`,
    },
  ],
  evaluate: async (ctx, props, mark, emit) => {
    const asked = new Asked(props)
    const poll = {
      ...(await pollOf(asked)),
      action: 'NONE' as const,
      downloads: false,
      outputs: (files: readonly FoundFile[]): TaskOutputs => ({
        files: files.map(({ file, changeType }) => ({ file: shown(file), changeType })),
      }),
    }
    return await pollFiles(ctx, () => Promise.resolve(openLocalFiles()), poll, { mark, emit })
  },
})
