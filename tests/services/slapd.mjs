// A real OpenLDAP server for tests, on 127.0.0.1 and over a folder that is thrown away: `slapd` of the system, or the one in the folder that
// BATUTA_SLAPD_ROOT names (the packages slapd, libltdl7, libodbc2, libwrap0 … unpacked there with `dpkg -x`).
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const SLAPD_ADMIN = { dn: 'cn=admin,dc=example,dc=com', password: 'admin-of-the-test' }

const SCHEMAS = ['core', 'cosine', 'inetorgperson']
const READY_MAX_MS = 20_000
const LOOK_AGAIN_MS = 50

export async function startSlapd(ldif) {
  const { program, modules, schemas, environment } = findSlapd()
  const folder = mkdtempSync(join(tmpdir(), 'batuta-slapd-'))
  mkdirSync(join(folder, 'db'))
  makeCertificate(folder)
  const configFile = join(folder, 'slapd.conf')
  writeFileSync(configFile, configuration({ folder, modules, schemas }))
  const ldifFile = join(folder, 'people.ldif')
  writeFileSync(ldifFile, ldif)
  const added = spawnSync(program, ['-T', 'add', '-f', configFile, '-l', ldifFile], { env: environment })
  if (added.status !== 0) throw new Error(`slapadd failed: ${added.stderr.toString()}`)
  const port = await freePort()
  const url = `ldap://127.0.0.1:${port}`
  const child = spawn(program, ['-f', configFile, '-h', url, '-d', '0'], { env: environment, stdio: 'ignore' })
  const ended = new Promise(resolve => child.once('exit', resolve))
  await answers(port)
  return {
    url,
    caFile: join(folder, 'server.crt'),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function findSlapd() {
  const root = process.env['BATUTA_SLAPD_ROOT'] ?? ''
  const program = join(root, '/usr/sbin/slapd')
  if (!existsSync(program))
    throw new Error(
      'There is no slapd: install it (Debian: apt-get install slapd), or name a folder with BATUTA_SLAPD_ROOT.',
    )
  const libraries = join(root, '/usr/lib/x86_64-linux-gnu')
  return {
    program,
    modules: join(root, '/usr/lib/ldap'),
    schemas: join(root, '/etc/ldap/schema'),
    environment: root === '' ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries },
  }
}

function configuration({ folder, modules, schemas }) {
  return `
${SCHEMAS.map(name => `include ${join(schemas, `${name}.schema`)}`).join('\n')}
pidfile ${join(folder, 'slapd.pid')}
modulepath ${modules}
moduleload back_mdb
moduleload memberof
TLSCertificateFile ${join(folder, 'server.crt')}
TLSCertificateKeyFile ${join(folder, 'server.key')}
database mdb
suffix "dc=example,dc=com"
rootdn "${SLAPD_ADMIN.dn}"
rootpw ${SLAPD_ADMIN.password}
directory ${join(folder, 'db')}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="uid=reader,dc=example,dc=com" read by * none
`
}

function makeCertificate(folder) {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', join(folder, 'server.key'), '-out', join(folder, 'server.crt')]
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    ...subject,
    ...files,
  ])
  if (made.status !== 0) throw new Error(`no certificate could be made: ${made.stderr?.toString()}`)
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function answers(port) {
  const untilMs = Date.now() + READY_MAX_MS
  while (!(await knocks(port))) {
    if (Date.now() > untilMs) throw new Error(`slapd did not listen on ${port} within ${READY_MAX_MS} ms`)
    await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

function knocks(port) {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
