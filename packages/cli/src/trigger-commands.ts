// The commands about triggers: where they stand, why they started nothing, switches and backfills.
import type { Command } from 'commander'
import { addCommands, option, several, silent, type CommandSpec, type Done } from './command-spec.ts'
import type { BackfillOptions, BackfillVerb } from './commands/trigger.ts'
import type { TriggerQueryOptions, TriggerVerb } from './commands/trigger-bulk.ts'
import type { GlobalOptions } from './global-options.ts'
import { FILTER } from './query-filters.ts'

export function addTrigger(program: Command, done: Done): void {
  const trigger = program.command('trigger').alias('triggers').description('what starts executions by itself')
  addCommands(trigger, [...READING, ...SWITCHES, ...bulkCommands(), ...KESTRACTL], done)
  addCommands(trigger.command('backfill').description('run dates of a schedule that are past'), BACKFILLS, done)
}

const NAMES = '<flow> <trigger> [id]'
const WHICH = [
  option('-n, --namespace <namespace>', 'of this namespace and those below it'),
  option('--flow <id>', 'of this flow'),
  option('--query <text>', 'whose names hold the text'),
  FILTER,
]

const MISSED = option(
  '--missed <policy>',
  'which of the dates that it missed while it was off are run: ALL, LAST or NONE; else as the trigger says',
)

type ListOptions = GlobalOptions & { readonly namespace?: string; readonly flow?: string; readonly query?: string }

const READING: readonly CommandSpec[] = [
  {
    usage: 'list',
    aliases: ['ls', 'search'],
    help: 'list the triggers and where they stand',
    options: WHICH.filter(({ long }) => long !== '--filter'),
    examples: ['trigger list -n company.team'],
    run: async (_, options: ListOptions) => (await import('./commands/trigger.ts')).triggerList(options),
  },
  {
    usage: 'search-for-flow <namespace> <flow>',
    help: 'list the triggers of a flow',
    isHidden: true,
    run: async ([namespace = '', flow = ''], options) =>
      (await import('./commands/trigger.ts')).triggerList({ ...options, namespace, flow }),
  },
  {
    usage: `why ${NAMES}`,
    help: 'say why the trigger started nothing, the latest reason first',
    examples: ['trigger why company.team.greet daily'],
    run: async (args, options) => (await import('./commands/trigger.ts')).triggerWhy(args, options),
  },
  {
    usage: `missed ${NAMES}`,
    help: 'list the dates that a schedule missed since it was switched off',
    examples: ['trigger missed company.team.greet daily'],
    run: async (args, options) => (await import('./commands/trigger.ts')).triggerMissed(args, options),
  },
  {
    usage: 'export',
    aliases: ['export-csv'],
    help: 'write the triggers that a search finds as CSV',
    options: [...WHICH, option('--output-file <file>', 'into this file')],
    run: async (_, options: TriggerQueryOptions) => (await import('./commands/trigger-bulk.ts')).triggerExport(options),
  },
]

const SWITCH_HELP = {
  enable: 'switch the trigger on: NAMESPACE.FLOW TRIGGER, or NAMESPACE FLOW TRIGGER',
  disable: 'switch the trigger off',
  unlock: 'let the trigger no longer wait for the execution that it started',
  restart: 'give up what the trigger is at and let it begin anew',
} as const

const SWITCHES: readonly CommandSpec[] = [
  ...(['enable', 'disable', 'unlock', 'restart'] as const).map((verb): CommandSpec => ({
    usage: `${verb} ${NAMES}`,
    help: SWITCH_HELP[verb],
    ...(verb === 'enable' && {
      options: [MISSED],
      examples: ['trigger enable company.team.greet daily --missed last'],
    }),
    run: async (args, options) => (await import('./commands/trigger.ts')).triggerSwitch(verb, args, options),
  })),
  {
    usage: `update ${NAMES}`,
    help: 'switch the trigger off with --disabled, on without',
    options: [option('--disabled [yes]', 'off')],
    isHidden: true,
    run: async (args, options: GlobalOptions & { readonly disabled?: string | true }) =>
      (await import('./commands/trigger.ts')).triggerSwitch(
        options.disabled === true || options.disabled === 'true' ? 'disable' : 'enable',
        args,
        options,
      ),
  },
  {
    usage: `delete ${NAMES}`,
    aliases: ['rm'],
    help: 'forget where the trigger stands: it goes on as a new one',
    options: [silent('-y, --yes')],
    run: async (args, options) => (await import('./commands/trigger-bulk.ts')).triggerDelete(args, options),
  },
]

const START = [
  option('--start <moment>', 'from this moment on, e.g. 2031-04-05T06:07:08Z').makeOptionMandatory(),
  option('--end <moment>', 'up to this moment; now unless told'),
  several('-i, --input <name=value>', 'an input of its executions'),
  several('--label <name=value>', 'a label of its executions'),
]

const CREATE: CommandSpec = {
  usage: `create ${NAMES}`,
  help: 'begin a backfill',
  options: START,
  examples: ['trigger backfill create company.team.greet daily --start 2031-01-01T00:00:00Z'],
  run: async (args, options: BackfillOptions) => (await import('./commands/trigger.ts')).backfillCreate(args, options),
}

const BACKFILL_HELP: Readonly<Record<BackfillVerb, string>> = {
  pause: 'pause a backfill; it keeps its position',
  resume: 'let a paused backfill go on',
  delete: 'end a backfill: the schedule goes on where it stood',
}

const BACKFILLS: readonly CommandSpec[] = [
  CREATE,
  ...(['pause', 'resume', 'delete'] as const).map(verb => backfillCommand(verb, verb)),
]

const KESTRACTL: readonly CommandSpec[] = [
  { ...CREATE, usage: `create-backfill ${NAMES}`, isHidden: true },
  ...(['pause', 'resume', 'delete'] as const).map(verb => ({
    ...backfillCommand(verb, `backfill-${verb === 'resume' ? 'unpause' : verb}`),
    isHidden: true,
  })),
]

function backfillCommand(verb: BackfillVerb, name: string): CommandSpec {
  return {
    usage: `${name} ${NAMES}`,
    help: BACKFILL_HELP[verb],
    run: async (args, options) => (await import('./commands/trigger.ts')).backfillDo(verb, args, options),
  }
}

const BULK: Readonly<Record<TriggerVerb, string>> = {
  enable: 'switch triggers on',
  disable: 'switch triggers off',
  unlock: 'unlock the locked ones',
  delete: 'forget where triggers stand',
  'pause-backfill': 'pause their backfills',
  'unpause-backfill': 'let their paused backfills go on',
  'delete-backfill': 'end their backfills',
}

function bulkCommands(): readonly CommandSpec[] {
  const verbs: readonly TriggerVerb[] = [
    'enable',
    'disable',
    'unlock',
    'delete',
    'pause-backfill',
    'unpause-backfill',
    'delete-backfill',
  ]
  return verbs.flatMap((verb): readonly CommandSpec[] => [
    {
      usage: `${verb}-by-ids <trigger...>`,
      help: `${BULK[verb]}: NAMESPACE/FLOW/TRIGGER each`,
      ...(verb === 'enable' && { options: [MISSED] }),
      run: async (args, options) => (await import('./commands/trigger-bulk.ts')).triggerBulk(verb, args, options),
    },
    {
      usage: `${verb}-by-query`,
      help: `${BULK[verb]} that a search finds`,
      options: [
        ...WHICH,
        ...(verb === 'enable' ? [MISSED] : []),
        option('--all', 'all of them, without narrowing'),
        silent('-y, --yes'),
      ],
      run: async (_, options: TriggerQueryOptions) =>
        (await import('./commands/trigger-bulk.ts')).triggerByQuery(verb, options),
    },
  ])
}
