// A Dovecot of its own for a check: one user, one folder, on ports that are free.
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { unpackOnce } from '../../scripts/debian-packages.mjs'
import { spawnMounted } from './spawn-mounted.mjs'

const ACCOUNTS = [
  ['dovecot', 61_244],
  ['dovenull', 61_245],
]
const TRIES = 1_200
const WAIT_MS = 100

export async function startDovecot() {
  const home = mkdtempSync(join(tmpdir(), 'batuta-dovecot-'))
  chmodSync(home, 0o755)
  const [imapPort, pop3Port] = [await freePort(), await freePort()]
  const mail = join(home, 'mail')
  for (const folder of ['new', 'cur', 'tmp']) mkdirSync(join(mail, folder), { recursive: true })
  const { username, uid, gid } = userInfo()
  const owner = uid === 0 ? { name: 'nobody', uid: 65_534, gid: 65_534 } : { name: username, uid, gid }
  writeFileSync(join(home, 'users'), `ada:{PLAIN}secret:${owner.uid}:${owner.gid}::${home}\n`)
  writeFileSync(
    join(home, 'dovecot.conf'),
    configOf({ home, mail, imapPort, pop3Port, user: uid === 0 ? 'dovecot' : username, owner }),
  )
  if (uid === 0) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, mail])
  const child = start(join(home, 'dovecot.conf'), home)
  let count = 0
  const server = {
    imapPort,
    pop3Port,
    deliver(subject) {
      count++
      const name = `${count}.batuta`
      const text = `From: Bob <bob@example.com>\r\nTo: ada@example.com\r\nSubject: ${subject}\r\nDate: Fri, 02 Jan 2026 03:04:05 +0000\r\nMessage-ID: <${count}@example.com>\r\n\r\nletter ${count}\r\n`
      writeFileSync(join(mail, 'tmp', name), text)
      if (uid === 0) chownSync(join(mail, 'tmp', name), owner.uid, owner.gid)
      renameSync(join(mail, 'tmp', name), join(mail, 'new', name))
    },
    async stop() {
      const ended = new Promise(resolve => child.once('close', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  for (let tries = 0; tries < TRIES; tries++) {
    if (child.exitCode !== null) throw new Error(`dovecot ended with code ${child.exitCode}: see ${home}/log`)
    if (await isOpen(imapPort)) return server
    await sleep(WAIT_MS)
  }
  await server.stop()
  throw new Error('dovecot does not listen')
}

/** The one that is installed, or else Debian's packages, with the accounts that they would have made. */
function start(config, home) {
  const program = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot'].find(path => existsSync(path))
  if (program !== undefined) return spawn(program, ['-F', '-c', config], { stdio: 'ignore' })
  const tree = unpackOnce('dovecot', ['dovecot-imapd', 'dovecot-pop3d'])
  const accounts = name => `${readFileSync(`/etc/${name}`, 'utf8').trimEnd()}\n`
  const passwd = ACCOUNTS.map(([name, id]) => `${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin\n`)
  writeFileSync(join(home, 'passwd'), accounts('passwd') + passwd.join(''))
  writeFileSync(join(home, 'group'), accounts('group') + ACCOUNTS.map(([name, id]) => `${name}:x:${id}:\n`).join(''))
  const files = { '/etc/passwd': join(home, 'passwd'), '/etc/group': join(home, 'group') }
  return spawnMounted(['/usr/sbin/dovecot', '-F', '-c', config], { tree, files }, 'ignore')
}

function configOf({ home, mail, imapPort, pop3Port, user, owner }) {
  return `protocols = imap pop3
base_dir = ${home}/run
log_path = ${home}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = ${user}
default_login_user = ${user === 'dovecot' ? 'dovenull' : user}
first_valid_uid = 1
first_valid_gid = 1
last_valid_uid = 0
mail_location = maildir:${mail}
mail_uid = ${owner.uid}
mail_gid = ${owner.gid}
passdb {
  driver = passwd-file
  args = ${home}/users
}
userdb {
  driver = passwd-file
  args = ${home}/users
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = ${pop3Port}
  }
  inet_listener pop3s {
    port = 0
  }
}
`
}

async function freePort() {
  const server = createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

async function isOpen(port) {
  const { connect } = await import('node:net')
  return await new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
