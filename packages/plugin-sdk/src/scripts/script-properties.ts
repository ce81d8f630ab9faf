// The properties that all script tasks share.
import { p } from '../property.ts'

/** The command that takes the script unless the author names another one. */
export const SHELL: readonly string[] = ['/bin/sh', '-c']

const OLDER = 'Use `taskRunner` instead.'

export const scriptProperties = {
  taskRunner: p.any().group('execution').title('Where the script runs; by default where the installation says.'),
  runner: p.enum('PROCESS', 'DOCKER').dynamic().deprecated(OLDER).title('Where the script runs, in older words.'),
  docker: p.any().deprecated(OLDER).title('Image and options of the Docker runner, in older words.'),
  containerImage: p.string().dynamic().group('execution').title('Image for runners in containers.'),
  interpreter: p
    .list(p.string())
    .dynamic()
    .default([...SHELL])
    .title('The command that takes the script.'),
  beforeCommands: p.list(p.string()).dynamic().title('Commands before the script.'),
  env: p.map(p.string()).dynamic().title('Environment variables.'),
  failFast: p.boolean().dynamic().default(true).title('Stop at the first command that fails.'),
  warningOnStdErr: p
    .boolean()
    .dynamic()
    .default(false)
    .title('End with WARNING when anything was written to the standard error.'),
  namespaceFiles: p
    .object({
      enabled: p.boolean().dynamic().default(true),
      include: p.list(p.string()).dynamic().default([]),
      exclude: p.list(p.string()).dynamic().default([]),
      namespaces: p.list(p.string()).dynamic(),
      ifExists: p.enum('OVERWRITE', 'FAIL', 'WARN', 'IGNORE').dynamic().default('OVERWRITE'),
      folderPerNamespace: p.boolean().dynamic().default(false),
      overwrite: p.boolean().dynamic().deprecated('Use `ifExists` instead.'),
    })
    .title('Files of the namespace to put into the working directory.'),
  inputFiles: p
    .any()
    .dynamic()
    .group('source')
    .title('Files to write first: a map from path to content or storage URI.'),
  outputFiles: p.list(p.string()).dynamic().group('destination').title('Globs of files to store afterwards.'),
  outputDirectory: p
    .boolean()
    .dynamic()
    .deprecated('Write to `{{ outputDir }}`, which is always there.')
    .title('Have a folder whose files are stored afterwards.'),
  targetOS: p.enum('LINUX', 'WINDOWS', 'AUTO').dynamic().default('AUTO').title('What the commands are written for.'),
} as const

export const SCRIPT_OUTPUTS = [
  { name: 'vars', type: 'map<any>', description: 'Values that the script gave: `::{"outputs":{"name":"value"}}::`.' },
  { name: 'exitCode', type: 'int', description: '0 on success.' },
  { name: 'outputFiles', type: 'map<uri>', description: 'Stored files by path.' },
] as const
