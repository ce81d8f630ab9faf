// Real servers of files for checks, on 127.0.0.1: OpenSSH, ProFTPD and Samba of Debian.
// Their user is of the check alone: the servers see files of accounts that nobody else does.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentOf, unpackOnce } from '../../scripts/debian-packages.mjs'
import { spawnMounted, whyNotMounted } from './spawn-mounted.mjs'

const USER_ID = 61_234
const START_MAX_MS = 120_000

export const USER = 'files'
export const PASSWORD = 'of the check'

const PACKAGES = ['openssh-server', 'openssh-client', 'openssl', 'proftpd-core', 'proftpd-mod-crypto']
const root = () => unpackOnce('file-servers', PACKAGES)
const samba = () => unpackOnce('samba', ['samba', 'smbclient'])
const make = (program, args) =>
  execFileSync(program, args, { env: environmentOf(root()), stdio: ['ignore', 'pipe', 'ignore'] })

/** A home of the user, and the accounts that the servers see. */
function newGround() {
  const ground = mkdtempSync(join(tmpdir(), 'batuta-files-'))
  const home = join(ground, 'home')
  mkdirSync(home)
  for (const folder of [ground, home]) chmodSync(folder, 0o755)
  chownSync(home, USER_ID, USER_ID)
  const hash = make('openssl', ['passwd', '-6', PASSWORD]).toString().trim()
  const lines = (path, more) =>
    writeFileSync(join(ground, path), `${readFileSync(`/etc/${path}`, 'utf8').trimEnd()}\n${more}\n`)
  lines(
    'passwd',
    `${USER}:x:${USER_ID}:${USER_ID}::${home}:/bin/sh\nsshd:x:${USER_ID + 1}:65534::/run/sshd:/usr/sbin/nologin`,
  )
  lines('group', `${USER}:x:${USER_ID}:`)
  lines('shadow', `${USER}:${hash}:19000:0:99999:7:::`)
  return { ground, home }
}

const accountsOf = ground =>
  Object.fromEntries(['passwd', 'group', 'shadow'].map(name => [`/etc/${name}`, join(ground, name)]))

async function start(ground, command, port, tree = root()) {
  const server = spawnMounted(command, { tree, files: accountsOf(ground) }, ['ignore', 'pipe', 'pipe'])
  let said = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', data => (said += data))
  const ended = new Promise(resolve => server.once('exit', resolve))
  for (let waitedMs = 0; !(await isOpen(port)); waitedMs += 50) {
    if (server.exitCode !== null || waitedMs > START_MAX_MS) throw new Error(`the server does not start: ${said}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return {
    port,
    said: () => said,
    stop: async () => {
      server.kill('SIGTERM')
      await ended
      rmSync(ground, { recursive: true, force: true })
    },
  }
}

/** SFTP and commands; `privateKey` is one that the user may use, `changeKey` gives the server another key. */
export async function startSshd(port) {
  const { ground, home } = newGround()
  const key = (name, type = 'ed25519', more = []) => {
    make('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(ground, name), ...more])
    return readFileSync(join(ground, name), 'utf8')
  }
  key('host')
  const [privateKey, strangerKey] = [key('user'), key('stranger')]
  make('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', 'locked', '-f', join(ground, 'locked')])
  const lockedKey = readFileSync(join(ground, 'locked'), 'utf8')
  mkdirSync(join(home, '.ssh'), { mode: 0o700 })
  const allowed = ['user.pub', 'locked.pub'].map(name => readFileSync(join(ground, name), 'utf8')).join('')
  writeFileSync(join(home, '.ssh', 'authorized_keys'), allowed, { mode: 0o600 })
  for (const path of ['.ssh', '.ssh/authorized_keys']) chownSync(join(home, path), USER_ID, USER_ID)
  mkdirSync('/run/sshd', { recursive: true })
  const free = port ?? (await freePort())
  const config = `Port ${free}
ListenAddress 127.0.0.1
HostKey ${join(ground, 'host')}
PidFile none
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
StrictModes no
Subsystem sftp internal-sftp
`
  writeFileSync(join(ground, 'sshd_config'), config)
  const server = await start(ground, ['/usr/sbin/sshd', '-D', '-e', '-f', join(ground, 'sshd_config')], free)
  return { ...server, home, privateKey, lockedKey, strangerKey }
}

/** FTP, and FTPS on the same port for who asks for it; the certificate is its own. */
export async function startProftpd() {
  const { ground, home } = newGround()
  const certificate = join(ground, 'cert.pem')
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-days', '2']
  make('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    join(ground, 'key.pem'),
    '-out',
    certificate,
    ...subject,
  ])
  const port = await freePort()
  const config = `ServerType standalone
ServerName check
LoadModule mod_tls.c
Port ${port}
DefaultAddress 127.0.0.1
SocketBindTight on
UseReverseDNS off
User root
Group root
PidFile ${join(ground, 'pid')}
ScoreboardFile ${join(ground, 'scoreboard')}
SystemLog ${join(ground, 'log')}
DelayTable none
WtmpLog off
TransferLog none
RequireValidShell off
AuthPAM off
DefaultRoot ~
AllowOverwrite on
TLSEngine on
TLSRequired off
TLSRSACertificateFile ${certificate}
TLSRSACertificateKeyFile ${join(ground, 'key.pem')}
TLSOptions NoSessionReuseRequired
`
  writeFileSync(join(ground, 'proftpd.conf'), config)
  const server = await start(ground, ['/usr/sbin/proftpd', '-n', '-q', '-c', join(ground, 'proftpd.conf')], port)
  return { ...server, home, certificate: readFileSync(certificate, 'utf8') }
}

/** Undefined when Samba can be had, or else why not. */
export function whyNoSmbd() {
  const why = whyNotMounted()
  if (why !== undefined) return why
  try {
    samba()
    return undefined
  } catch (error) {
    return error.message
  }
}

/**
 * SMB: the folder of the user is the share `data`, where all is signed, and `sealed`, where all is encrypted; nobody may enter `closed`. `bin`
 * holds a client.
 */
export async function startSmbd() {
  const { ground, home } = newGround()
  const port = await freePort()
  for (const name of ['state', 'private', 'locks', 'bin']) mkdirSync(join(ground, name), { mode: 0o755 })
  const at = name => join(ground, name)
  const share = (name, more) =>
    `[${name}]\npath = ${home}\nread only = no\nvalid users = ${name === 'closed' ? 'root' : USER}\n${more}\n`
  const config = `[global]
workgroup = CHECK
server role = standalone server
interfaces = 127.0.0.1
bind interfaces only = yes
smb ports = ${port}
disable netbios = yes
server signing = mandatory
server min protocol = SMB3
map to guest = never
passdb backend = smbpasswd:${at('smbpasswd')}
private dir = ${at('private')}
state directory = ${at('state')}
lock directory = ${at('locks')}
cache directory = ${at('state')}
pid directory = ${at('state')}
ncalrpc dir = ${at('state')}
binddns dir = ${at('state')}
log file = ${at('log')}
load printers = no
printcap name = /dev/null
disable spoolss = yes
rpc start on demand helpers = no
${share('data', '')}${share('sealed', 'smb encrypt = required')}${share('closed', '')}`
  writeFileSync(at('smb.conf'), config)
  const add = ['/usr/bin/smbpasswd', '-c', at('smb.conf'), '-L', '-s', '-a', USER]
  const adding = spawnMounted(add, { tree: samba(), files: accountsOf(ground) }, ['pipe', 'ignore', 'pipe'])
  let refused = ''
  adding.stderr.on('data', data => (refused += data))
  adding.stdin.end(`${PASSWORD}\n${PASSWORD}\n`)
  const code = await new Promise(resolve => adding.once('close', resolve))
  if (code !== 0) throw new Error(`the user cannot be added: ${refused}`)
  const client = join(samba(), 'usr', 'bin', 'smbclient')
  const libraries = environmentOf(samba())
    .LD_LIBRARY_PATH.split(':')
    .flatMap(path => [path, join(path, 'samba')])
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(':')}' exec '${client}' "$@"\n`
  writeFileSync(join(at('bin'), 'smbclient'), script, { mode: 0o755 })
  const command = ['/usr/sbin/smbd', '-F', '--debug-stdout', '-s', at('smb.conf')]
  return { ...(await start(ground, command, port, samba())), home, bin: at('bin') }
}

async function isOpen(port) {
  return await new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function freePort() {
  const server = createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}
