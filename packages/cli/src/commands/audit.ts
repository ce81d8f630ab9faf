// batuta audit …: who did what.
import { writeFile } from 'node:fs/promises'
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { findAccount } from '../find-named.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printTable, remark } from '../print.ts'

export interface AuditOptions extends GlobalOptions {
  readonly query?: string
  readonly namespace?: string
  readonly resource?: string
  readonly type?: string
  readonly by?: string
  readonly from?: string
  readonly to?: string
  readonly size?: string
}

export async function auditSearch(options: AuditOptions): Promise<ExitCode> {
  const query = { ...(await queryOf(options)), size: Number(options.size ?? '50') }
  const { results, total } = await connect(options).auditLogs.search({ query })
  if (options.json) printJson(results)
  else {
    printTable(
      ['DATE', 'WHO', 'WHAT', 'ITEM', 'NAMESPACE', 'OUTCOME', 'FROM'],
      results.map(({ auditLog, user }) => [
        auditLog.date.slice(0, 19).replace('T', ' '),
        user?.username ?? '',
        `${textOf(auditLog.detail['resource'])}:${auditLog.type}`,
        textOf(auditLog.detail['id']),
        textOf(auditLog.detail['namespace']),
        textOf(auditLog.detail['outcome']),
        auditLog.ipAddress ?? '',
      ]),
    )
    if (total > results.length) remark(`${results.length} of ${total}`)
  }
  return EXIT.ok
}

export async function auditExport([file]: readonly string[], options: AuditOptions): Promise<ExitCode> {
  const text = await connect(options).auditLogs.export({ query: await queryOf(options) })
  if (file === undefined) process.stdout.write(text)
  else await writeFile(file, text)
  return EXIT.ok
}

type Query = NonNullable<NonNullable<Parameters<Client['auditLogs']['export']>[0]>['query']>

async function queryOf(options: AuditOptions): Promise<Query> {
  const { query: q, namespace, resource, type, by, from, to } = options
  const userId = by === undefined ? undefined : (await findAccount(connect(options), by)).id
  return {
    ...(q === undefined ? {} : { q }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(resource === undefined ? {} : { resources: [resource.toUpperCase()] }),
    ...(type === undefined ? {} : { type: type.toUpperCase() }),
    ...(userId === undefined ? {} : { userId }),
    ...(from === undefined ? {} : { startDate: from }),
    ...(to === undefined ? {} : { endDate: to }),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
