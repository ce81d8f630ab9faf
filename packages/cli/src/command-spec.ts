// A command as data: its line, its options, what it does. The implementation is imported when it runs, so that no command pays for another.
import { Option, type Command } from 'commander'
import type { ExitCode } from './exit-code.ts'
import { collect } from './collect.ts'
import type { GlobalOptions } from './global-options.ts'

export type Done = (exitCode: ExitCode) => void

export interface CommandSpec {
  /** Name and arguments: `get <id>`. */
  readonly usage: string
  readonly help: string
  /** Further names, those of Kestra's command lines among them. */
  readonly aliases?: readonly string[]
  readonly options?: readonly Option[]
  /** Lines after the name of the program. */
  readonly examples?: readonly string[]
  /** What Kestra's command lines call something that has a better name here: it works and is not listed. */
  readonly isHidden?: boolean
  /** The arguments in their order, those of a list one by one. A method, so that a command may say which options it has beside the global ones. */
  run(args: readonly string[], options: GlobalOptions): Promise<ExitCode>
}

export function addCommands(group: Command, specs: readonly CommandSpec[], done: Done): void {
  for (const spec of specs) addCommand(group, spec, done)
}

export function option(flags: string, help: string, preset?: string): Option {
  const made = new Option(flags, help)
  return preset === undefined ? made : made.default(preset)
}

/** May be given several times. */
export function several(flags: string, help: string): Option {
  return new Option(flags, help).argParser(collect).default([], 'none')
}

/** Taken because Kestra's command lines have it. */
export function silent(flags: string): Option {
  return new Option(flags).hideHelp()
}

function addCommand(group: Command, spec: CommandSpec, done: Done): void {
  const { usage, help, aliases = [], options = [], examples = [], isHidden = false } = spec
  const command = group.command(usage, { hidden: isHidden }).aliases(aliases).description(help)
  for (const each of options) command.addOption(each)
  if (examples.length > 0)
    command.addHelpText('after', `\nExamples:\n${examples.map(line => `  batuta ${line}`).join('\n')}`)
  command.action(async (...given: unknown[]) => {
    const args = given.slice(0, command.registeredArguments.length).flat().filter(isText)
    done(await spec.run(args, command.optsWithGlobals<GlobalOptions>()))
  })
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
