// Which database: a file of its own unless the configuration names a PostgreSQL, in Batuta's words or in those that users of Kestra have.
import { BatutaError } from '@batuta/core'

export type Database =
  { readonly type: 'sqlite' } | { readonly type: 'postgres'; readonly url: string; readonly poolMax: number }

export interface DatabaseWords {
  /** `postgres://user:password@host:port/database` */
  readonly url: string | undefined
  /** `kestra.repository.type` and `kestra.queue.type` */
  readonly repositoryType: string | undefined
  readonly jdbcUrl: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly poolMax: number
}

export function readDatabase({ url, repositoryType, jdbcUrl, username, password, poolMax }: DatabaseWords): Database {
  if (url !== undefined) return { type: 'postgres', url: checkUrl(url), poolMax }
  if (repositoryType === undefined || repositoryType === 'sqlite') return { type: 'sqlite' }
  if (repositoryType !== 'postgres') {
    throw new BatutaError(
      'config-invalid',
      `The repository type "${repositoryType}" is not one that Batuta stores in: use "postgres" with datasources.postgres.url, or leave it out for SQLite.`,
    )
  }
  if (jdbcUrl === undefined) {
    throw new BatutaError(
      'config-invalid',
      'kestra.repository.type is "postgres", but datasources.postgres.url is missing: give the JDBC URL of the database.',
    )
  }
  return { type: 'postgres', url: fromJdbc(jdbcUrl, { username, password }), poolMax }
}

/** `jdbc:postgresql://host:port/database?…` with user and password beside it. */
function fromJdbc(
  jdbcUrl: string,
  { username, password }: { readonly username: string | undefined; readonly password: string | undefined },
): string {
  if (!jdbcUrl.startsWith('jdbc:postgresql:')) {
    throw new BatutaError(
      'config-invalid',
      `The datasource URL "${withoutSecrets(jdbcUrl)}" is no PostgreSQL: it must begin with "jdbc:postgresql://".`,
    )
  }
  const url = new URL(checkUrl(jdbcUrl.slice('jdbc:'.length)))
  if (username !== undefined) url.username = encodeURIComponent(username)
  if (password !== undefined) url.password = encodeURIComponent(password)
  return url.href
}

function checkUrl(url: string): string {
  if (URL.canParse(url) && /^postgres(ql)?:\/\//.test(url)) return url
  throw new BatutaError(
    'config-invalid',
    `The database URL "${withoutSecrets(url)}" cannot be read: write postgres://user:password@host:port/database.`,
  )
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@').replace(/password=[^&]*/i, 'password=…')
}
