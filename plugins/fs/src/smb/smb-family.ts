import { TaskError, findOnPath, p } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { addressOf } from '../net/send-tasks.ts'
import type { Asked } from '../remote/asked.ts'
import type { Family } from '../remote/file-tasks.ts'
import type { RemoteFiles } from '../remote/remote-files.ts'
import { openSmbFiles } from './smb-files.ts'

const PORT = 445

export const smbFamily: Family = {
  prefix: 'io.kestra.plugin.fs.smb',
  title: 'on an SMB server',
  description:
    'Paths begin with the name of a share: `/share/folder/file.csv`. The worker needs the program `smbclient` of Samba (Debian: `apt install smbclient`), which signs and encrypts as the server asks; a file passes through the working directory.',
  connection: {
    host: p.string().dynamic().required().group('main').title('The server.'),
    port: p.string().dynamic().default(String(PORT)).group('connection').title('Its port.'),
    username: p
      .string()
      .dynamic()
      .group('connection')
      .title('The user, with a domain where there is one: DOMAIN\\user.'),
    password: p.string().dynamic().secret().group('connection').title('The password.'),
  },
  example: 'host: files.example.com\nusername: data\npassword: "{{ secret(\'SMB_PASSWORD\') }}"',
  exampleRoot: '/share',
  isCautious: true,
  open: openSmb,
}

async function openSmb(ctx: RunContext, asked: Asked): Promise<RemoteFiles> {
  const host = await asked.needed('host')
  if (!/^[\w.:-]+$/.test(host)) throw new TaskError(`"${host}" is no name of a server`)
  const port = await asked.port('port', PORT)
  const username = await asked.text('username')
  if (username !== undefined && /[%\p{Cc}]/u.test(username))
    throw new TaskError(
      'the name of the user has a % or a character that is not printed; a password goes into `password`',
    )
  const password = await asked.text('password')
  if (password !== undefined) ctx.mask(password)
  if (password !== undefined && /[\r\n\0]/.test(password)) throw new TaskError('the password has more than one line')
  const address = await addressOf(ctx, host)
  const program = findOnPath(['smbclient'], process.env['PATH'] ?? '')?.path
  if (program === undefined)
    throw new TaskError(
      '"smbclient" is not on the PATH of this worker: install Samba’s client there (Debian and Ubuntu: apt install smbclient)',
    )
  return openSmbFiles(ctx, { program, host, address, port, username, password })
}
