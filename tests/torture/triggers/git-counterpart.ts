// Commits that are pushed over HTTP. The hook of the repository writes down each push, and what it wrote is delivered to the webhook of the flow as
// the large hosts do it: signed, and again and again until it is answered. One push is one delivery with all its commits.
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { git, LOGIN, makeRepository, serveRepository } from '../../../plugins/git/src/testing/repositories.ts'
import { flowOf, NAMESPACE, type Counterpart, type Ground } from './counterpart.ts'

const KEY = 'push'
const SECRET = 'of the torture'
const ANSWER_MAX_MS = 20_000
const PAUSE_MS = 20
const START_S = 1_767_225_600
const NUMBERS = '{% for commit in trigger.body.commits %}{{ commit.message }},{% endfor %}'

export async function gitPushes(ground: Ground): Promise<Counterpart> {
  const cleanUps: (() => unknown)[] = []
  const place = { after: (work: () => unknown) => void cleanUps.push(work) } as unknown as TestContext
  const repository = makeRepository(place)
  const { url } = await serveRepository(place, repository)
  const spool = join(ground.folder, 'pushes')
  mkdirSync(spool)
  const hook = join(repository.path, 'hooks', 'post-receive')
  writeFileSync(hook, `#!/bin/sh\ncat > "${spool}/$$.tmp" && mv "${spool}/$$.tmp" "${spool}/$(date +%s%N).push"\n`)
  chmodSync(hook, 0o755)
  const author = join(ground.folder, 'author')
  git(ground.folder, 'clone', '--quiet', repository.path, author)
  git(
    author,
    'remote',
    'set-url',
    'origin',
    url.replace('//', `//${LOGIN.username}:${encodeURIComponent(LOGIN.password)}@`),
  )
  const delivery = new Delivery(spool, repository.path, ground.flowId)
  const isDelivered = delivery.run()
  const signature = ['signature:', '  preset: github', `  secret: ${SECRET}`]
  return {
    flow: flowOf(ground, {
      numbers: NUMBERS,
      trigger: ['type: io.kestra.plugin.core.trigger.Webhook', `key: ${KEY}`, ...signature],
    }),
    produce: async numbers => await push(author, numbers),
    onServer: server => (delivery.address = server?.address),
    stop: async () => {
      delivery.stop()
      await isDelivered
      for (const work of cleanUps.reverse()) await work()
    },
  }
}

/** Commits in one go, then one push. */
async function push(author: string, numbers: readonly number[]): Promise<void> {
  const commits = numbers.map(number => {
    const text = String(number)
    return `commit refs/heads/main\ncommitter Ada <ada@example.com> ${START_S + number} +0000\ndata ${text.length}\n${text}\n`
  })
  // It goes on where the branch is.
  const from = git(author, 'for-each-ref', 'refs/heads/main') === '' ? '' : 'from refs/heads/main^0\n'
  const [first = '', ...others] = commits
  await run(author, ['fast-import', '--quiet'], `${first}${from}\n${others.map(text => `${text}\n`).join('')}`)
  await run(author, ['push', '--quiet', 'origin', 'refs/heads/main'])
}

async function run(folder: string, words: readonly string[], input = ''): Promise<void> {
  const child = spawn('git', words, { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stdin.end(input)
  const code = await new Promise(resolve => child.once('close', resolve))
  if (code !== 0) throw new Error(`git ${words.join(' ')} ended with ${String(code)}: ${said}`)
}

class Delivery {
  readonly #spool: string
  readonly #repository: string
  readonly #flowId: string
  #isStopped = false
  /** Of the server, while one is up. */
  address: string | undefined

  constructor(spool: string, repository: string, flowId: string) {
    this.#spool = spool
    this.#repository = repository
    this.#flowId = flowId
  }

  stop(): void {
    this.#isStopped = true
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const [name] = readdirSync(this.#spool)
        .filter(file => file.endsWith('.push'))
        .toSorted()
      if (name !== undefined && this.address !== undefined && (await this.#deliver(name)))
        rmSync(join(this.#spool, name))
      else await sleep(PAUSE_MS)
    }
  }

  async #deliver(name: string): Promise<boolean> {
    const [before = '', after = '', ref = ''] = readFileSync(join(this.#spool, name), 'utf8').trim().split(' ')
    const range = /^0+$/.test(before) ? [after] : [`${before}..${after}`]
    const messages = git(this.#repository, 'log', '--reverse', '--format=%s', ...range)
      .trim()
      .split('\n')
    const body = JSON.stringify({ ref, before, after, commits: messages.map(message => ({ message })) })
    const signed = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`
    const path = `/api/v1/executions/webhook/${NAMESPACE}/${this.#flowId}/${KEY}`
    try {
      const response = await fetch(`${this.address}${path}`, {
        ...{ method: 'POST', body, signal: AbortSignal.timeout(ANSWER_MAX_MS) },
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signed },
      })
      await response.arrayBuffer()
      return response.status === 200
    } catch {
      return false // The server died meanwhile: it is delivered again.
    }
  }
}
