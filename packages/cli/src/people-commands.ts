// The commands about people: who there is, what they may do, and what they did. Each is data; its implementation is imported when it runs.
import { Option, type Command } from 'commander'
import { collect } from './collect.ts'
import type { AuditOptions } from './commands/audit.ts'
import type { BindingOptions } from './commands/binding.ts'
import type { RoleOptions } from './commands/role.ts'
import type { TokenOptions } from './commands/token.ts'
import type { UserOptions } from './commands/user.ts'
import type { ExitCode } from './exit-code.ts'
import type { GlobalOptions } from './global-options.ts'

interface PeopleCommand {
  /** Name and arguments: `delete <name>`. */
  readonly usage: string
  readonly help: string
  readonly options?: readonly Option[]
  run(args: readonly string[], options: GlobalOptions): Promise<ExitCode>
}

interface Group {
  readonly name: string
  readonly alias: string
  readonly help: string
  readonly commands: readonly PeopleCommand[]
}

export function addPeople(program: Command, done: (exitCode: ExitCode) => void): void {
  for (const { name, alias, help, commands } of GROUPS) {
    const group = program.command(name).alias(alias).description(help)
    for (const each of commands) addTo(group, each, done)
  }
}

function addTo(
  group: Command,
  { usage, help, options = [], run }: PeopleCommand,
  done: (code: ExitCode) => void,
): void {
  const command = group.command(usage).description(help)
  for (const option of options) command.addOption(option)
  command.action(async (...given: unknown[]) => {
    const args = given.slice(0, command.registeredArguments.length).flat()
    const texts = args.filter(arg => typeof arg === 'string')
    done(await run(texts, command.optsWithGlobals<GlobalOptions>()))
  })
}

function several(flags: string, help: string): Option {
  return new Option(flags, help).argParser(collect).default([], 'none')
}

const QUERY = new Option('-q, --query <text>', 'that hold the text')
const OF_USER = new Option('--of <user>', 'of this user or service account; your own unless said')

const USERS: readonly PeopleCommand[] = [
  {
    usage: 'list',
    help: 'list the users',
    options: [QUERY],
    run: async (_, options: UserOptions) => (await import('./commands/user.ts')).userList(options),
  },
  {
    usage: 'create <email>',
    help: 'make a user; without a password they come by a link (reset-link)',
    options: [
      new Option('--first-name <name>', 'first name'),
      new Option('--last-name <name>', 'last name'),
      new Option('--password-stdin', 'read the password from the standard input'),
      several('--group <name>', 'a group that they belong to; several times'),
      new Option('--super-admin', 'may do everything'),
    ],
    run: async (args, options: UserOptions) => (await import('./commands/user.ts')).userCreate(args, options),
  },
  {
    usage: 'delete <user>',
    help: 'delete a user with their tokens and bindings',
    run: async (args, options) => (await import('./commands/user.ts')).userDelete(args, options),
  },
  ...(['disable', 'enable'] as const).map((verb): PeopleCommand => ({
    usage: `${verb} <user>`,
    help: verb === 'disable' ? 'a disabled user is nobody: sessions end, tokens are refused' : 'the user is back',
    run: async (args, options) => (await import('./commands/user.ts')).userSwitch(verb, args, options),
  })),
  {
    usage: 'password <user>',
    help: 'set a password, read from the standard input; the sessions end',
    run: async (args, options) => (await import('./commands/user.ts')).userPassword(args, options),
  },
  {
    usage: 'reset-link <user>',
    help: 'print a link by which a user chooses a new password, within a day',
    run: async (args, options) => (await import('./commands/user.ts')).userResetLink(args, options),
  },
  {
    usage: 'unlock <user>',
    help: 'forget the wrong passwords that were tried',
    run: async (args, options) => (await import('./commands/user.ts')).userUnlock(args, options),
  },
  {
    usage: 'explain <user> <permission> [namespace]',
    help: 'tell whether a user may do something, such as FLOW:UPDATE, and by which role',
    run: async (args, options) => (await import('./commands/user.ts')).userExplain(args, options),
  },
]

const ACCOUNTS: readonly PeopleCommand[] = [
  {
    usage: 'list',
    help: 'list the service accounts',
    run: async (_, options) => (await import('./commands/user.ts')).accountList(options),
  },
  {
    usage: 'create <name>',
    help: 'make a user that is a program',
    options: [new Option('--description <text>', 'what it is for')],
    run: async (args, options: UserOptions) => (await import('./commands/user.ts')).accountCreate(args, options),
  },
  {
    usage: 'delete <name>',
    help: 'delete a service account with its tokens',
    run: async (args, options) => (await import('./commands/user.ts')).accountDelete(args, options),
  },
]

const TEAMS: readonly PeopleCommand[] = [
  {
    usage: 'list',
    help: 'list the groups',
    run: async (_, options) => (await import('./commands/group.ts')).groupList(options),
  },
  {
    usage: 'create <name>',
    help: 'make a group',
    options: [new Option('--description <text>', 'what it is for')],
    run: async (args, options: UserOptions) => (await import('./commands/group.ts')).groupCreate(args, options),
  },
  {
    usage: 'delete <name>',
    help: 'delete a group with its bindings',
    run: async (args, options) => (await import('./commands/group.ts')).groupDelete(args, options),
  },
  {
    usage: 'members <name>',
    help: 'list who belongs to a group',
    run: async (args, options) => (await import('./commands/group.ts')).groupMembers(args, options),
  },
  ...(['add', 'remove'] as const).map((verb): PeopleCommand => ({
    usage: `${verb} <name> <user...>`,
    help: verb === 'add' ? 'take users into a group' : 'take users out of a group',
    run: async (args, options) => (await import('./commands/group.ts')).groupChange(verb, args, options),
  })),
]

const ROLES: readonly PeopleCommand[] = [
  {
    usage: 'list',
    help: 'list the roles: those that come with the server, and your own',
    run: async (_, options) => (await import('./commands/role.ts')).roleList(options),
  },
  {
    usage: 'get <name>',
    help: 'print what a role allows',
    run: async (args, options) => (await import('./commands/role.ts')).roleGet(args, options),
  },
  {
    usage: 'create <name>',
    help: 'make a role of what you may do yourself',
    options: [
      several('-p, --permission <permission>', 'such as FLOW:READ,UPDATE; several times'),
      new Option('--description <text>', 'what it is for'),
      new Option('--default', 'whoever is new gets it'),
    ],
    run: async (args, options: RoleOptions) => (await import('./commands/role.ts')).roleCreate(args, options),
  },
  {
    usage: 'delete <name>',
    help: 'delete a role with its bindings',
    run: async (args, options) => (await import('./commands/role.ts')).roleDelete(args, options),
  },
]

const WHO = [
  new Option('--account <name>', 'a user or service account'),
  new Option('--group <name>', 'a group').conflicts('account'),
]
const IN_NAMESPACE = new Option('-n, --namespace <name>', 'there and below; everywhere unless said')

const BINDINGS: readonly PeopleCommand[] = [
  {
    usage: 'list',
    help: 'list who has which role where',
    options: [...WHO, IN_NAMESPACE],
    run: async (_, options: BindingOptions) => (await import('./commands/binding.ts')).bindingList(options),
  },
  {
    usage: 'create <role>',
    help: 'give a role that you have yourself there',
    options: [...WHO, IN_NAMESPACE, new Option('--deny', 'take away what the role has, whatever else gives it')],
    run: async (args, options: BindingOptions) => (await import('./commands/binding.ts')).bindingCreate(args, options),
  },
  {
    usage: 'delete <id>',
    help: 'take a role away',
    run: async (args, options) => (await import('./commands/binding.ts')).bindingDelete(args, options),
  },
]

const TOKENS: readonly PeopleCommand[] = [
  {
    usage: 'list',
    help: 'list tokens, without their secrets',
    options: [OF_USER],
    run: async (_, options: TokenOptions) => (await import('./commands/token.ts')).tokenList(options),
  },
  {
    usage: 'create <name>',
    help: 'make a token and print it, once',
    options: [
      OF_USER,
      new Option('--max-age <duration>', 'how long it lives, such as P30D; a year unless said'),
      several(
        '--scope <namespace[=permission]>',
        'what it is for, such as company.team=FLOW:READ,UPDATE; several times',
      ),
      new Option('--description <text>', 'what it is for'),
    ],
    run: async (args, options: TokenOptions) => (await import('./commands/token.ts')).tokenCreate(args, options),
  },
  {
    usage: 'delete <id>',
    help: 'revoke a token at once',
    options: [OF_USER],
    run: async (args, options: TokenOptions) => (await import('./commands/token.ts')).tokenDelete(args, options),
  },
]

const FOUND = [
  QUERY,
  IN_NAMESPACE,
  new Option('--resource <name>', 'such as FLOW'),
  new Option('--type <action>', 'such as UPDATE or LOGIN_FAILURE'),
  new Option('--by <user>', 'who did it'),
  new Option('--from <date>', 'since then'),
  new Option('--to <date>', 'until then'),
]

const AUDIT: readonly PeopleCommand[] = [
  {
    usage: 'search',
    help: 'list what was done, latest first',
    options: [...FOUND, new Option('--size <number>', 'so many').default('50')],
    run: async (_, options: AuditOptions) => (await import('./commands/audit.ts')).auditSearch(options),
  },
  {
    usage: 'export [file]',
    help: 'write it as CSV, to a file or the standard output',
    options: FOUND,
    run: async (args, options: AuditOptions) => (await import('./commands/audit.ts')).auditExport(args, options),
  },
]

const GROUPS: readonly Group[] = [
  { name: 'users', alias: 'user', help: 'who there is', commands: USERS },
  { name: 'service-accounts', alias: 'service-account', help: 'users that are programs', commands: ACCOUNTS },
  { name: 'groups', alias: 'group', help: 'users who have the same roles', commands: TEAMS },
  { name: 'roles', alias: 'role', help: 'what may be done', commands: ROLES },
  { name: 'bindings', alias: 'binding', help: 'who has which role where', commands: BINDINGS },
  { name: 'tokens', alias: 'token', help: 'tokens of the API', commands: TOKENS },
  { name: 'audit', alias: 'auditlogs', help: 'who did what', commands: AUDIT },
]
