import { TaskError, p } from '@batuta/plugin-sdk'
import type { SocketProxy } from '../net/open-socket.ts'
import type { Asked } from '../remote/asked.ts'
import type { Family } from '../remote/file-tasks.ts'
import { openSsh } from './open-ssh.ts'
import { openSftp } from './sftp-files.ts'

const PORT = 22
const PROXY_PORT = 1080

export const sftpFamily: Family = {
  prefix: 'io.kestra.plugin.fs.sftp',
  title: 'on an SFTP server',
  connection: {
    host: p.string().dynamic().required().group('main').title('The server.'),
    port: p.string().dynamic().default('22').group('connection').title('Its port.'),
    username: p.string().dynamic().group('connection').title('The user.'),
    password: p.string().dynamic().secret().group('connection').title('The password.'),
    keyfile: p
      .string()
      .dynamic()
      .secret()
      .group('connection')
      .title('The private key itself, in PEM or the form of OpenSSH.'),
    passphrase: p.string().dynamic().secret().group('advanced').title('The passphrase of the key.'),
    proxyHost: p.string().dynamic().deprecated('Use `proxyAddress` instead.').group('connection').title('The proxy.'),
    proxyAddress: p.string().dynamic().group('advanced').title('The proxy.'),
    proxyPort: p.string().dynamic().group('connection').title('Its port.'),
    proxyUser: p
      .string()
      .dynamic()
      .deprecated('Use `proxyUsername` instead.')
      .group('advanced')
      .title('The user there.'),
    proxyUsername: p.string().dynamic().group('connection').title('The user there.'),
    proxyPassword: p.string().dynamic().secret().group('connection').title('The password there.'),
    proxyType: p.string().dynamic().group('advanced').title('What it speaks: SOCKS5 or HTTP.'),
    rootDir: p
      .boolean()
      .dynamic()
      .default(true)
      .group('advanced')
      .title('Whether paths begin in the folder of the user; otherwise in that of the server.'),
    keyExchangeAlgorithm: p
      .string()
      .dynamic()
      .group('advanced')
      .title('A way to agree on keys that old servers need in addition.'),
    enableSshRsa1: p
      .boolean()
      .dynamic()
      .default(false)
      .group('main')
      .title('Whether keys of old servers (ssh-rsa with SHA-1) are taken.'),
  },
  example: 'host: sftp.example.com\nusername: data\npassword: "{{ secret(\'SFTP_PASSWORD\') }}"',
  open: async (ctx, asked) => {
    const host = await asked.needed('host')
    const port = await asked.port('port', PORT)
    const client = await openSsh(ctx, {
      ...{ host, port, hostKeys: 'accept-new' },
      username: await asked.text('username'),
      password: await asked.text('password'),
      privateKey: await asked.text('keyfile'),
      passphrase: await asked.text('passphrase'),
      allowsRsaSha1: await asked.flag('enableSshRsa1'),
      kex: await asked.text('keyExchangeAlgorithm'),
      proxy: await proxyOf(asked),
    })
    try {
      return await openSftp(client, { isHomeRoot: await asked.flag('rootDir'), host, port })
    } catch (error) {
      client.destroy()
      throw error
    }
  },
}

export async function proxyOf(asked: Asked): Promise<SocketProxy | undefined> {
  const host = (await asked.text('proxyAddress')) ?? (await asked.text('proxyHost'))
  if (host === undefined) return undefined
  const written = ((await asked.text('proxyType')) ?? 'SOCKS5').toUpperCase()
  const type = written === 'SOCKS' ? 'SOCKS5' : written
  if (type !== 'SOCKS5' && type !== 'HTTP')
    throw new TaskError(`the proxy type "${written}" is not known; there are SOCKS5 and HTTP`)
  return {
    ...{ type, host, port: await asked.port('proxyPort', PROXY_PORT) },
    username: (await asked.text('proxyUsername')) ?? (await asked.text('proxyUser')),
    password: await asked.text('proxyPassword'),
  }
}
