// The commands about logs, plugins, boards, apps, suites of tests and blueprints.
import type { Command } from 'commander'
import { addCommands, option, several, silent, type CommandSpec, type Done } from './command-spec.ts'
import type { KeptKind, KeptListOptions, KeptSaveOptions } from './commands/keep.ts'
import type { LogSearchOptions, OfRunOptions } from './commands/log.ts'
import type { PluginDocOptions, PluginListOptions } from './commands/plugin.ts'
import type { SuiteQueryOptions } from './commands/suite.ts'
import type { ExecutionLogsOptions } from './commands/execution-logs.ts'
import type { GlobalOptions } from './global-options.ts'
import { LEVEL_HELP } from './log-level.ts'
import { FILTER, PAGING } from './query-filters.ts'

export function addMore(program: Command, done: Done): void {
  const group = (names: readonly [string, ...string[]], help: string): Command =>
    program.command(names[0]).aliases(names.slice(1)).description(help)
  addCommands(group(['log', 'logs'], 'lines of many executions'), LOGS, done)
  addCommands(group(['plugin', 'plugins'], 'which types there are, and what they take'), PLUGINS, done)
  addCommands(group(['dashboard', 'dashboards'], 'boards of charts'), [...keptCommands('dashboard'), ...BOARDS], done)
  addCommands(group(['app', 'apps'], 'forms and pages before flows'), [...keptCommands('app'), ...APPS], done)
  const suites = group(['test-suite', 'test-suites'], 'suites of flow tests that the server keeps')
  addCommands(suites, [...keptCommands('suite'), ...SUITES, ...SUITE_RESULTS], done)
  const blueprint = group(['blueprint', 'blueprints'], 'flows and dashboards to begin with')
  addCommands(blueprint, BLUEPRINTS, done)
  addCommands(blueprint.command('community', { hidden: true }), BLUEPRINTS, done)
}

const NAMESPACE = option('-n, --namespace <name>', 'of this namespace and those below it')
const FLOW = option('--flow <id>', 'of this flow')
const OUTPUT_FILE = option('--output-file <file>', 'into this file')
const OF_RUN = [
  option('--level <level>', LEVEL_HELP),
  option('--task-id <id>', 'of this task'),
  option('--task-run-id <id>', 'of this task run'),
  silent('--min-level <level>'),
]
const YES = silent('-y, --yes')

const LOGS: readonly CommandSpec[] = [
  {
    usage: 'search [text]',
    help: 'find lines in the logs of many executions, the newest first',
    options: [
      NAMESPACE,
      FLOW,
      option('--query <text>', 'the text'),
      option('--level <level>', LEVEL_HELP),
      option('--start-date <moment>', 'from this moment on'),
      option('--end-date <moment>', 'up to this moment'),
      silent('--min-level <level>'),
      FILTER,
      ...PAGING,
    ],
    examples: ['log search timeout --level ERROR -n company'],
    run: async (args, options: LogSearchOptions) => (await import('./commands/log.ts')).logSearch(args, options),
  },
  {
    usage: 'list <id>',
    aliases: ['get'],
    help: 'print the log of an execution',
    options: [
      option('--level <level>', LEVEL_HELP, 'TRACE'),
      option('--task <id>', 'of this task only'),
      option('-f, --follow', 'go on until the execution has ended'),
    ],
    run: async ([id = ''], options: ExecutionLogsOptions) =>
      (await import('./commands/execution-logs.ts')).executionLogs(id, options),
  },
  {
    usage: 'download <id>',
    help: 'write the log of an execution as text',
    options: [...OF_RUN, OUTPUT_FILE],
    run: async (args, options: OfRunOptions) => (await import('./commands/log.ts')).logDownload(args, options),
  },
  {
    usage: 'delete <id>',
    aliases: ['rm'],
    help: 'delete the log of an execution',
    options: [...OF_RUN, YES],
    run: async (args, options: OfRunOptions) => (await import('./commands/log.ts')).logDelete(args, options),
  },
  {
    usage: 'delete-flow <flow> [id]',
    help: 'delete the log of a trigger of a flow',
    options: [option('--trigger <id>', 'the trigger'), silent('--trigger-id <id>'), YES],
    run: async (args, options: GlobalOptions & { readonly trigger?: string }) =>
      (await import('./commands/log.ts')).logDeleteOfFlow(args, options),
  },
]

const PLUGIN_PLACE = [
  option('--data <dir>', 'the data folder of the server'),
  option('--config <file>', 'its configuration'),
]

const PLUGINS: readonly CommandSpec[] = [
  {
    usage: 'list [text]',
    aliases: ['ls', 'search'],
    help: 'list the types that can run here',
    options: [
      option('--all', 'and those that are known by name only'),
      option('--core', 'those of the core'),
      option('--query <text>', 'whose name holds the text'),
      option('--installed', 'the packages that were installed, with their locks'),
      ...PLUGIN_PLACE,
    ],
    run: async (args, options: PluginListOptions) => (await import('./commands/plugin.ts')).pluginList(args, options),
  },
  {
    usage: 'get <type>',
    aliases: ['show', 'describe'],
    help: 'print what a type takes and gives',
    run: async (args, options) => (await import('./commands/plugin.ts')).pluginGet(args, options),
  },
  {
    usage: 'doc [dir]',
    help: 'write a page for each type into a folder',
    options: [
      option('--core', 'those of the core'),
      option('--icons', 'their icons beside them'),
      option('--schema', 'their schemas beside them'),
    ],
    run: async (args, options: PluginDocOptions) => (await import('./commands/plugin.ts')).pluginDocs(args, options),
  },
  {
    usage: 'install [plugins...]',
    help: 'install plugins: NAME, NAME@VERSION or a file (.tgz); a server that runs takes them at once',
    options: [...PLUGIN_PLACE, ...['--locally', '--all', '--repositories <urls>'].map(silent)],
    examples: ['plugin install batuta-plugin-hello@1.0.0', 'plugin install ./batuta-plugin-hello-1.0.0.tgz'],
    run: async (args, options) => (await import('./commands/plugin-packages.ts')).pluginInstall(args, options),
  },
  {
    usage: 'uninstall [plugins...]',
    help: 'take installed plugins away: NAME, or NAME@VERSION',
    options: PLUGIN_PLACE,
    run: async (args, options) => (await import('./commands/plugin-packages.ts')).pluginUninstall(args, options),
  },
]

const FILE = option('--file <file>', 'the file; the standard input unless told')
const KEPT: Readonly<Record<KeptKind, { readonly what: string; readonly name: string; readonly more: string }>> = {
  dashboard: { what: 'dashboard', name: '<id>', more: 'update <id> [file]' },
  app: { what: 'app', name: '<uid>', more: 'update <uid> [file]' },
  suite: { what: 'suite of tests', name: '<namespace> [id]', more: 'update <namespace> [id] [file]' },
}

function keptCommands(kind: KeptKind): readonly CommandSpec[] {
  const { what, name, more } = KEPT[kind]
  return [
    {
      usage: 'list [text]',
      aliases: ['ls', 'search', ...(kind === 'app' ? ['catalog'] : [])],
      help: `list the ${what}s`,
      options: [NAMESPACE, option('--query <text>', 'whose name holds the text'), ...PAGING],
      run: async (args, options: KeptListOptions) => (await import('./commands/keep.ts')).keptList(kind, args, options),
    },
    {
      usage: `get ${name}`,
      aliases: ['show', 'describe'],
      help: `print the source of a ${what}`,
      run: async (args, options) => (await import('./commands/keep.ts')).keptGet(kind, args, options),
    },
    {
      usage: 'create [file]',
      aliases: ['deploy'],
      help: `save a new ${what}`,
      options: [FILE],
      run: async (args, options: KeptSaveOptions) =>
        (await import('./commands/keep.ts')).keptCreate(kind, args, options),
    },
    {
      usage: more,
      help: `change a ${what}`,
      options: [FILE],
      run: async (args, options: KeptSaveOptions) =>
        (await import('./commands/keep.ts')).keptUpdate(kind, args, options),
    },
    {
      usage: `delete ${name}`,
      aliases: ['rm'],
      help: `delete a ${what}`,
      options: [YES],
      run: async (args, options) => (await import('./commands/keep.ts')).keptDelete(kind, args, options),
    },
    {
      usage: 'validate [file]',
      help: `judge a ${what} without saving it`,
      options: [FILE],
      run: async (args, options: KeptSaveOptions) =>
        (await import('./commands/keep.ts')).keptValidate(kind, args, options),
    },
  ]
}

const BOARDS: readonly CommandSpec[] = [
  {
    usage: 'chart <id> <chart>',
    aliases: ['chart-data'],
    help: 'print the rows of a chart',
    run: async (args, options) => (await import('./commands/keep.ts')).dashboardChart(args, options),
  },
]

const APPS: readonly CommandSpec[] = [
  ...(['enable', 'disable'] as const).map((verb): CommandSpec => ({
    usage: `${verb} <uid...>`,
    aliases: [`bulk-${verb}`],
    help: `${verb} apps`,
    run: async (args, options) => (await import('./commands/keep.ts')).appSwitch(verb, args, options),
  })),
  {
    usage: 'bulk-delete <uid...>',
    help: 'delete several apps: all of them or, when one is not there, none',
    options: [YES],
    run: async (args, options) => (await import('./commands/keep.ts')).appDeleteMany(args, options),
  },
  {
    usage: 'export [uid...]',
    help: 'write the sources of apps, all unless some are named, as a ZIP archive',
    options: [option('--output-file <file>', 'into this file', 'apps.zip')],
    run: async (args, options: GlobalOptions & { readonly outputFile: string }) =>
      (await import('./commands/keep.ts')).appExport(args, options),
  },
  {
    usage: 'tags',
    help: 'list the tags of the apps',
    run: async (_, options) => (await import('./commands/keep.ts')).appTags(options),
  },
]

const SUITES: readonly CommandSpec[] = [
  {
    usage: 'run <namespace> [id]',
    help: 'run a suite on the server; the exit code tells how it went',
    options: [several('--case <id>', 'only this case; several times')],
    run: async (args, options: GlobalOptions & { readonly case: readonly string[] }) =>
      (await import('./commands/suite.ts')).suiteRun(args, options),
  },
  {
    usage: 'run-by-query',
    help: 'run the suites of a namespace or a flow',
    options: [NAMESPACE, FLOW],
    run: async (_, options: SuiteQueryOptions) => (await import('./commands/suite.ts')).suiteRunMany(options),
  },
  ...(['enable', 'disable', 'delete'] as const).map((verb): CommandSpec => ({
    usage: `${verb}-bulk <suite...>`,
    help: `${verb} several suites: NAMESPACE/ID each`,
    options: [YES],
    run: async (args, options) => (await import('./commands/suite.ts')).suiteBulk(verb, args, options),
  })),
]

const SUITE_RESULTS: readonly CommandSpec[] = [
  {
    usage: 'results',
    aliases: ['search-results'],
    help: 'list what came of runs',
    options: [NAMESPACE, FLOW],
    run: async (_, options: SuiteQueryOptions) => (await import('./commands/suite.ts')).suiteResults(options),
  },
  {
    usage: 'last-result [suite...]',
    help: 'list what came of the last run of each: NAMESPACE/ID',
    options: [several('--ids <suite>', 'a suite; several times')],
    run: async (args, options: GlobalOptions & { readonly ids: readonly string[] }) =>
      (await import('./commands/suite.ts')).suiteLast(args, options),
  },
  {
    usage: 'get-result <id>',
    help: 'show what came of a run',
    run: async (args, options) => (await import('./commands/suite.ts')).suiteResult(args, options),
  },
]

const KIND = option('--kind <kind>', 'flow or dashboard', 'flow')

const BLUEPRINTS: readonly CommandSpec[] = [
  {
    usage: 'list [text]',
    aliases: ['search', 'ls'],
    help: 'list the blueprints',
    options: [KIND, option('--query <text>', 'that hold the text'), ...PAGING],
    run: async (args, options: GlobalOptions & { readonly kind: string }) =>
      (await import('./commands/blueprint.ts')).blueprintList(args, options),
  },
  ...(['get', 'source', 'graph'] as const).map((part): CommandSpec => ({
    usage: `${part} <id>`,
    help: part === 'get' ? 'show a blueprint' : `print the ${part} of a blueprint`,
    options: [KIND],
    run: async (args, options: GlobalOptions & { readonly kind: string }) =>
      (await import('./commands/blueprint.ts')).blueprintGet(part, args, options),
  })),
]
