// The commands about the files of a namespace, under `namespace files` and, as kestractl has them, under `nsfiles`.
import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { addCommands, option, silent, type CommandSpec, type Done } from './command-spec.ts'
import type { FilesGetOptions, FilesListOptions } from './commands/namespace-files.ts'
import type { FilesPullOptions, FilesUpdateOptions } from './commands/namespace-sync.ts'
import { CommandError, EXIT } from './exit-code.ts'
import type { GlobalOptions } from './global-options.ts'

export function addFiles(program: Command, namespace: Command, done: Done): void {
  addCommands(namespace.command('files').description('the files of a namespace'), [...FILES, UPDATE], done)
  const nsfiles = program.command('nsfiles').description('the files of a namespace, as kestractl calls them')
  addCommands(nsfiles, [...FILES, UPDATE, UPLOAD], done)
}

const DRY_RUN = option('--dry-run', 'change nothing; tell what would be done, with the lines that change')
const PATH = silent('--path <path>')

const FILES: readonly CommandSpec[] = [
  {
    usage: 'list <namespace> [text]',
    aliases: ['ls', 'search'],
    help: 'list the paths, all or those that hold a text',
    options: [
      option('--path <path>', 'one level of this folder'),
      option('-r, --recursive', 'and all below it'),
      option('--query <text>', 'that hold the text'),
    ],
    run: async (args, options: FilesListOptions) =>
      (await import('./commands/namespace-files.ts')).filesList(args, options),
  },
  {
    usage: 'get <namespace> [path]',
    aliases: ['cat'],
    help: 'print a file, or write it to one here',
    options: [
      option('-o, --output <file>', 'where to write it'),
      silent('--output-file <file>'),
      option('--revision <number>', 'what it was then'),
      PATH,
    ],
    run: async (args, options: FilesGetOptions & { readonly path?: string }) => {
      const [namespace, path] = placeIn(args, options)
      return (await import('./commands/namespace-files.ts')).filesGet(namespace, path, options)
    },
  },
  {
    usage: 'revisions <namespace> <path>',
    help: 'list the revisions of a file',
    run: async (args, options) => (await import('./commands/namespace-files.ts')).filesRevisions(args, options),
  },
  {
    usage: 'move <namespace> <from> <to>',
    aliases: ['mv'],
    help: 'move or rename a file or folder',
    run: async (args, options) => (await import('./commands/namespace-files.ts')).filesMove(args, options),
  },
  {
    usage: 'delete <namespace> [path]',
    aliases: ['rm'],
    help: 'delete a file, or a folder with all that is in it',
    options: [option('--force', 'no failure if it is not there'), silent('-r, --recursive'), PATH, silent('-y, --yes')],
    run: async (args, options: GlobalOptions & { readonly path?: string; readonly force?: boolean }) => {
      const [namespace, path] = placeIn(args, options)
      return (await import('./commands/namespace-files.ts')).filesDelete(namespace, path, options)
    },
  },
  {
    usage: 'pull <namespace> <dir>',
    help: 'make a folder hold the files of a namespace',
    options: [
      option('--path <path>', 'of this folder of the namespace'),
      option('--delete', 'delete files that are not there any more'),
      DRY_RUN,
    ],
    examples: ['namespace files pull company.team files/ --delete --dry-run'],
    run: async (args, options: FilesPullOptions) =>
      (await import('./commands/namespace-sync.ts')).filesPull(args, options),
  },
  {
    usage: 'export <namespace> [file]',
    help: 'write all files as a ZIP archive',
    options: [silent('--output-file <file>')],
    run: async ([namespace = '', file], options: GlobalOptions & { readonly outputFile?: string }) =>
      (await import('./commands/namespace-files.ts')).filesExport(
        namespace,
        file ?? options.outputFile ?? 'files.zip',
        options,
      ),
  },
]

const UPDATE: CommandSpec = {
  usage: 'update <namespace> <from> [to]',
  help: 'send a file, or all files of a folder but those that its .kestraignore names',
  options: [option('--delete', 'delete what is not among them'), silent('--no-delete'), DRY_RUN],
  examples: ['namespace files update company.team scripts/ /scripts --delete'],
  run: async ([namespace = '', from = '', to = '/'], options: FilesUpdateOptions) =>
    (await import('./commands/namespace-sync.ts')).filesUpdate({ namespace, from, to }, options),
}

const UPLOAD: CommandSpec = {
  usage: 'upload <namespace> <from> [to]',
  help: 'send a file or a folder; what is there already is refused unless --override',
  options: [
    option('--override', 'overwrite what is there'),
    option('--fail-fast', 'stop at the first that is refused'),
    silent('--path <path>'),
    option('--no-root', 'the content of a folder, without a folder of its name'),
    silent('--allow-missing-namespace'),
    DRY_RUN,
  ],
  run: async (
    [namespace = '', from = '', to],
    options: FilesUpdateOptions & { readonly override?: boolean; readonly path?: string; readonly root: boolean },
  ) => {
    const target = to ?? options.path ?? '/'
    const isFolder = statSync(from, { throwIfNoEntry: false })?.isDirectory() === true
    return (await import('./commands/namespace-sync.ts')).filesUpdate(
      { namespace, from, to: isFolder && options.root ? `${target}/${basename(resolve(from))}` : target },
      { ...options, isNew: options.override !== true },
    )
  },
}

function placeIn(
  [namespace = '', told]: readonly string[],
  { path = told }: { readonly path?: string },
): readonly [namespace: string, path: string] {
  if (path !== undefined) return [namespace, path]
  throw new CommandError(EXIT.usage, 'say which file: NAMESPACE PATH')
}
