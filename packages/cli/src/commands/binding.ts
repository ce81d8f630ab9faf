// batuta bindings …: who has which role where.
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { findAccount, findGroup, findRole } from '../find-named.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

export interface BindingOptions extends GlobalOptions {
  readonly account?: string
  readonly group?: string
  readonly namespace?: string
  readonly deny?: boolean
}

const SHOWN_MAX = 1_000

export async function bindingList(options: BindingOptions): Promise<ExitCode> {
  const client = connect(options)
  const who = await whoIn(client, options)
  const { namespace } = options
  const { results } = await client.bindings.search({
    query: {
      size: SHOWN_MAX,
      ...(who ? { id: who.externalId } : {}),
      ...(namespace === undefined ? {} : { namespace }),
    },
  })
  if (options.json) printJson(results)
  else
    printTable(
      ['ID', 'WHO', 'ROLE', 'NAMESPACE'],
      results.map(({ id, user, group, role, namespace: where = '', isDeny }) => [
        id,
        user?.username ?? (group ? `group ${group.name}` : ''),
        isDeny === true ? `not ${role.name}` : role.name,
        where,
      ]),
    )
  return EXIT.ok
}

export async function bindingCreate([name = '']: readonly string[], options: BindingOptions): Promise<ExitCode> {
  const client = connect(options)
  const who = await whoIn(client, options)
  if (!who) throw new CommandError(EXIT.usage, 'who is to have the role? Name them with --account or --group')
  const role = await findRole(client, name)
  const { namespace, deny } = options
  const binding = await client.bindings.create({
    body: {
      ...who,
      roleId: role.id,
      ...(namespace === undefined ? {} : { namespaceId: namespace }),
      ...(deny === true ? { isDeny: true } : {}),
    },
  })
  if (options.json) printJson(binding)
  else printLine(binding.id)
  return EXIT.ok
}

export async function bindingDelete([id = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  await connect(options).bindings.delete({ params: { id } })
  if (!options.json) printLine(`${id} is deleted`)
  return EXIT.ok
}

async function whoIn(
  client: Client,
  { account, group }: BindingOptions,
): Promise<{ readonly type: 'USER' | 'GROUP'; readonly externalId: string } | undefined> {
  if (group !== undefined) return { type: 'GROUP', externalId: (await findGroup(client, group)).id }
  if (account !== undefined) return { type: 'USER', externalId: (await findAccount(client, account)).id }
  return undefined
}
