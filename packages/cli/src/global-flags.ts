// The options that stand before or after any command. Each command gets them, so that they may stand anywhere; one that has an option of the
// same name keeps its own. What was not told comes from the environment, then from the context, then from the defaults.
import { Option, type Command } from 'commander'
import { collect } from './collect.ts'
import { findContext, type Context } from './contexts.ts'
import { CommandError, EXIT } from './exit-code.ts'
import { choosePrint, FORMATS, type Format } from './print.ts'

export const SERVER_DEFAULT = 'http://127.0.0.1:8080'
const TENANT_DEFAULT = 'main'
const HEADING = 'Global options:'

/** Told or not, each by the name of its attribute. */
type Told = Readonly<Partial<Record<string, unknown>>>

/** Only to the commands that are named: there are some hundred. */
export function addGlobalFlags(program: Command, args: readonly string[]): void {
  for (const command of commandsOn(program, args)) {
    const taken = new Set(command.options.flatMap(({ long, short }) => [long, short]))
    const isGroup = command !== program && command.commands.length > 0
    for (const flag of globalFlags(taken)) command.addOption(isGroup ? flag.hideHelp() : flag)
  }
}

/** Before a command runs: its options are those of all command lines above it, completed. */
export async function settleGlobals(program: Command, command: Command): Promise<void> {
  const told = toldBy(command)
  const format = formatOf(told)
  choosePrint({ format, isQuiet: told['quiet'] === true })
  const context = await findContext({ name: textOf(told['context']), file: textOf(told['contextsFile']) })
  const settled: Record<string, unknown> = {
    ...whereTo(told, context),
    ...whoAsks(told, context),
    json: format !== 'table',
    header: told['header'] ?? [],
    quiet: told['quiet'] === true,
    verbose: told['verbose'] === true,
  }
  for (const [name, value] of Object.entries(settled))
    if (value !== undefined) program.setOptionValueWithSource(name, value, 'config')
}

function globalFlags(taken: ReadonlySet<string | undefined>): readonly Option[] {
  return [
    flag('--server <url>', 'server to speak to (env: BATUTA_SERVER)'),
    flag('--host <url>', 'the same').hideHelp(),
    flag('--tenant <name>', 'tenant (env: BATUTA_TENANT)'),
    flag('--user <name:password>', 'who asks (env: BATUTA_USER and BATUTA_PASSWORD)'),
    flag('--username <name>', 'who asks').hideHelp(),
    flag('--password <password>', 'the password to it').hideHelp(),
    flag('-t, --api-token <token>', 'who asks, by a token (env: BATUTA_API_TOKEN)'),
    flag('--token <token>', 'the same').hideHelp(),
    flag('--context <name>', 'which of the servers of "batuta config" (env: BATUTA_CONTEXT)'),
    named('contextsFile', flag('--config <file>', 'where they are kept (env: BATUTA_CONTEXTS)')),
    named('header', flag('--header <name=value>', 'a header of each request; several times').argParser(collect)),
    named('header', flag('--headers <name=value>', 'the same').argParser(collect).hideHelp()),
    named('format', flag('-o, --output <format>', 'table, json or yaml (env: BATUTA_OUTPUT)')),
    flag('--json', 'print JSON'),
    flag('-q, --quiet', 'no remarks and no progress'),
    flag('-v, --verbose', 'tell each request and how it was answered'),
    // Of the Java program: how it logs, and where its plugins lie.
    flag('-l, --log-level <level>', '').hideHelp(),
    flag('--internal-log', '').hideHelp(),
    flag('-p, --plugins <dir>', '').hideHelp(),
  ]
    .filter(({ long }) => !taken.has(long))
    .map(each => (taken.has(each.short) ? withoutShort(each) : each))
}

function flag(flags: string, help: string): Option {
  return new Option(flags, help).helpGroup(HEADING)
}

/** Where a command has an option of the same name, they must not be taken for one another. */
function named(attribute: string, flag: Option): Option {
  flag.attributeName = () => attribute
  return flag
}

function withoutShort(flag: Option): Option {
  flag.flags = flag.flags.replace(/^-\w, /, '')
  delete flag.short
  return flag
}

function commandsOn(program: Command, args: readonly string[]): readonly Command[] {
  const valued = new Set(ALL.filter(({ required }) => required).flatMap(({ long, short }) => [long, short]))
  const found = [program]
  let isValue = false
  for (const word of args) {
    const below = isValue ? undefined : found.at(-1)?.commands.find(each => isNamed(each, word))
    if (below !== undefined) found.push(below)
    isValue = !isValue && valued.has(word)
  }
  return found
}

function isNamed(command: Command, word: string): boolean {
  return command.name() === word || command.aliases().includes(word)
}

const ALL: readonly Option[] = globalFlags(new Set())
const ATTRIBUTES: ReadonlySet<string> = new Set(ALL.map(each => each.attributeName()))

/** The innermost wins. */
function toldBy(command: Command): Told {
  const chain: Command[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) chain.unshift(at)
  const told: Record<string, unknown> = {}
  for (const each of chain)
    for (const own of each.options) {
      const name = own.attributeName()
      if (ATTRIBUTES.has(name) && each.getOptionValueSource(name) === 'cli') told[name] = each.getOptionValue(name)
    }
  return told
}

function formatOf(told: Told): Format {
  if (told['json'] === true) return 'json'
  const text = textOf(told['format']) ?? fromEnvironment('BATUTA_OUTPUT', 'KESTRACTL_OUTPUT') ?? 'table'
  const format = FORMATS.find(name => name === text.toLowerCase())
  if (format !== undefined) return format
  throw new CommandError(EXIT.usage, `"${text}" is no format: it is one of ${FORMATS.join(', ')}`)
}

function whereTo(told: Told, context: Context | undefined): Told {
  return {
    server:
      textOf(told['server']) ??
      textOf(told['host']) ??
      fromEnvironment('BATUTA_SERVER', 'KESTRACTL_HOST') ??
      context?.host ??
      SERVER_DEFAULT,
    tenant:
      textOf(told['tenant']) ??
      fromEnvironment('BATUTA_TENANT', 'KESTRACTL_TENANT') ??
      context?.tenant ??
      TENANT_DEFAULT,
  }
}

/** Whoever is named nearest asks: a password of the context does not go with a name of the command line. */
function whoAsks(told: Told, context: Context | undefined): Told {
  const token = textOf(told['apiToken']) ?? textOf(told['token'])
  const user = textOf(told['user']) ?? pairOf(textOf(told['username']), textOf(told['password']))
  if (token !== undefined && user !== undefined)
    throw new CommandError(EXIT.usage, 'a token and a user were given: say which of them asks')
  if (token !== undefined || user !== undefined) return { apiToken: token, user }
  const apiToken = fromEnvironment('BATUTA_API_TOKEN', 'KESTRACTL_TOKEN')
  if (apiToken !== undefined) return { apiToken }
  const known =
    pairOf(fromEnvironment('BATUTA_USER'), fromEnvironment('BATUTA_PASSWORD')) ??
    pairOf(fromEnvironment('KESTRACTL_USERNAME'), fromEnvironment('KESTRACTL_PASSWORD'))
  if (known !== undefined) return { user: known }
  return { apiToken: context?.token, user: pairOf(context?.username, context?.password) }
}

function pairOf(name: string | undefined, password: string | undefined): string | undefined {
  return name === undefined || password === undefined ? undefined : `${name}:${password}`
}

/** The first that says something. */
function fromEnvironment(...names: readonly string[]): string | undefined {
  return names.map(name => process.env[name]).find(value => value !== undefined && value !== '')
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
