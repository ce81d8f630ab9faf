import { isIP } from 'node:net'
import { TaskError, messageOf, p } from '@batuta/plugin-sdk'
import type { RunContext, Shape } from '@batuta/plugin-sdk'
import { addressOf } from '../net/send-tasks.ts'
import type { Asked } from '../remote/asked.ts'
import type { Family } from '../remote/file-tasks.ts'
import type { RemoteFiles } from '../remote/remote-files.ts'
import { openFtpFiles } from './ftp-files.ts'

const TIMEOUT_MS = 30_000

function connectionOf(port: string): Shape {
  return {
    host: p.string().dynamic().required().group('main').title('The server.'),
    port: p.string().dynamic().default(port).group('connection').title('Its port.'),
    username: p.string().dynamic().group('connection').title('The user.'),
    password: p.string().dynamic().secret().group('connection').title('The password.'),
    proxyHost: p.string().dynamic().group('connection').title('A proxy; FTP goes without one here.'),
    proxyPort: p.string().dynamic().group('connection').title('Its port.'),
    proxyType: p.string().dynamic().title('What it speaks.'),
    rootDir: p
      .boolean()
      .dynamic()
      .default(true)
      .group('advanced')
      .title('Whether paths begin in the folder of the user; otherwise in that of the server.'),
    passiveMode: p
      .boolean()
      .dynamic()
      .default(true)
      .group('advanced')
      .title(
        'Whether we connect to the server for the bytes of files, and not it to us; the other way is not offered.',
      ),
    remoteIpVerification: p
      .boolean()
      .dynamic()
      .default(true)
      .group('advanced')
      .title('Whether the bytes of files must come from the server itself; they always must.'),
    options: p
      .object({ connectionTimeout: p.duration().title('How long to wait for a connection.') })
      .group('advanced')
      .title('More about the connection.'),
    enableSshRsa1: p.boolean().dynamic().default(false).group('main').title('Has no effect on FTP.'),
  }
}

export const ftpFamily: Family = {
  prefix: 'io.kestra.plugin.fs.ftp',
  title: 'on an FTP server',
  connection: connectionOf('21'),
  example: 'host: ftp.example.com\nusername: data\npassword: "{{ secret(\'FTP_PASSWORD\') }}"',
  open: async (ctx, asked) => await openFtp(ctx, asked, { scheme: 'ftp', port: 21 }),
}

export const ftpsFamily: Family = {
  prefix: 'io.kestra.plugin.fs.ftps',
  title: 'on an FTPS server',
  connection: {
    ...connectionOf('990'),
    mode: p
      .enum('EXPLICIT', 'IMPLICIT')
      .dynamic()
      .default('EXPLICIT')
      .group('advanced')
      .title('Whether the connection is encrypted after it was made, or from its first byte on.'),
    dataChannelProtectionLevel: p
      .enum('C', 'S', 'E', 'P')
      .dynamic()
      .default('P')
      .group('advanced')
      .title('How the bytes of files are protected; P, encrypted, is the only way here.'),
    insecureTrustAllCertificates: p
      .boolean()
      .dynamic()
      .group('advanced')
      .title('Whether any certificate is taken; for tests only.'),
  },
  example: 'host: ftp.example.com\nport: "21"\nusername: data\npassword: "{{ secret(\'FTP_PASSWORD\') }}"',
  open: async (ctx, asked) => await openFtp(ctx, asked, { scheme: 'ftps', port: 990 }),
}

async function openFtp(
  ctx: RunContext,
  asked: Asked,
  { scheme, port: fallback }: { scheme: 'ftp' | 'ftps'; port: number },
): Promise<RemoteFiles> {
  const host = await asked.needed('host')
  const port = await asked.port('port', fallback)
  const user = (await asked.text('username')) ?? 'anonymous'
  const password = (await asked.text('password')) ?? 'guest'
  ctx.mask(password)
  if ((await asked.text('proxyHost')) !== undefined)
    throw new TaskError('FTP goes without a proxy here; use SFTP, which may have one')
  if (!(await asked.flag('passiveMode')))
    throw new TaskError('the server cannot connect to us for files here: leave `passiveMode` true')
  const level = await asked.oneOf('dataChannelProtectionLevel', ['C', 'S', 'E', 'P'], 'P')
  if (scheme === 'ftps' && level !== 'P')
    throw new TaskError(`the protection level ${level} is not offered; use P, or FTP without encryption`)
  const { Client } = await import('basic-ftp')
  // Bytes of files come from the server that was asked: it may not send us elsewhere.
  const client = new Client(TIMEOUT_MS, { allowSeparateTransferHost: false })
  const stop = (): void => client.close()
  ctx.signal.addEventListener('abort', stop, { once: true })
  try {
    await client.access({
      ...{ host: await addressOf(ctx, host), port, user, password },
      secure:
        scheme === 'ftp'
          ? false
          : (await asked.oneOf('mode', ['EXPLICIT', 'IMPLICIT'], 'EXPLICIT')) === 'IMPLICIT'
            ? 'implicit'
            : true,
      secureOptions: {
        host,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        rejectUnauthorized: !(await asked.flag('insecureTrustAllCertificates')),
      },
    })
    return await openFtpFiles(client, { isHomeRoot: await asked.flag('rootDir'), scheme, host, port })
  } catch (cause) {
    client.close()
    throw cause instanceof TaskError
      ? cause
      : new TaskError(`no FTP session at ${host}:${port} as "${user}": ${messageOf(cause)}`)
  }
}
