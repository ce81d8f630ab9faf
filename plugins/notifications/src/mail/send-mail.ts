// Sends one mail over a connection of its own, which passes the door for connections as every other does.
import { connect, isIP, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import {
  decodeValue,
  isList,
  isMap,
  mapGet,
  messageOf,
  printValue,
  TaskError,
  type LazyProperties,
  type RunContext,
  type Value,
} from '@batuta/plugin-sdk'
import type { mailProperties } from './mail-properties.ts'

export interface MailText {
  readonly subject: string | undefined
  readonly html: string | undefined
  readonly text: string | undefined
}

type MailProps = LazyProperties<typeof mailProperties>
type Strategy = 'SMTP' | 'SMTPS' | 'SMTP_TLS' | 'SMTP_OAUTH2'

const PORTS: Readonly<Record<Strategy, number>> = { SMTP: 25, SMTPS: 465, SMTP_TLS: 587, SMTP_OAUTH2: 587 }

export async function sendMail(ctx: RunContext, props: MailProps, { subject, html, text }: MailText): Promise<void> {
  const host = required(await props.host.render(), 'host')
  const from = required(await props.from.render(), 'from')
  const to = required(await props.to.render(), 'to')
  const attachments = [
    ...filesOf(ctx, await props.attachments.render(), 'attachments'),
    ...filesOf(ctx, await props.embeddedImages.render(), 'embeddedImages').map(file => ({
      ...file,
      cid: file.filename,
    })),
  ]
  const { createTransport } = await import('nodemailer')
  const place = await renderPlace(props, host)
  const settings = await transportSettings(props, place)
  let connection: Socket | undefined
  const abort = (): void => void connection?.destroy()
  ctx.signal.addEventListener('abort', abort)
  try {
    connection = await openSocket(ctx, place)
    const transport = createTransport({ ...settings, connection })
    const mail = { from, to, cc: await props.cc.render(), subject, html, text, attachments }
    const { accepted, rejected, response } = await transport.sendMail(mail)
    if (rejected.length > 0) ctx.logger.warn(`the server refused ${rejected.map(String).join(', ')}`)
    ctx.logger.info(`sent to ${accepted.length} of ${accepted.length + rejected.length}: ${response}`)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (error instanceof TaskError) throw error
    throw new TaskError(`the mail could not be sent by ${host}: ${messageOf(error)}${adviceOf(error)}`)
  } finally {
    ctx.signal.removeEventListener('abort', abort)
    connection?.destroy()
  }
}

function required(value: string | undefined, name: string): string {
  if (value !== undefined && value.trim() !== '') return value.trim()
  throw new TaskError(`property "${name}" is missing`)
}

function adviceOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EAUTH') return ' (check username and password)'
  const isTls = code === 'ETLS' || (code === 'ESOCKET' && /ssl|tls|certificate/i.test(messageOf(error)))
  return isTls ? ' (check transportStrategy and port; trustedHosts names servers with certificates of their own)' : ''
}

interface MailPlace extends Place {
  readonly strategy: Strategy
}

async function renderPlace(props: MailProps, host: string): Promise<MailPlace> {
  const strategy = await props.transportStrategy.render()
  const port = (await props.port.render()) ?? PORTS[strategy]
  return { host, port, timeoutMs: await props.sessionTimeout.render(), strategy }
}

/** All but the connection, which is ours: the library would look names up by itself. */
async function transportSettings(props: MailProps, { host, port, strategy, timeoutMs }: MailPlace) {
  const trusted = (await props.trustedHosts.render()) ?? []
  const checksName = await props.verifyServerIdentity.render()
  return {
    host,
    port,
    secure: strategy === 'SMTPS',
    requireTLS: strategy === 'SMTP_TLS' || strategy === 'SMTP_OAUTH2',
    ...(await authOf(props)),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    tls: {
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Encryption that is taken only where it is offered proves nothing about who offers it.
      rejectUnauthorized: strategy !== 'SMTP' && !trusted.includes(host) && !trusted.includes('*'),
      ...(checksName ? {} : { checkServerIdentity: () => undefined }),
    },
  }
}

async function authOf(props: MailProps): Promise<object> {
  const user = await props.username.render()
  if (user === undefined) return {}
  const accessToken = await props.accessToken.render()
  if (accessToken !== undefined) return { auth: { type: 'OAuth2', user, accessToken } }
  return { auth: { user, pass: (await props.password.render()) ?? '' } }
}

interface Place {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
}

/** Through the door for connections. */
export async function openSocket(ctx: RunContext, { host, port, timeoutMs }: Place): Promise<Socket> {
  ctx.egress.checkHost(host)
  ctx.signal.throwIfAborted()
  const socket = connect({ host, port, lookup: ctx.egress.lookup, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(new Error(`no connection to ${host}:${port} within ${timeoutMs} ms`)),
    )
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.setTimeout(0)
      resolve()
    })
  })
  return socket
}

interface MailFile {
  readonly filename: string
  readonly contentType?: string
  readonly content: Readable
}

/** A list, or its JSON text, of files that are stored. */
function filesOf(ctx: RunContext, written: Value | undefined, name: string): readonly MailFile[] {
  if (written === undefined || written === null || written === '') return []
  const list = typeof written === 'string' ? decodeValue(written) : written
  if (!isList(list)) throw new TaskError(`property "${name}" must be a list of {uri, name, contentType}`)
  return list.map(item => {
    if (item === null || typeof item !== 'object' || !isMap(item))
      throw new TaskError(`property "${name}" must be a list of {uri, name, contentType}`)
    const text = (key: string): string | undefined => {
      const value = mapGet(item, key)
      return value === undefined || value === null ? undefined : printValue(value)
    }
    const uri = required(text('uri'), `${name}.uri`)
    const contentType = text('contentType')
    return {
      filename: text('name') ?? uri.slice(uri.lastIndexOf('/') + 1),
      ...(contentType === undefined ? {} : { contentType }),
      content: Readable.from(openLate(ctx, uri)),
    }
  })
}

/** Read when the mail is written, so that files of any size pass through. */
async function* openLate(ctx: RunContext, uri: string): AsyncGenerator<Uint8Array> {
  yield* await ctx.files.open(uri)
}
