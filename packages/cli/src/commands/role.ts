// batuta roles …: what may be done.
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { findRole } from '../find-named.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

export interface RoleOptions extends GlobalOptions {
  readonly permission?: readonly string[]
  readonly description?: string
  readonly default?: boolean
}

const SHOWN_MAX = 1_000

export async function roleList(options: GlobalOptions): Promise<ExitCode> {
  const { results } = await connect(options).roles.search({ query: { size: SHOWN_MAX } })
  if (options.json) printJson(results)
  else
    printTable(
      ['ID', 'ROLE', 'KIND', 'PERMISSIONS'],
      results.map(({ id, name, isManaged, isDefault, permissionCount = 0 }) => [
        id,
        name,
        [isManaged ? 'built in' : '', isDefault ? 'default' : ''].filter(Boolean).join(', '),
        String(permissionCount),
      ]),
    )
  return EXIT.ok
}

export async function roleGet([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const { id } = await findRole(client, name)
  const role = await client.roles.get({ params: { id } })
  if (options.json) printJson(role)
  else
    printTable(
      ['RESOURCE', 'ACTIONS'],
      Object.entries(role.permissions).map(([resource, actions]) => [resource, actions.join(', ')]),
    )
  return EXIT.ok
}

export async function roleCreate([name = '']: readonly string[], options: RoleOptions): Promise<ExitCode> {
  const { permission = [], description, default: isDefault } = options
  const role = await connect(options).roles.create({
    body: {
      name,
      permissions: permissionsOf(permission),
      ...(description === undefined ? {} : { description }),
      ...(isDefault === true ? { isDefault } : {}),
    },
  })
  if (options.json) printJson(role)
  else printLine(`${role.name} is there (${role.id})`)
  return EXIT.ok
}

export async function roleDelete([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const role = await findRole(client, name)
  await client.roles.delete({ params: { id: role.id } })
  if (!options.json) printLine(`${role.name} is deleted`)
  return EXIT.ok
}

/** Of `FLOW:READ,UPDATE`. */
export function permissionsOf(texts: readonly string[]): Record<string, string[]> {
  const permissions: Record<string, string[]> = {}
  for (const text of texts) {
    const [resource = '', actions = ''] = text.split(':')
    if (resource === '' || actions === '')
      throw new CommandError(EXIT.usage, `"${text}" is no permission: write RESOURCE:ACTION, such as FLOW:READ,UPDATE`)
    permissions[resource] = [...(permissions[resource] ?? []), ...actions.split(',')]
  }
  return permissions
}
