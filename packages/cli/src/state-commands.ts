// The commands about what namespaces keep: what is said about them, keys, secrets, files.
import type { Command } from 'commander'
import { addCommands, option, several, silent, type CommandSpec, type Done } from './command-spec.ts'
import type { KvListOptions, KvSetOptions } from './commands/kv.ts'
import type { NamespaceSaveOptions } from './commands/namespace.ts'
import type { SecretSetOptions } from './commands/secret.ts'
import { addFiles } from './file-commands.ts'
import { addLimits } from './limit-commands.ts'
import { addPolicies } from './policy-commands.ts'
import type { GlobalOptions } from './global-options.ts'
import { PAGING } from './query-filters.ts'

export function addState(program: Command, done: Done): void {
  const namespace = program
    .command('namespace')
    .alias('namespaces')
    .description('what is said about a namespace, and what it keeps')
  addCommands(namespace, [...NAMESPACES, ...DEFAULTS], done)
  addCommands(program.command('kv').description('the keys of a namespace'), KEYS, done)
  addCommands(program.command('secret').alias('secrets').description('what a namespace keeps secret'), SECRETS, done)
  addCommands(namespace.command('kv').description('the keys of a namespace'), [UPDATE_KEY], done)
  addFiles(program, namespace, done)
  addLimits(program, done)
  addPolicies(program, done)
}

const QUERY = option('-q, --query <text>', 'whose name holds the text')
const OUTPUT_FILE = option('--output-file <file>', 'into this file')
const YES = silent('-y, --yes')

const NAMESPACES: readonly CommandSpec[] = [
  {
    usage: 'list [text]',
    aliases: ['ls', 'search'],
    help: 'list the namespaces',
    options: [QUERY, option('--existing', 'only those about which something is said'), ...PAGING],
    run: async (args, options) => (await import('./commands/namespace.ts')).namespaceList(args, options),
  },
  {
    usage: 'autocomplete [text]',
    help: 'list the names that hold a text',
    options: [QUERY],
    isHidden: true,
    run: async (args, options) => (await import('./commands/namespace.ts')).namespaceNames(args, options),
  },
  {
    usage: 'get <namespace>',
    aliases: ['show', 'describe'],
    help: 'show what is said about a namespace',
    run: async (args, options) => (await import('./commands/namespace.ts')).namespaceGet(args, options),
  },
  ...(['create', 'update'] as const).map((verb): CommandSpec => ({
    usage: `${verb} <namespace>`,
    help: verb === 'create' ? 'say something about a namespace' : 'change what is said; the rest stays',
    options: [
      option('--description <text>', 'what it is for'),
      several('--variable <name=value>', 'a variable for its flows; several times; replaces all that were there'),
      option('--variables-file <file>', 'the same as a map in YAML or JSON'),
    ],
    examples: [`namespace ${verb} company.team --variable region=eu`],
    run: async (args, options: NamespaceSaveOptions) =>
      (await import('./commands/namespace.ts')).namespaceSave(verb, args, options),
  })),
  {
    usage: 'delete <namespace>',
    aliases: ['rm'],
    help: 'forget what is said about a namespace; its flows stay',
    options: [YES],
    run: async (args, options) => (await import('./commands/namespace.ts')).namespaceDelete(args, options),
  },
  {
    usage: 'dependencies <namespace>',
    help: 'list how the flows of a namespace start one another',
    options: [
      option('--destination-only', 'only those that they start'),
      option('--expand-all', 'and what those start'),
    ],
    run: async (args, options) => (await import('./commands/flow-get.ts')).namespaceDependencies(args, options),
  },
]

const DEFAULTS: readonly CommandSpec[] = [
  {
    usage: 'inherited-variables <namespace>',
    help: 'show the variables that it has from those above it',
    run: async (args, options) => (await import('./commands/namespace.ts')).inheritedVariables(args, options),
  },
  {
    usage: 'inherited-secrets <namespace>',
    help: 'list the names of the secrets that it may read',
    run: async (args, options) => (await import('./commands/secret.ts')).secretList(args, options),
  },
  {
    usage: 'plugin-defaults <namespace>',
    aliases: ['export-plugin-defaults'],
    help: 'print its plugin defaults, or write them to a file',
    options: [OUTPUT_FILE],
    run: async (args, options) => (await import('./commands/namespace.ts')).pluginDefaults(args, options),
  },
  {
    usage: 'import-plugin-defaults <namespace> [file]',
    help: 'replace its plugin defaults by those of a file',
    run: async (args, options) => (await import('./commands/namespace.ts')).importPluginDefaults(args, options),
  },
]

const TTL = [option('-e, --ttl <duration>', 'how long the key lives, e.g. P30D'), silent('--expiration <duration>')]
const TYPE = option('-t, --type <type>', 'STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION or JSON')
const DESCRIPTION = option('--description <text>', 'what the key is for')

type SetOptions = KvSetOptions & { readonly expiration?: string; readonly fileValue?: boolean | string }

async function setKey(args: readonly string[], given: SetOptions): ReturnType<CommandSpec['run']> {
  const { expiration, fileValue, ...options } = given
  return (await import('./commands/kv.ts')).kvSet(args, {
    ...options,
    ...(expiration !== undefined && { ttl: expiration }),
    ...(fileValue !== undefined && { file: fileValue }),
  })
}

const UPDATE_KEY: CommandSpec = {
  usage: 'update <namespace> <key> [value]',
  help: 'set a value; JSON keeps its type, anything else is a text',
  options: [TYPE, ...TTL, DESCRIPTION, option('-f, --file-value <file>', 'the value is what this file holds')],
  run: async (args, options: SetOptions) => setKey(args, options),
}

const KEYS: readonly CommandSpec[] = [
  {
    usage: 'list [namespace]',
    aliases: ['ls'],
    help: 'list the keys of a namespace, or of all',
    options: [option('--inherited', 'also those of the namespaces above')],
    run: async (args, options: KvListOptions) => (await import('./commands/kv.ts')).kvList(args, options),
  },
  {
    usage: 'list-inherited <namespace>',
    help: 'list the keys with those of the namespaces above',
    isHidden: true,
    run: async (args, options) => (await import('./commands/kv.ts')).kvList(args, { ...options, inherited: true }),
  },
  {
    usage: 'get <namespace> <key>',
    help: 'print a value',
    run: async ([namespace = '', key = ''], options) =>
      (await import('./commands/kv.ts')).kvGet(namespace, key, options),
  },
  {
    usage: 'set <namespace> <key> <value> [typed]',
    help: 'set a value; JSON keeps its type, anything else is a text. NAMESPACE TYPE KEY VALUE as well',
    options: [
      TYPE,
      ...TTL,
      DESCRIPTION,
      option('-f, --file', 'VALUE is a file that holds the value'),
      silent('--file-value'),
    ],
    examples: ['kv set company.team retries 3', 'kv set company.team DURATION pause PT1H --ttl P7D'],
    run: async (args, options: SetOptions) => setKey(args, options),
  },
  {
    usage: 'update <namespace> <key> <value> [typed]',
    help: 'the same for a key that is there',
    options: [TYPE, ...TTL, DESCRIPTION],
    isHidden: true,
    run: async (args, options: SetOptions) => setKey(args, { ...options, isThere: true }),
  },
  {
    usage: 'delete <namespace> <key...>',
    aliases: ['rm'],
    help: 'delete keys',
    options: [YES],
    run: async ([namespace = '', ...keys], options) =>
      (await import('./commands/kv.ts')).kvDelete(namespace, keys, options),
  },
  {
    usage: 'delete-all <namespace>',
    help: 'delete all keys of a namespace',
    options: [YES],
    run: async (args, options) => (await import('./commands/kv.ts')).kvDeleteAll(args, options),
  },
]

const SET_SECRET: CommandSpec = {
  usage: 'set <namespace> <name> [file]',
  aliases: ['create', 'update'],
  help: 'keep a secret; it is read from the file, or from the standard input',
  options: [
    option('--description <text>', 'what it is for'),
    option('--value <text>', 'the secret itself, in sight of every process of this machine'),
  ],
  examples: ['secret set company.team API_KEY < key.txt'],
  run: async ([namespace = '', key = '', file = '-'], options: SecretSetOptions) =>
    (await import('./commands/secret.ts')).secretSet({ namespace, key, file }, options),
}

const SECRETS: readonly CommandSpec[] = [
  {
    usage: 'list [namespace]',
    aliases: ['ls'],
    help: 'list the names of the secrets that a namespace may read, or of all',
    run: async (args, options) => (await import('./commands/secret.ts')).secretList(args, options),
  },
  SET_SECRET,
  {
    usage: 'delete <namespace> <name>',
    aliases: ['rm'],
    help: 'delete a secret',
    options: [YES],
    run: async ([namespace = '', key = ''], options: GlobalOptions) =>
      (await import('./commands/secret.ts')).secretDelete(namespace, key, options),
  },
  {
    usage: 'rotate-key',
    help: 'encrypt all secrets again with new keys, while the server works',
    run: async (_, options) => (await import('./commands/secret.ts')).secretRotateKey(options),
  },
]
