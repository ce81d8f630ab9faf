// What Kestra's Java program does to look after its own stores. Some of it is done by other commands here, some need not be done at all; either
// way a script that calls it must not break for it.
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, remark } from '../print.ts'

export async function nothingToDo(because: string): Promise<ExitCode> {
  remark(`nothing to do: ${because}`)
  return EXIT.ok
}

export async function noTemplates(): Promise<ExitCode> {
  throw new CommandError(EXIT.refused, 'there are no templates here: Kestra dropped them, too', [
    'what several flows share is a flow of its own, called by a task of the type io.kestra.plugin.core.flow.Subflow',
  ])
}

/** What the server tells of its configuration. */
export async function configsProperties(options: GlobalOptions): Promise<ExitCode> {
  printJson(await connect(options).misc.configs())
  return EXIT.ok
}
