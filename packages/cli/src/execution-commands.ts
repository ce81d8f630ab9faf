// The commands about executions: looking at them, and steering them, one by one or many at a time.
import type { Command } from 'commander'
import { addCommands, option, several, silent, type CommandSpec, type Done } from './command-spec.ts'
import type { Act, DeleteOptions } from './commands/execution-act.ts'
import type { BulkOptions, BulkQueryOptions, BulkVerb } from './commands/execution-bulk.ts'
import type { FileOptions, WebhookOptions } from './commands/execution-files.ts'
import type { ExecutionListOptions } from './commands/execution-list.ts'
import type { ExecutionLogsOptions } from './commands/execution-logs.ts'
import type { ReplayOptions } from './commands/execution-replay.ts'
import type { ExecutionResumeOptions } from './commands/execution-resume.ts'
import { RUN } from './flow-commands.ts'
import type { GlobalOptions } from './global-options.ts'
import { LEVEL_HELP } from './log-level.ts'
import { FILTER, PAGING } from './query-filters.ts'

export function addExecution(program: Command, done: Done): void {
  const execution = program
    .command('execution')
    .alias('executions')
    .description('start executions, look at them and steer them')
  const run = { ...RUN, aliases: ['trigger', 'execute'], examples: ['execution run company.team greet --wait'] }
  addCommands(execution, [run, ...LOOKING, ...STEERING, ...SETTING, ...FILES, ...bulkCommands()], done)
}

const FOLLOW = option('-f, --follow', 'show the tasks and the log until the end')
const WHICH = [
  option('-n, --namespace <name>', 'of this namespace and those below it'),
  option('--flow <id>', 'of this flow'),
  option('--query <text>', 'that hold the text'),
  several('--state <state>', 'in this state; several times'),
  several('--labels <name=value>', 'that have this label; several times'),
  option('--since <duration>', 'of so long a time until now, e.g. PT24H'),
  option('--start-date <moment>', 'from this moment on'),
  option('--end-date <moment>', 'up to this moment'),
  FILTER,
]

const LOOKING: readonly CommandSpec[] = [
  {
    usage: 'list',
    aliases: ['ls', 'search'],
    help: 'list executions, newest first',
    options: [...WHICH, ...PAGING, option('--sort <column:direction>', 'e.g. state.duration:desc')],
    examples: ['execution list --state FAILED --since PT24H', 'execution list --flow greet -o json'],
    run: async (_, options: ExecutionListOptions) =>
      (await import('./commands/execution-list.ts')).executionList(options),
  },
  {
    usage: 'search-by-flow <namespace> <flow>',
    help: 'list the executions of a flow',
    options: [...WHICH.filter(({ long }) => long !== '--namespace' && long !== '--flow'), ...PAGING],
    isHidden: true,
    run: async ([namespace = '', flow = ''], options) =>
      (await import('./commands/execution-list.ts')).executionList({
        state: [],
        labels: [],
        filter: [],
        ...options,
        namespace,
        flow,
      }),
  },
  {
    usage: 'get <id>',
    aliases: ['show', 'describe'],
    help: 'show where an execution stands',
    run: async ([id = ''], options) => (await import('./commands/execution-get.ts')).executionGet(id, options),
  },
  {
    usage: 'latest [flow...]',
    help: 'show the newest execution of each of some flows: NAMESPACE.ID',
    options: [several('--flow <flow>', 'a flow, as NAMESPACE:ID; several times')],
    run: async (args, options: GlobalOptions & { readonly flow: readonly string[] }) =>
      (await import('./commands/execution-list.ts')).executionLatest(args, options),
  },
  {
    usage: 'logs <id>',
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
    usage: 'follow <id>',
    aliases: ['watch'],
    help: 'show the tasks and the log of an execution until it has ended; the exit code tells how',
    options: [option('--no-logs', 'the tasks only'), option('--level <level>', LEVEL_HELP, 'INFO')],
    run: async ([id = ''], options: GlobalOptions & { readonly logs: boolean; readonly level: string }) =>
      (await import('./commands/execution-follow.ts')).executionFollow(id, options),
  },
  {
    usage: 'eval <id> <expression>',
    aliases: ['eval-expression'],
    help: 'render an expression as an execution would have it',
    options: [option('--task-run <id>', 'as this task run would')],
    examples: [`execution eval 6xY… '{{ outputs.hello.value }}'`],
    run: async (args, options: GlobalOptions & { readonly taskRun?: string }) =>
      (await import('./commands/execution-list.ts')).executionEvaluate(args, options),
  },
  {
    usage: 'flow-info <namespace> <flow>',
    help: 'print a flow with no more than is needed to execute it',
    isHidden: true,
    run: async (args, options) => (await import('./commands/execution-list.ts')).executionFlow(args, options),
  },
  {
    usage: 'flow-info-by-id <id>',
    help: 'the same of the flow of an execution',
    isHidden: true,
    run: async (args, options) => (await import('./commands/execution-list.ts')).executionFlow(args, options),
  },
  {
    usage: 'flow-graph <id>',
    help: 'print the graph of the flow of an execution as JSON',
    run: async (args, options) => (await import('./commands/execution-list.ts')).executionGraph(args, options),
  },
]

const ACTS: Readonly<Record<Act, string>> = {
  pause: 'begin no new task of an execution until it is resumed',
  'force-run': 'let an execution go on, whatever it waits for',
  continue: 'go on from a breakpoint',
}

const REPLAY: CommandSpec = {
  usage: 'replay <id>',
  aliases: ['replay-with-inputs'],
  help: 'start an execution anew with the same inputs',
  options: [
    option('--task <id>', 'from this task, or task run, with what was done before it'),
    option('--revision <number>', 'of another revision of the flow'),
    several('-i, --input <name=value>', 'an input that is to be another one; NAME=@FILE sends a file'),
    several('-b, --breakpoint <task>', 'stop before this task; TASK.VALUE in a loop'),
    FOLLOW,
    silent('--task-run-id <id>'),
  ],
  run: async ([id = ''], options: ReplayOptions & { readonly taskRunId?: string }) => {
    const { taskRunId, ...rest } = options
    return (await import('./commands/execution-replay.ts')).executionReplay(id, {
      ...rest,
      ...(taskRunId !== undefined && { task: taskRunId }),
    })
  },
}

const STEERING: readonly CommandSpec[] = [
  {
    usage: 'kill <id>',
    help: 'stop an execution',
    options: [option('--no-cascade', 'but let the executions go on that it started')],
    run: async ([id = ''], options: GlobalOptions & { readonly cascade: boolean }) =>
      (await import('./commands/execution-kill.ts')).executionKill(id, options),
  },
  {
    usage: 'kill-running',
    help: 'stop all that run',
    options: WHICH.filter(({ long }) => long !== '--state'),
    isHidden: true,
    run: async (_, options: BulkQueryOptions) =>
      (await import('./commands/execution-bulk.ts')).executionByQuery('kill', [], { ...options, state: ['RUNNING'] }),
  },
  {
    usage: 'resume <id>',
    help: 'let a paused execution go on',
    options: [
      several('-i, --input <name=value>', 'what the task asks; NAME=@FILE for a file'),
      option('--task-run <id>', 'the task run that is to go on, where several wait'),
      FOLLOW,
    ],
    run: async ([id = ''], options: ExecutionResumeOptions) =>
      (await import('./commands/execution-resume.ts')).executionResume(id, options),
  },
  {
    usage: 'restart <id>',
    help: 'run the failed tasks of an execution again',
    options: [option('--revision <number>', 'of another revision of the flow, in an execution of its own'), FOLLOW],
    run: async ([id = ''], options) => (await import('./commands/execution-restart.ts')).executionRestart(id, options),
  },
  REPLAY,
  ...(['pause', 'force-run', 'continue'] as const).map((act): CommandSpec => ({
    usage: `${act} <id>`,
    help: ACTS[act],
    run: async ([id = ''], options) => (await import('./commands/execution-act.ts')).executionAct(act, id, options),
  })),
]

const SETTING: readonly CommandSpec[] = [
  {
    usage: 'unqueue <id>',
    help: 'take an execution out of the queue of its limit',
    options: [option('--state <state>', 'that it is to have', 'RUNNING')],
    run: async ([id = ''], options: GlobalOptions & { readonly state: string }) =>
      (await import('./commands/execution-act.ts')).executionUnqueue(id, options),
  },
  {
    usage: 'set-state <id> <state>',
    aliases: ['change-status'],
    help: 'say how an execution ended, or one of its tasks, after which it goes on',
    options: [option('--task <id>', 'of this task, or task run')],
    run: async ([id = '', state = ''], options) =>
      (await import('./commands/execution-act.ts')).executionSetState(id, state.toUpperCase(), options),
  },
  {
    usage: 'update-taskrun <id> <taskRun> <state>',
    help: 'say how a task run ended, after which the execution goes on',
    isHidden: true,
    run: async ([id = '', task = '', state = ''], options) =>
      (await import('./commands/execution-act.ts')).executionSetState(id, state.toUpperCase(), { ...options, task }),
  },
  {
    usage: 'label <id> [label...]',
    aliases: ['set-labels'],
    help: 'set the labels of an execution that has ended: NAME=VALUE',
    run: async ([id = '', ...labels], options) =>
      (await import('./commands/execution-act.ts')).executionLabel(id, labels, options),
  },
  {
    usage: 'delete <id>',
    aliases: ['rm'],
    help: 'delete an execution',
    options: [
      option('--no-logs', 'but keep its log'),
      option('--no-metrics', 'but keep its metrics'),
      option('--no-files', 'but keep its files'),
      silent('-y, --yes'),
    ],
    run: async ([id = ''], options: DeleteOptions) =>
      (await import('./commands/execution-act.ts')).executionDelete(id, options),
  },
]

const FILES: readonly CommandSpec[] = [
  {
    usage: 'file <id> [uri]',
    aliases: ['download-file'],
    help: 'print a file of an execution, or write it to one here',
    options: [option('--path <uri>', 'as an output names it'), option('--output-file <file>', 'where to write it')],
    run: async (args, options: FileOptions) =>
      (await import('./commands/execution-files.ts')).executionFile(args, options),
  },
  {
    usage: 'file-metadata <id> [uri]',
    help: 'print the size of a file of an execution',
    options: [option('--path <uri>', 'as an output names it')],
    run: async (args, options: FileOptions) =>
      (await import('./commands/execution-files.ts')).executionFileMetas(args, options),
  },
  {
    usage: 'webhook <namespace> <flow> <key>',
    aliases: ['trigger-webhook'],
    help: 'start a flow by its webhook trigger',
    options: [
      option('--method <method>', 'GET, POST or PUT', 'POST'),
      option('--path <path>', 'what follows the key in the address'),
      option('-d, --data <text>', 'the body; @FILE for a file, @- for the standard input'),
    ],
    run: async (args, options: WebhookOptions) =>
      (await import('./commands/execution-files.ts')).triggerWebhook(args, options),
  },
]

interface BulkSpelling {
  readonly verb: BulkVerb
  readonly ids: readonly string[]
  readonly query: readonly string[]
}

/** After the verb kestractl's own names, where they differ. */
const BULK: readonly BulkSpelling[] = [
  ...(['kill', 'restart', 'replay', 'pause', 'resume', 'force-run', 'unqueue', 'delete'] as const).map(verb => ({
    verb,
    ids: [`${verb}-bulk`, `${verb}-by-ids`],
    query: [`${verb}-by-query`],
  })),
  {
    verb: 'set-state',
    ids: ['set-state-bulk', 'change-status-by-ids', 'change-status-bulk'],
    query: ['set-state-by-query', 'update-status-by-query', 'change-status-by-query'],
  },
  { verb: 'label', ids: ['label-bulk', 'set-labels-bulk'], query: ['label-by-query', 'set-labels-by-query'] },
]

const NEW_STATE = [
  option('--new-state <state>', 'that they are to have'),
  silent('--new-status <state>'),
  silent('--status <state>'),
]
const DELETION = [
  option('--include-non-terminated', 'also those that have not ended'),
  option('--no-logs', 'but keep their logs'),
  option('--no-metrics', 'but keep their metrics'),
  option('--no-files', 'but keep their files'),
  ...['--delete-logs', '--delete-metrics', '--delete-storage', '-y, --yes'].map(silent),
]
const MORE: Readonly<Partial<Record<BulkVerb, CommandSpec['options']>>> = {
  replay: [option('--latest-revision', 'of the newest revision of their flows')],
  unqueue: NEW_STATE,
  'set-state': NEW_STATE,
  delete: DELETION,
}

function bulkCommands(): readonly CommandSpec[] {
  return BULK.flatMap(({ verb, ids: [byIds = '', ...idAliases], query: [byQuery = '', ...queryAliases] }) => [
    {
      usage: verb === 'label' ? `${byIds} <label...>` : `${byIds} [id...]`,
      aliases: idAliases,
      help: `${verb} several executions: all of them or, when one cannot be, none`,
      options: [several('--ids <id>', 'an execution; several times'), ...(MORE[verb] ?? [])],
      run: async (args: readonly string[], options: BulkOptions) =>
        (await import('./commands/execution-bulk.ts')).executionBulk(verb, args, options),
    },
    {
      usage: verb === 'label' ? `${byQuery} <label...>` : byQuery,
      aliases: queryAliases,
      help: `${verb} the executions that a search finds`,
      options: [...WHICH, option('--all', 'all of them, without narrowing'), ...(MORE[verb] ?? [])],
      run: async (args: readonly string[], options: BulkQueryOptions) =>
        (await import('./commands/execution-bulk.ts')).executionByQuery(verb, args, options),
    },
  ])
}
