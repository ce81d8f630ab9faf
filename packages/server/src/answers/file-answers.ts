// What is asked of files: by expressions – a path is a file of the namespace, a URI one of internal storage –, by whoever guards a task's view of
// the storage, and by the tasks of `core.namespace`.
import { BatutaError, Bytes, mapFrom, type Value, type ValueMap } from '@batuta/core'
import { isNamespaceFileUri, isStorageUri, namespaceFileUri, type FileEntry } from '@batuta/plugin-sdk'
import { expectReadable } from '../namespaces/file-access.ts'
import { NamespaceFiles } from '../namespaces/namespace-files.ts'
import { purgeFileVersions } from '../namespaces/purge-files.ts'
import { readTaskFile } from '../plugins/read-task-file.ts'
import { flagOf, optionalInteger, optionalText, optionalTexts, textOf } from './arguments.ts'
import { loadStored } from './stored-values.ts'
import type { AnswerWorld, Answers, Asker } from './asker.ts'

const READ_MAX_BYTES = 32 * 2 ** 20

export const FILE_ANSWERS: Answers = {
  read: async (world, args, asker) => {
    const entry = await getFile(world, args, asker)
    if (entry.sizeBytes > READ_MAX_BYTES)
      throw new BatutaError(
        'file-too-large',
        `The file "${entry.uri}" has ${entry.sizeBytes} bytes: read() takes at most ${READ_MAX_BYTES}.`,
      )
    const chunks: Uint8Array[] = []
    for await (const chunk of await world.files.open(entry.uri)) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    return ION_BINARY.every((byte, at) => bytes[at] === byte) ? new Bytes(bytes) : bytes.toString('utf8')
  },
  fileSize: async (world, args, asker) => (await getFile(world, args, asker)).sizeBytes,
  fileExists: async (world, args, asker) => (await findFile(world, args, asker)) !== undefined,
  isFileEmpty: async (world, args, asker) => (await getFile(world, args, asker)).sizeBytes === 0,
  stored: async (world, args, asker) => await loadStored(world, args, asker),
  'files.allow': async (world, args, asker) => {
    await expectReadable(world, textOf(args, 'uri'), asker)
    return true
  },
  /** The code of a task that is a file: of the asker's own namespace, and of no other. */
  taskFile: async ({ files }, args, { namespace }) => {
    const wanted = { namespace, path: textOf(args, 'path'), revision: optionalText(args, 'revision') }
    const { revision, files: code } = await readTaskFile(files, wanted)
    const parts: readonly [string, Value][] = [
      ['revision', revision],
      ['files', mapFrom(code)],
    ]
    return mapFrom(parts)
  },
  namespaceFiles: async ({ files }, args, asker) => {
    const include = optionalTexts(args, 'include') ?? []
    const found = await filesOf({ files }, args, asker).match(include, optionalTexts(args, 'exclude') ?? [])
    return mapFrom(found.map(({ path, uri }): [string, Value] => [path, uri]))
  },
  /** A file of the execution becomes one of the namespace; null when there is one already that is to stay. */
  'namespaceFiles.put': async (world, args, asker) => {
    const source = textOf(args, 'uri')
    await expectReadable(world, source, asker)
    const path = textOf(args, 'path')
    const target = filesOf(world, args, asker)
    const conflict = optionalText(args, 'conflict') ?? 'OVERWRITE'
    if (conflict !== 'OVERWRITE' && (await target.find(path))) {
      if (conflict === 'SKIP') return null
      throw new BatutaError('file-refused', `The file "${path}" exists already, and conflict is ERROR.`)
    }
    return (await target.put(path, await world.files.open(source))).uri
  },
  'namespaceFiles.delete': async (world, args, asker) => {
    const target = filesOf(world, args, asker)
    const patterns = optionalTexts(args, 'patterns') ?? []
    // No pattern means all files elsewhere; here it means none.
    const found = patterns.length === 0 ? [] : await target.match(patterns)
    for (const { path } of found) await target.delete(path)
    let count = found.length
    for (const path of optionalTexts(args, 'paths') ?? []) if (await target.delete(path)) count++
    return count
  },
  'namespaceFiles.purge': async (world, args, { tenant, namespace }) => {
    const namespacePattern = optionalText(args, 'namespacePattern')
    return await purgeFileVersions(world, {
      tenant,
      namespaces: optionalTexts(args, 'namespaces') ?? (namespacePattern === undefined ? [namespace] : undefined),
      namespacePattern,
      hasChildren: flagOf(args, 'includeChildNamespaces', true),
      filePattern: optionalText(args, 'filePattern'),
      beforeMs: optionalInteger(args, 'beforeMs') ?? null,
      keptMin: optionalInteger(args, 'keepAmount') ?? 1,
    })
  },
}

const ION_BINARY = [0xe0, 0x01, 0x00, 0xea]

async function getFile(world: AnswerWorld, args: ValueMap, asker: Asker): Promise<FileEntry> {
  const entry = await findFile(world, args, asker)
  if (entry) return entry
  throw new BatutaError('file-not-found', `There is no file "${pathOf(args)}".`)
}

async function findFile(world: AnswerWorld, args: ValueMap, asker: Asker): Promise<FileEntry | undefined> {
  const path = pathOf(args)
  if (!isStorageUri(path)) return await filesOf(world, args, asker).findContent(path, optionalInteger(args, 'revision'))
  const uri = isNamespaceFileUri(path) ? namespaceFileUri(path, asker.namespace) : path
  await expectReadable(world, uri, asker)
  return await world.files.find(uri)
}

function pathOf(args: ValueMap): string {
  return (optionalText(args, 'path') ?? textOf(args, 'uri')).trim()
}

function filesOf({ files }: Pick<AnswerWorld, 'files'>, args: ValueMap, { namespace }: Asker): NamespaceFiles {
  return new NamespaceFiles(files, optionalText(args, 'namespace') ?? namespace)
}
