// A real MariaDB for checks, on 127.0.0.1 and over a folder that is thrown away: the one that is installed, or else the packages of Debian.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environmentOf, unpackOnce } from '../../scripts/debian-packages.mjs'

const READY = /ready for connections/
const START_MAX_MS = 300_000

/** The user `root` has the password that is given. */
export async function startMariadb({ password = 'of the test' } = {}) {
  const { program, share, environment } = findMariadb()
  const home = mkdtempSync(join(tmpdir(), 'batuta-mariadb-'))
  const data = join(home, 'data')
  mkdirSync(data)
  const isRoot = process.getuid?.() === 0
  const common = [
    '--no-defaults',
    `--datadir=${data}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, 'charsets')}`,
    ...(isRoot ? ['--user=root'] : []),
  ]
  bootstrap(program, [...common, '--bootstrap'], { environment, share, password })
  const port = await freePort()
  const server = spawn(
    program,
    [
      ...common,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${join(home, 's')}`,
      '--local-infile=1',
      '--skip-name-resolve',
    ],
    { env: environment, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = new Promise(resolve => server.once('exit', resolve))
  await untilReady(server)
  return {
    port,
    password,
    stop: async () => {
      server.kill('SIGTERM')
      await ended
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function findMariadb() {
  const installed = ['/usr/sbin/mariadbd', '/usr/sbin/mysqld'].find(path => existsSync(path))
  if (installed !== undefined) return { program: installed, share: '/usr/share/mysql', environment: process.env }
  const folder = unpackOnce('mariadb', ['mariadb-server-core'])
  return {
    program: join(folder, 'usr/sbin/mariadbd'),
    share: join(folder, 'usr/share/mysql'),
    environment: environmentOf(folder),
  }
}

/** The tables of the server, as its own set-up script makes them. */
function bootstrap(program, args, { environment, share, password }) {
  const scripts = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql']
  const account = [
    `replace into global_priv values ('127.0.0.1', 'root', json_object('access', ~0, 'plugin', 'mysql_native_password', 'authentication_string', password('${password}')));`,
    'create database if not exists test;',
  ]
  const sql = [
    'create database if not exists mysql;',
    'use mysql;',
    'set @auth_root_socket = null;',
    ...scripts.filter(name => existsSync(join(share, name))).map(name => readFileSync(join(share, name), 'utf8')),
    'use mysql;',
    ...account,
  ].join('\n')
  execFileSync(program, args, { env: environment, input: sql, stdio: ['pipe', 'ignore', 'pipe'] })
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function untilReady(server) {
  const said = []
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`MariaDB did not start in time: ${said.join('\n')}`)), START_MAX_MS)
    createInterface(server.stderr).on('line', line => {
      said.push(line)
      if (!READY.test(line)) return
      clearTimeout(timer)
      resolve()
    })
    server.once('exit', code => reject(new Error(`MariaDB ended with ${code}: ${said.join('\n')}`)))
  })
}
