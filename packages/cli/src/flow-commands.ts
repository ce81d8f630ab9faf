// The commands about flows: judging, saving, bringing folders and server together, looking at them, running them.
import type { Command } from 'commander'
import { addCommands, option, several, silent, type CommandSpec, type Done } from './command-spec.ts'
import type { FlowCreateOptions, FlowQueryOptions } from './commands/flow-change.ts'
import type { DeleteRevisionsOptions, DependenciesOptions, FlowGetOptions } from './commands/flow-get.ts'
import type { FlowExportOptions } from './commands/flow-export.ts'
import type { FlowListOptions } from './commands/flow-list.ts'
import type { FlowPullOptions } from './commands/flow-pull.ts'
import type { FlowPushOptions } from './commands/flow-push.ts'
import type { FlowRunOptions } from './commands/flow-run.ts'
import type { FlowUpdateOptions } from './commands/flow-update.ts'
import type { FlowValidateOptions } from './commands/flow-validate.ts'
import type { GraphOptions } from './commands/flow-draw.ts'
import type { GlobalOptions } from './global-options.ts'
import { LEVEL_HELP } from './log-level.ts'
import { FILTER, PAGING } from './query-filters.ts'
import type { PageOptions } from './read-pages.ts'

export function addFlow(program: Command, done: Done): void {
  const flow = program.command('flow').alias('flows').description('validate, save, list and run flows')
  addCommands(flow, [...SAVING, ...SYNCING, ...READING, ...DRAWING, ...CHANGING, ...KESTRA], done)
  const namespace = flow.command('namespace').description('the flows of a namespace, as a folder holds them')
  addCommands(namespace, [UPDATE_NAMESPACE], done)
}

const NAMESPACE_HELP = 'of this namespace and those below it'
const NAMESPACE = option('-n, --namespace <name>', NAMESPACE_HELP)
const QUERY = option('-q, --query <text>', 'whose name holds the text')
const LABELS = several('--labels <name=value>', 'that have this label; several times')
const REVISION = option('--revision <number>', 'of a past revision')
const DRY_RUN = option('--dry-run', 'change nothing; tell what would be done, with the lines that change')
const DELETE = option('--delete', 'delete what is not among them')
const NO_DELETE = silent('--no-delete')
const SUBFLOW = several('--subflow <task>', 'draw the flow that this task starts, too')
const ALL = option('--all', 'all of them, without narrowing')

export const RUN: CommandSpec = {
  usage: 'run <flow> [id]',
  help: 'start a flow: NAMESPACE.ID, NAMESPACE ID, or a YAML file, which is saved first',
  options: [
    several('-i, --input <name=value>', 'an input; NAME=@FILE sends a file, @FILE a YAML or JSON map of inputs'),
    several('-l, --label <name=value>', 'a label of the execution'),
    option('--revision <number>', 'a past revision of the flow'),
    option('-w, --wait', 'wait for the end and tell how it ended'),
    option('-f, --follow', 'show the tasks and the log until the end'),
    option('--level <level>', LEVEL_HELP, 'INFO'),
    several('--inputs <name=value>', '').hideHelp(),
    several('--labels <name=value>', '').hideHelp(),
  ],
  examples: ['flow run company.team.greet -i name=Ada --follow', 'flow run greet.yaml -i @inputs.yaml --wait -o json'],
  run: async (args, options: FlowRunOptions) => (await import('./commands/flow-run.ts')).flowRun(args, options),
}

const SAVING: readonly CommandSpec[] = [
  {
    usage: 'validate <path...>',
    help: 'judge the flows of files and folders without saving them; "-" is the standard input',
    options: [
      option('--local', 'by the language and the plugins that are installed here; no server is asked'),
      option('--fail-fast', 'stop at the first that is not valid'),
    ],
    examples: ['flow validate flows/', 'flow validate --local flow.yaml'],
    run: async (args, options: FlowValidateOptions) =>
      (await import('./commands/flow-validate.ts')).flowValidate(args, options),
  },
  {
    usage: 'create <path...>',
    aliases: ['deploy', 'apply'],
    help: 'save new flows of files and folders; those that are there are refused unless --override',
    options: [
      option('-n, --namespace <name>', 'save all of them in this namespace, whatever they say'),
      option('--override', 'save a new revision of those that are there'),
      option('--fail-fast', 'stop at the first that is refused'),
    ],
    examples: ['flow create flow.yaml', 'flow deploy flows/ --namespace company.test --override'],
    run: async (args, options: FlowCreateOptions) =>
      (await import('./commands/flow-change.ts')).flowCreate(args, options),
  },
  {
    usage: 'update <path...>',
    help: 'save the flows of files and folders, new ones and new revisions alike; FILE NAMESPACE ID for one that is there',
    options: [DRY_RUN],
    examples: ['flow update flows/', 'flow update flow.yaml company.team greet'],
    run: async (args, options: FlowUpdateOptions) =>
      (await import('./commands/flow-update.ts')).flowUpdate(args, options),
  },
  RUN,
  {
    usage: 'test <file> [inputs...]',
    help: 'run one flow in memory, with inputs as NAME VALUE pairs; its tasks run for real, nothing of it is kept',
    examples: ['flow test greet.yaml name Ada'],
    run: async (args, options) => (await import('./commands/flow-try.ts')).flowTry(args, options),
  },
  {
    usage: 'expand <file>',
    help: 'print a flow with what it includes by [[> path]] written out',
    run: async args => (await import('./commands/flow-expand.ts')).flowExpand(args),
  },
]

const SYNCING: readonly CommandSpec[] = [
  {
    usage: 'push <path...>',
    help: 'make the server hold what lies in files: all are judged before the first is saved',
    options: [
      option('-n, --namespace <name>', 'all of them must be of this namespace'),
      option('--override-namespaces', 'move those of others into it'),
      DELETE,
      DRY_RUN,
      option('--diff', 'show the lines that change'),
    ],
    examples: ['flow push flows/ -n company.team --delete --dry-run', 'flow push flows/'],
    run: async (args, options: FlowPushOptions) => (await import('./commands/flow-push.ts')).flowPush(args, options),
  },
  {
    usage: 'pull <dir>',
    help: 'make a folder hold the flows of the server, each in the file that has it already, else in ID.yaml',
    options: [
      option('-n, --namespace <name>', 'of this namespace'),
      option('-r, --recursive', 'and those below it'),
      option('--delete', 'delete files whose flow is not there any more'),
      DRY_RUN,
    ],
    examples: ['flow pull flows/ -n company.team', 'flow pull flows/ --delete --dry-run'],
    run: async (args, options: FlowPullOptions) => (await import('./commands/flow-pull.ts')).flowPull(args, options),
  },
  {
    usage: 'export [dir]',
    aliases: ['export-by-query'],
    help: 'write the sources of flows as flows.zip into a folder, or as a file that ends in .zip',
    options: [NAMESPACE, QUERY, LABELS, FILTER, option('--output-file <file>', 'write this file')],
    examples: ['flow export backup/ --namespace company.team'],
    run: async (args, options: FlowExportOptions) =>
      (await import('./commands/flow-export.ts')).flowExport(args, options),
  },
  {
    usage: 'export-by-ids <flow...>',
    help: 'the same of the flows that are named',
    options: [option('--output-file <file>', 'write this file')],
    run: async (args, options: FlowExportOptions) =>
      (await import('./commands/flow-export.ts')).flowExportByIds(args, options),
  },
  {
    usage: 'import <file>',
    help: 'save the flows of a ZIP archive or a YAML file',
    options: [option('--fail-on-error', 'save none if one is refused')],
    run: async (args, options: GlobalOptions & { readonly failOnError?: boolean }) =>
      (await import('./commands/flow-change.ts')).flowImport(args, options),
  },
]

const READING: readonly CommandSpec[] = [
  {
    usage: 'list [namespace]',
    aliases: ['ls', 'search', 'list-by-namespace'],
    help: 'list the flows of the server',
    options: [NAMESPACE, QUERY, LABELS, FILTER, ...PAGING],
    examples: ['flow list -n company', 'flow list --labels team=data -o json'],
    run: async (args, options: FlowListOptions) => (await import('./commands/flow-list.ts')).flowList(args, options),
  },
  {
    usage: 'get <flow> [id]',
    aliases: ['show', 'describe'],
    help: 'print the source of a flow',
    options: [REVISION],
    examples: ['flow get company.team.greet > greet.yaml', 'flow get company.team greet --revision 3'],
    run: async (args, options: FlowGetOptions) => (await import('./commands/flow-get.ts')).flowGet(args, options),
  },
  {
    usage: 'revisions <flow> [id]',
    help: 'list the revisions of a flow',
    run: async (args, options) => (await import('./commands/flow-get.ts')).flowRevisions(args, options),
  },
  {
    usage: 'task <flow...>',
    help: 'print one task of a flow: NAMESPACE ID TASK, or NAMESPACE.ID TASK',
    options: [REVISION],
    run: async (args, options: FlowGetOptions) => (await import('./commands/flow-get.ts')).flowTask(args, options),
  },
  {
    usage: 'search-source [text]',
    aliases: ['search-by-source'],
    help: 'find flows by what stands in their sources',
    options: [NAMESPACE, option('--query <text>', 'the text'), ...PAGING],
    run: async (args, options: GlobalOptions & PageOptions) =>
      (await import('./commands/flow-get.ts')).flowSearchSource(args, options),
  },
  {
    usage: 'list-deprecated',
    help: 'list the flows that use what is deprecated',
    options: [NAMESPACE],
    run: async (args, options) => (await import('./commands/flow-get.ts')).flowDeprecated(args, options),
  },
  {
    usage: 'namespaces',
    help: 'list the namespaces that hold flows',
    run: async (args, options) => (await import('./commands/flow-get.ts')).flowNamespaces(args, options),
  },
]

const DRAWING: readonly CommandSpec[] = [
  {
    usage: 'dot <file>',
    help: 'draw the flow of a file for Graphviz; needs no server',
    examples: ['flow dot flow.yaml | dot -Tsvg > flow.svg'],
    run: async (args, options) => (await import('./commands/flow-draw.ts')).flowDot(args, options),
  },
  {
    usage: 'graph <flow> [id]',
    help: 'print the graph of a flow as JSON',
    options: [REVISION, SUBFLOW],
    run: async (args, options: GraphOptions) => (await import('./commands/flow-draw.ts')).flowGraphOf(args, options),
  },
  {
    usage: 'generate-graph-from-source [file]',
    help: 'the same of a flow that is not saved',
    options: [option('--file <file>', 'the file'), SUBFLOW],
    isHidden: true,
    run: async (args, options: GraphOptions) => (await import('./commands/flow-draw.ts')).graphOfFile(args, options),
  },
  {
    usage: 'dependencies <flow> [id]',
    help: 'list the flows that a flow starts, and those that start it',
    options: [
      option('--destination-only', 'only those that it starts'),
      option('--expand-all', 'and those that they start'),
    ],
    run: async (args, options: DependenciesOptions) =>
      (await import('./commands/flow-get.ts')).flowDependencies(args, options),
  },
  {
    usage: 'namespace-dependencies <namespace>',
    help: 'list how the flows of a namespace start one another',
    options: [silent('--destination-only'), silent('--expand-all')],
    isHidden: true,
    run: async (args, options: DependenciesOptions) =>
      (await import('./commands/flow-get.ts')).namespaceDependencies(args, options),
  },
  {
    usage: 'expressions [flow] [id]',
    help: 'print what the expressions of a flow may name, as the server knows it',
    options: [option('--file <file>', 'of the flow in this file'), option('--task-id <id>', 'of this task')],
    run: async (args, options) => (await import('./commands/flow-get.ts')).flowExpressions(args, options),
  },
]

const CHANGING: readonly CommandSpec[] = [
  {
    usage: 'delete <flow> [id]',
    aliases: ['rm'],
    help: 'delete a flow; its revisions stay readable',
    options: [silent('-y, --yes')],
    run: async (args, options) => (await import('./commands/flow-change.ts')).flowDelete(args, options),
  },
  ...(['enable', 'disable'] as const).map((verb): CommandSpec => ({
    usage: `${verb} <flow> [id]`,
    help: `${verb} a flow`,
    run: async (args, options) => (await import('./commands/flow-change.ts')).flowSwitch(verb, args, options),
  })),
  ...(['enable', 'disable', 'delete'] as const).map((verb): CommandSpec => ({
    usage: `${verb}-by-query`,
    help: `${verb} the flows that a search finds`,
    options: [NAMESPACE, QUERY, LABELS, FILTER, ALL, silent('-y, --yes')],
    run: async (_, options: FlowQueryOptions) => (await import('./commands/flow-change.ts')).flowByQuery(verb, options),
  })),
  {
    usage: 'delete-revisions <flow> [id]',
    help: 'delete past revisions of a flow; executions that ran with them stay readable',
    options: [
      several('--revision <number>', 'this one; several times'),
      option('--before-revision <number>', 'all older than this one'),
    ],
    run: async (args, options: DeleteRevisionsOptions) =>
      (await import('./commands/flow-get.ts')).flowDeleteRevisions(args, options),
  },
]

const UPDATE_NAMESPACE: CommandSpec = {
  usage: 'update <namespace> <dir>',
  help: 'make a namespace hold the flows of a folder',
  options: [DELETE, NO_DELETE, option('--override-namespaces', 'move those of other namespaces into it'), DRY_RUN],
  examples: ['flow namespace update company.team flows/ --delete'],
  run: async ([namespace = '', ...paths], options: FlowPushOptions) =>
    (await import('./commands/flow-push.ts')).flowPush(paths, { ...options, namespace }),
}

/** Spellings of Kestra's command lines for what is said otherwise here. */
const KESTRA: readonly CommandSpec[] = [
  {
    usage: 'updates <dir>',
    help: 'save the flows of a folder, of any namespaces',
    options: [DELETE, NO_DELETE, option('--namespace <name>', 'all of them must be of it, or below'), DRY_RUN],
    isHidden: true,
    run: async (args, options: FlowPushOptions) =>
      (await import('./commands/flow-push.ts')).flowPush(args, { ...options, isWithChildren: true }),
  },
  {
    usage: 'bulk-update [file]',
    help: 'save the flows of a file, of any namespaces',
    options: [
      option('--file <file>', 'the file'),
      DELETE,
      option('--namespace <name>', 'all of them must be of it'),
      DRY_RUN,
    ],
    isHidden: true,
    run: async (args, options: FlowPushOptions & { readonly file?: string }) =>
      (await import('./commands/flow-push.ts')).flowPush(
        [...args, ...(options.file === undefined ? [] : [options.file])],
        {
          ...options,
          isWithChildren: true,
        },
      ),
  },
  {
    usage: 'namespace-sync <namespace> <path>',
    help: 'make a namespace hold the flows of a file or folder',
    options: [DELETE, silent('--override'), DRY_RUN],
    isHidden: true,
    run: async ([namespace = '', ...paths], options: FlowPushOptions & { readonly override?: boolean }) =>
      (await import('./commands/flow-push.ts')).flowPush(paths, {
        ...options,
        namespace,
        overrideNamespaces: options.override === true,
      }),
  },
  ...(['task', 'trigger'] as const).map((part): CommandSpec => ({
    usage: `validate-${part} [file]`,
    help: `judge one ${part}`,
    options: [option('--file <file>', 'the file')],
    isHidden: true,
    run: async (args, options: GlobalOptions & { readonly file?: string }) =>
      (await import('./commands/flow-get.ts')).flowValidatePart(args, {
        ...options,
        section: part === 'task' ? 'TASKS' : 'TRIGGERS',
      }),
  })),
  {
    usage: 'concurrency-limits [flow] [id]',
    help: 'list the limits of flows: who runs, who waits',
    isHidden: true,
    run: async (_, options) => (await import('./commands/limit.ts')).limitList(options),
  },
  {
    usage: 'update-concurrency <flow> [id]',
    help: 'say how many executions of a flow run, if the count is wrong',
    options: [option('--running <number>', 'so many')],
    isHidden: true,
    run: async (args, options: GlobalOptions & { readonly running?: string }) =>
      (await import('./commands/limit.ts')).limitRepair(args, options),
  },
  {
    usage: 'syncFromSource',
    help: 'nothing to do here: what is stored is the source itself',
    isHidden: true,
    run: async () => (await import('./commands/kestra-upkeep.ts')).nothingToDo('flows are read from their sources'),
  },
]
