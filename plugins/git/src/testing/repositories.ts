// Real repositories: bare ones on disk, served over HTTP by git's own back-end.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

const ENV = {
  ...{ PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' },
  ...{ GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com' },
  ...{ GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com' },
}

export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], {
    ...{ cwd: folder, env: ENV, encoding: 'utf8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export interface Repository {
  /** Holds `repo.git`. */
  readonly root: string
  readonly path: string
  readonly url: string
  /** Commits files, by their path; null removes one. */
  commit(files: Readonly<Record<string, string | null>>, branch?: string): string
  /** All files of a branch with their contents. */
  files(branch?: string): Readonly<Record<string, string>>
  log(branch?: string): string
}

export function makeRepository(t: TestContext): Repository {
  const root = mkdtempSync(join(tmpdir(), 'batuta-git-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  const path = join(root, 'repo.git')
  const work = join(root, 'work')
  git(root, 'init', '--quiet', '--bare', path)
  git(root, 'clone', '--quiet', path, work)
  return {
    root,
    path,
    url: `file://${path}`,
    commit: (files, branch = 'main') => {
      git(work, 'fetch', '--quiet', 'origin')
      const known = git(work, 'branch', '--all').includes(`origin/${branch}`)
      git(work, 'checkout', '--quiet', '-B', branch, ...(known ? [`origin/${branch}`] : []))
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(work, name)), { recursive: true })
        if (content === null) rmSync(join(work, name))
        else writeFileSync(join(work, name), content)
      }
      git(work, 'add', '--all')
      git(work, 'commit', '--quiet', '-m', Object.keys(files).join(', '))
      git(work, 'push', '--quiet', 'origin', branch)
      return git(work, 'rev-parse', 'HEAD').trim()
    },
    files: (branch = 'main') => {
      const names = git(path, 'ls-tree', '-r', '--name-only', branch).trim().split('\n')
      return Object.fromEntries(names.filter(Boolean).map(name => [name, git(path, 'show', `${branch}:${name}`)]))
    },
    log: (branch = 'main') => git(path, 'log', '-1', '--format=%an <%ae> %s', branch).trim(),
  }
}

export const LOGIN = { username: 'ada', password: 'tok en' }

/** The repository over HTTP, for whoever knows the login; `seen` are the headers and addresses that came. */
export async function serveRepository(
  t: TestContext,
  { root, path }: Repository,
): Promise<{ readonly url: string; readonly seen: string[] }> {
  git(path, 'config', 'http.receivepack', 'true')
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    const login = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')
    if (request.headers.authorization !== `Basic ${login}`)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    const [pathInfo = '', query = ''] = (request.url ?? '').split('?')
    const child = spawn('git', ['http-backend'], {
      env: {
        ...ENV,
        ...{ GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: pathInfo, QUERY_STRING: query },
        ...{ REQUEST_METHOD: request.method ?? '', REMOTE_USER: LOGIN.username, REMOTE_ADDR: '127.0.0.1' },
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        ...(request.headers['content-encoding'] ? { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] } : {}),
      },
    })
    request.pipe(child.stdin)
    let head = Buffer.alloc(0)
    let isBody = false
    child.stdout.on('data', (bytes: Buffer) => {
      if (isBody) return void response.write(bytes)
      head = Buffer.concat([head, bytes])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      isBody = true
      for (const line of head.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(/: (.*)/s)
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
        else response.setHeader(name, value)
      }
      response.write(head.subarray(end + 4))
    })
    child.on('close', () => response.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/repo.git`, seen }
}
