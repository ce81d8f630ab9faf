// A session of Snowflake, by the protocol that its drivers speak: log in, ask, poll while it takes long, fetch the rest of the rows in pieces. Kept
// small on purpose: the vendor's client brings 180 packages.
import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { isList, isMap, mapGet, messageOf, plainText, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value, ValueMap } from '@batuta/plugin-sdk'
import {
  askJson,
  decodeRows,
  httpRefusal,
  listIn,
  mapIn,
  openHttp,
  pause,
  textIn,
  TransientError,
  tryJson,
} from '@batuta/sql-kit'
import type { HttpSession } from '@batuta/sql-kit'

export interface SnowflakeTarget {
  readonly origin: string
  readonly account: string
  readonly user: string
  readonly password?: string
  readonly token?: string
  readonly privateKey?: string
  readonly privateKeyPassword?: string
  readonly authenticator?: string
  readonly database?: string
  readonly schema?: string
  readonly warehouse?: string
  readonly role?: string
  readonly queryTag?: string
}

export const TITLE = 'Snowflake'
/** Rows come as JSON to this kind of client. */
const APPLICATION = { CLIENT_APP_ID: 'JavaScript', CLIENT_APP_VERSION: '2.3.0' }
const IN_PROGRESS: ReadonlySet<string> = new Set(['333333', '333334'])
const POLL_MS = 100
/** Pieces are some megabytes; larger than this is no text of JavaScript either. */
const CHUNK_BYTES_MAX = 512 * 2 ** 20 - 1024
const SESSION_GONE: ReadonlySet<string> = new Set(['390112', '390114', '390195'])

export interface SnowflakeColumn {
  readonly name: string
  readonly type: string
  readonly scale: number
}

export interface SnowflakeResult {
  readonly columns: readonly SnowflakeColumn[]
  /** Of the kind of the statement; 0x1000 and above are those that give no rows of their own. */
  readonly kind: number
  readonly rows: readonly (readonly Value[])[]
  readonly chunks: readonly Chunk[]
  readonly chunkHeaders: Readonly<Record<string, string>>
}

interface Chunk {
  readonly url: string
}

export interface Binding {
  readonly type: string
  readonly value: string | null
}

export class SnowflakeClient {
  readonly #ctx: RunContext
  readonly #session: HttpSession
  readonly #token: string
  #sequence = 0

  private constructor(ctx: RunContext, session: HttpSession, token: string) {
    this.#ctx = ctx
    this.#session = session
    this.#token = token
  }

  static async open(ctx: RunContext, target: SnowflakeTarget): Promise<SnowflakeClient> {
    const session = await openHttp(ctx, { title: TITLE, origin: target.origin })
    try {
      return new SnowflakeClient(ctx, session, await logIn(session, target))
    } catch (error) {
      await session.close()
      throw error
    }
  }

  async run(sql: string, bindings: readonly Binding[]): Promise<SnowflakeResult> {
    const id = randomUUID()
    const stop = (): void => void this.#giveUp(id, sql)
    this.#ctx.signal.addEventListener('abort', stop, { once: true })
    try {
      const bound = Object.fromEntries(bindings.map((binding, at) => [String(at + 1), binding]))
      const body = {
        sqlText: sql,
        asyncExec: false,
        sequenceId: ++this.#sequence,
        ...(bindings.length === 0 ? {} : { bindings: bound }),
      }
      let answer = await this.#ask(`/queries/v1/query-request?requestId=${id}`, body)
      while (IN_PROGRESS.has(textIn(answer, 'code') ?? '')) {
        await pause(POLL_MS, this.#ctx.signal)
        answer = await this.#ask(textIn(mapIn(answer, 'data') ?? {}, 'getResultUrl') ?? '', undefined)
      }
      return resultOf(expectSuccess(answer))
    } finally {
      this.#ctx.signal.removeEventListener('abort', stop)
    }
  }

  /** A piece is a list without its brackets, and mostly packed. */
  async fetchChunk({ url }: Chunk, headers: Readonly<Record<string, string>>): Promise<readonly (readonly Value[])[]> {
    const answer = await this.#session.ask({ method: 'GET', path: url, headers: { ...headers } })
    const parts: Uint8Array[] = []
    for await (const part of answer.bytes()) parts.push(part)
    const bytes = Buffer.concat(parts)
    if (answer.status !== 200) throw httpRefusal(this.#session, answer.status, bytes.toString('utf8').slice(0, 300))
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b
    return decodeRows(
      TITLE,
      `[${(isPacked ? gunzipSync(bytes, { maxOutputLength: CHUNK_BYTES_MAX }) : bytes).toString('utf8')}]`,
    )
  }

  async close(): Promise<void> {
    try {
      await this.#ask('/session?delete=true', {})
    } catch {
      // The session ends by itself, some hours later.
    } finally {
      await this.#session.close()
    }
  }

  async #giveUp(id: string, sql: string): Promise<void> {
    const { egress } = this.#ctx
    const other = await openHttp({ egress, signal: AbortSignal.timeout(5_000) }, this.#session.place)
    try {
      await new SnowflakeClient(this.#ctx, other, this.#token).#ask('/queries/v1/abort-request', {
        requestId: id,
        sqlText: sql,
      })
    } catch {
      // Nobody waits for this.
    } finally {
      await other.close()
    }
  }

  #ask(path: string, body: unknown): Promise<ValueMap> {
    const headers = { authorization: `Snowflake Token="${this.#token}"`, accept: 'application/snowflake' }
    return body === undefined
      ? askJson(this.#session, { method: 'GET', path, headers }, saidOf)
      : askJson(this.#session, { method: 'POST', path, headers, body: JSON.stringify(body) }, saidOf)
  }
}

function saidOf(text: string): string | undefined {
  return textIn(tryJson(text) ?? {}, 'message')
}

async function logIn(session: HttpSession, target: SnowflakeTarget): Promise<string> {
  const { account, user, database, schema, warehouse, role, queryTag } = target
  const query = new URLSearchParams({
    requestId: randomUUID(),
    ...(database === undefined ? {} : { databaseName: database }),
    ...(schema === undefined ? {} : { schemaName: schema }),
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(role === undefined ? {} : { roleName: role }),
  })
  const data = {
    ...APPLICATION,
    ACCOUNT_NAME: account,
    LOGIN_NAME: user,
    ...proofOf(target),
    CLIENT_ENVIRONMENT: { APPLICATION: 'Batuta' },
    SESSION_PARAMETERS: {
      NODEJS_QUERY_RESULT_FORMAT: 'JSON',
      ...(queryTag === undefined ? {} : { QUERY_TAG: queryTag }),
    },
  }
  const path = `/session/v1/login-request?${query.toString()}`
  const answer = await askJson(session, { method: 'POST', path, body: JSON.stringify({ data }) }, saidOf)
  if (mapGet(answer, 'success') !== true) {
    const code = textIn(answer, 'code')
    throw new TaskError(
      `${TITLE} does not let "${user}" in: ${textIn(answer, 'message') ?? 'it does not say why'}${code === undefined ? '' : ` (${code})`}; check the account in ` +
        'the URL, `username`, and `password` or `privateKey`',
    )
  }
  const token = textIn(mapIn(answer, 'data') ?? {}, 'token')
  if (token === undefined) throw new TaskError(`${TITLE} lets "${user}" in and gives no token`)
  return token
}

function proofOf(target: SnowflakeTarget): Record<string, string> {
  const { privateKey, token, password, authenticator } = target
  if (privateKey !== undefined) return { AUTHENTICATOR: 'SNOWFLAKE_JWT', TOKEN: keyToken(target, privateKey) }
  if (token !== undefined) return { AUTHENTICATOR: authenticator?.toUpperCase() ?? 'OAUTH', TOKEN: token }
  if (password === undefined) throw new TaskError('set `password` or `privateKey`: without either nobody is let in')
  return { PASSWORD: password }
}

const TOKEN_SECONDS = 60

/** Signed by the key of the user; the account goes without its region. */
export function keyToken({ account, user, privateKeyPassword }: SnowflakeTarget, written: string): string {
  const key = readKey(written, privateKeyPassword)
  const print = createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest('base64')
  const name = `${account.split('.')[0]?.toUpperCase()}.${user.toUpperCase()}`
  const now = Math.floor((performance.timeOrigin + performance.now()) / 1000)
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: `${name}.SHA256:${print}`, sub: name, iat: now, exp: now + TOKEN_SECONDS }
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

/** PEM, with or without its first and last line. */
function readKey(written: string, passphrase: string | undefined): ReturnType<typeof createPrivateKey> {
  const kind = passphrase === undefined ? 'PRIVATE KEY' : 'ENCRYPTED PRIVATE KEY'
  const body = written.trim()
  const pem = body.includes('-----BEGIN')
    ? body
    : `-----BEGIN ${kind}-----\n${body.replace(/\s+/g, '').replace(/(.{64})/g, '$1\n')}\n-----END ${kind}-----\n`
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (cause) {
    throw new TaskError(
      `property "privateKey" is no key that can be read: ${messageOf(cause)}; is \`privateKeyPassword\` right?`,
    )
  }
}

function expectSuccess(answer: ValueMap): ValueMap {
  const data = mapIn(answer, 'data') ?? {}
  if (mapGet(answer, 'success') === true) return data
  const code = textIn(answer, 'code') ?? textIn(data, 'errorCode') ?? ''
  const state = textIn(data, 'sqlState')
  const text = `${textIn(answer, 'message') ?? 'the statement failed'} (${code}${state === undefined ? '' : `, SQLSTATE ${state}`})`
  throw SESSION_GONE.has(code) ? new TransientError(text) : new TaskError(text)
}

function resultOf(data: ValueMap): SnowflakeResult {
  const headers = mapIn(data, 'chunkHeaders')
  const key = textIn(data, 'qrmk')
  return {
    columns: maps(listIn(data, 'rowtype')).map(column => ({
      name: textIn(column, 'name') ?? '',
      type: textIn(column, 'type') ?? 'text',
      scale: Number(textIn(column, 'scale') ?? 0),
    })),
    kind: Number(textIn(data, 'statementTypeId') ?? 0),
    rows: listIn(data, 'rowset').map(row => (isList(row) ? row : [])),
    chunks: maps(listIn(data, 'chunks')).map(chunk => ({ url: textIn(chunk, 'url') ?? '' })),
    chunkHeaders: headers === undefined ? keyHeaders(key) : textsOf(headers),
  }
}

function keyHeaders(key: string | undefined): Record<string, string> {
  if (key === undefined || key === '') return {}
  return {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key,
  }
}

function textsOf(map: ValueMap): Record<string, string> {
  const entries = map instanceof Map ? [...map] : Object.entries(map)
  return Object.fromEntries(entries.map(([key, value]: readonly [string, Value]) => [key, plainText(value)]))
}

function maps(values: readonly Value[]): readonly ValueMap[] {
  return values.filter(value => value !== null && isMap(value))
}
