import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { readLetter, type EmailData } from '../mail/inbox/read-letter.ts'

export interface Received extends EmailData {
  readonly raw: string
  readonly user: string | undefined
  readonly recipients: readonly string[]
  readonly isSecure: boolean
}

export interface MailServer {
  readonly port: number
  readonly letters: readonly Received[]
}

export const USER = { username: 'batuta', password: 'pass "word"' }

export async function startMailServer(t: TestContext, options: SMTPServerOptions = {}): Promise<MailServer> {
  const letters: Received[] = []
  const keep = async (
    stream: Readable,
    { envelope, user, secure }: SMTPServerSession,
    done: (error?: Error) => void,
  ): Promise<void> => {
    try {
      const raw = await buffer(stream)
      const recipients = envelope.rcptTo.map(({ address }) => address)
      letters.push({ ...(await readLetter(raw)), raw: raw.toString(), user, recipients, isSecure: secure })
      done()
    } catch (error) {
      // Whoever hung up half-way is told no more.
      done(error as Error)
    }
  }
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === USER.username && password === USER.password
        ? done(null, { user: username })
        : done(new Error('Invalid username or password')),
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith('nobody@') ? new Error('there is nobody') : undefined),
    onData: (stream, session, done) => void keep(stream, session, done),
    ...options,
  })
  // A client that does not trust it hangs up.
  server.on('error', () => {})
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise<void>(resolve => server.close(resolve)))
  return { port: (server.server.address() as AddressInfo).port, letters }
}

export function makeCertificate(t: TestContext): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-mail-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  execFileSync('openssl', [...args, '-subj', '/CN=mail.test', '-keyout', key, '-out', cert], { stdio: 'ignore' })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}
